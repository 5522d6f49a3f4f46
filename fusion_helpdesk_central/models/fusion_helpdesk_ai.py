import hashlib
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import api, models
from odoo.tools import html2plaintext

from .. import const
from ..ai import SummaryClient, SummaryError
from ..settings import get_text
from ..utils import REPLY_PROMPT, SUMMARY_PROMPT, build_summary_prompt

_logger = logging.getLogger(__name__)
_THREADS = 5


class FusionHelpdeskAi(models.AbstractModel):
    """Summaries for owners. Without a key, or with the client's refusal, nothing is sent."""

    _name = "fusion.helpdesk.ai"
    _description = "Helpdesk Summariser"

    @api.model
    def _get_client(self):
        """:return: :class:`SummaryClient`, ``None`` without a key"""
        api_key = get_text(self.env, "openai_api_key")
        if not api_key:
            return None
        return SummaryClient(
            get_text(self.env, "openai_base_url") or const.OPENAI_BASE_URL,
            api_key,
            get_text(self.env, "openai_model") or const.OPENAI_MODEL,
        )

    @api.model
    def _summarise_many(self, prompts, deadline=30.0):
        """Ask for all at once, at most five at a time. The threads do HTTP only, no cursor.

        :param deadline: seconds for all; late ones stay empty
        :return: list of str, ``""`` for each failure
        """
        client = self._get_client()
        if not client or not prompts:
            return [""] * len(prompts)
        pool = ThreadPoolExecutor(max_workers=min(_THREADS, len(prompts)))
        futures = [pool.submit(_complete, client, prompt) for prompt in prompts]
        ends = time.monotonic() + deadline
        try:
            return [_collect(future, ends - time.monotonic()) for future in futures]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    @api.model
    def _summarise_ticket(self, ticket):
        """:return: the summary of one ticket, ``""`` when there is none"""
        return self._summarise_tickets(ticket)[ticket.id]

    @api.model
    def _summarise_tickets(self, tickets, is_fresh=False):
        """Summaries of several tickets; one whose text is as it was last time costs no call.

        :param is_fresh: ask again even then
        :return: {ticket's id: text}
        """
        summaries, asked = {}, []
        for ticket in tickets:
            prompt = self._build_prompt(ticket)
            digest = hashlib.sha256(prompt.encode()).hexdigest()
            ticket_sudo = ticket.sudo()
            is_known = ticket_sudo.x_fc_ai_draft_sha256 == digest and ticket_sudo.x_fc_ai_draft
            if is_known and not is_fresh:
                summaries[ticket.id] = ticket_sudo.x_fc_ai_draft
            elif ticket._fc_client_key().allow_ai:
                asked.append((ticket_sudo, prompt, digest))
        answers = self._summarise_many([prompt for _ticket, prompt, _digest in asked])
        for (ticket_sudo, _prompt, digest), answer in zip(asked, answers, strict=True):
            summaries[ticket_sudo.id] = answer
            if answer:
                ticket_sudo.with_context(tracking_disable=True).write(
                    {"x_fc_ai_draft": answer, "x_fc_ai_draft_sha256": digest}
                )
        return {ticket.id: summaries.get(ticket.id, "") for ticket in tickets}

    @api.model
    def _draft_reply(self, ticket):
        """:return: a draft of an answer to the customer, plain text, ``""`` when there is none"""
        if not ticket._fc_client_key().allow_ai and ticket.x_fc_client_label:
            return ""
        return self._summarise_many([self._build_prompt(ticket, REPLY_PROMPT)])[0]

    @api.model
    def _build_prompt(self, ticket, instructions=SUMMARY_PROMPT):
        """Title, report and public messages; never notes, addresses or files."""
        return build_summary_prompt(
            {"name": ticket.name, "description": html2plaintext(ticket.description or "")},
            [
                {"author": message.author_id.name or "", "body": html2plaintext(message.body or "")}
                for message in ticket._fc_public_messages()
            ],
            instructions,
        )


def _complete(client, prompt):
    try:
        return client.complete(prompt)
    except SummaryError as error:
        _logger.warning("No summary: %s", error)
        return ""


def _collect(future, left_s):
    try:
        return future.result(timeout=max(left_s, 0))
    except TimeoutError:
        return ""
