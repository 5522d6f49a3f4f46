import base64
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import html_sanitize, parse_contact_from_email
from odoo.tools.sql import escape_psql

from .. import const
from .fusion_helpdesk_gateway import GatewayError


def _stamp(moment):
    return fields.Datetime.to_string(moment) if moment else ""


class FusionHelpdeskGateway(models.AbstractModel):
    _inherit = "fusion.helpdesk.gateway"

    # -- List and digest --------------------------------------------------------------------------

    def _do_list_tickets(self, call):
        lang = self._find_lang(call.identity["lang"])
        tickets = self.env["helpdesk.ticket"].with_context(lang=lang)
        domain = tickets._fc_scope_domain(call.key, call.identity) & self._get_filter(call)
        limit = min(call.integer("limit", 40) or 40, const.LIST_LIMIT)
        found = tickets.search(
            domain, offset=call.integer("offset"), limit=limit, order="write_date desc, id desc"
        )
        return {
            "tickets": [self._describe_ticket(ticket) for ticket in found],
            "total": tickets.search_count(domain),
            "scope": "all" if call.identity["all"] else "mine",
        }

    def _get_filter(self, call):
        domain = Domain.TRUE
        words = call.text("search", limit=200).strip()
        if words:
            like = escape_psql(words)
            domain &= Domain("name", "ilike", like) | Domain("ticket_ref", "ilike", like)
        state = call.text("state") or "all"
        if state in ("open", "closed"):
            closed = self.env["helpdesk.ticket"]._fc_closed_path()
            domain &= Domain(closed, "=", state == "closed")
        return domain

    def _describe_ticket(self, ticket):
        return {
            "id": ticket.id,
            "ref": ticket.ticket_ref or "",
            "subject": ticket.name or "",
            "stage": ticket.stage_id.name or "",
            "is_closed": ticket._fc_is_closed(),
            "last_update": _stamp(ticket.write_date),
            "last_support_msg_id": ticket.x_fc_last_support_msg_id or 0,
            "reporter": ticket.partner_name or "",
            "partner_email": ticket.partner_email or "",
            "reporter_uid": ticket.x_fc_reporter_uid or 0,
            "engagement_state": ticket.x_fc_engagement_state,
            "engagement_name": ticket.x_fc_engagement_name or "",
        }

    def _do_digest(self, call):
        """Rows changed since the cursor; an archived ticket counts as closed and read."""
        now = fields.Datetime.now()
        since = call.text("since") or _stamp(now - timedelta(days=const.DIGEST_DAYS))
        try:
            since = fields.Datetime.to_datetime(since)
        except ValueError:
            raise GatewayError("invalid", "since must be YYYY-MM-DD HH:MM:SS.") from None
        everybody = {**call.identity, "all": True}
        tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
        domain = tickets._fc_scope_domain(call.key, everybody) & Domain("write_date", ">=", since)
        names = ["active", "partner_email", "stage_id", "x_fc_last_support_msg_id",
                 "x_fc_reporter_uid"]  # fmt: skip
        rows = tickets.search_fetch(domain, names, order="id")
        return {"rows": [self._digest_ticket(ticket) for ticket in rows], "cursor": _stamp(now)}

    def _digest_ticket(self, ticket):
        is_there = ticket.active
        return {
            "id": ticket.id,
            "partner_email": (ticket.partner_email or "").lower(),
            "reporter_uid": ticket.x_fc_reporter_uid or 0,
            "last_support_msg_id": ticket.x_fc_last_support_msg_id if is_there else 0,
            "is_closed": not is_there or ticket._fc_is_closed(),
        }

    # -- One ticket -------------------------------------------------------------------------------

    def _do_get_ticket(self, call):
        lang = self._find_lang(call.identity["lang"])
        ticket = self._find_ticket(call).with_context(lang=lang)
        messages = self.env["mail.message"].search(
            ticket._fc_public_domain(), order="id desc", limit=const.THREAD_LIMIT + 1
        )
        newest = messages[: const.THREAD_LIMIT][::-1]
        return {
            "ticket": {
                **self._describe_ticket(ticket),
                **self._describe_more(ticket, call, newest),
            },
            "messages": [self._describe_message(ticket, message) for message in newest],
            "has_more": len(messages) > const.THREAD_LIMIT,
        }

    def _describe_more(self, ticket, call, messages):
        """What only the thread shows: the report itself, its link, the owner's decision."""
        return {
            "kind": ticket.x_fc_ticket_kind or "",
            "url": self._get_url(ticket, call),
            "can_rate": self._is_own(ticket, call) and ticket._fc_can_rate(ticket.partner_id),
            "rating": int(ticket._fc_get_rating(ticket.partner_id).rating),
            "can_close": ticket._fc_can_close(),
            "can_reopen": ticket._fc_can_reopen(),
            "description": _clean_html(ticket.description),
            "attachments": [
                self._describe_file(file)
                for file in self._get_own_files(ticket) - messages.attachment_ids
            ],
            "engagement": {
                "state": ticket.x_fc_engagement_state,
                "name": ticket.x_fc_engagement_name or "",
                "decided_at": _stamp(ticket.x_fc_engagement_decided_at),
            },
        }

    def _get_url(self, ticket, call):
        """The magic link; signed for its customer only when that is who asks, because the
        signature lets its holder write in the customer's name."""
        if not ticket.partner_id or not ticket.access_token:
            return ""
        return ticket._fc_customer_url(None if self._is_own(ticket, call) else False)

    def _is_own(self, ticket, call):
        """Whether the ticket is the caller's own, by number or address."""
        uid, email = call.identity["uid"], call.identity["email"]
        is_same = email and email == (ticket.partner_email or "").lower()
        return bool(is_same or (uid and uid == ticket.x_fc_reporter_uid))

    def _describe_message(self, ticket, message):
        return {
            "id": message.id,
            "author": _get_author(message),
            "is_support": ticket._fc_is_support(message),
            "date": _stamp(message.date),
            "body": _clean_html(message.body),
            "subtype_is_internal": False,
            "attachments": [self._describe_file(file) for file in message.attachment_ids],
        }

    def _describe_file(self, file):
        return {
            "id": file.id,
            "name": file.name or "",
            "mimetype": file.mimetype or "application/octet-stream",
            "size": file.file_size or 0,
        }

    # -- Files ------------------------------------------------------------------------------------

    def _get_own_files(self, ticket):
        """:return: files that its deployment has sent with the ticket or a reply"""
        bot = ticket.x_fc_client_key_id.bot_user_id
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", ticket._name),
                ("res_id", "=", ticket.id),
                ("res_field", "=", False),
                ("create_uid", "=", bot.id),
            ],
            order="id",
        )

    def _do_get_attachment(self, call):
        ticket = self._find_ticket(call)
        wanted = call.integer("attachment_id")
        seen = ticket._fc_public_messages().attachment_ids | self._get_own_files(ticket)
        file = seen.filtered(lambda one: one.id == wanted)
        if not file or file.type != "binary":
            raise GatewayError("not_found", "There is no such file.")
        return {
            "name": file.name or "",
            "mimetype": file.mimetype or "application/octet-stream",
            "data": base64.b64encode(file.raw or b"").decode(),
        }


def _clean_html(body):
    """No scripts, forms, classes or styles leave this server."""
    return str(html_sanitize(body or "", sanitize_form=True, strip_style=True, strip_classes=True))


def _get_author(message):
    """:return: name of who wrote; never an address. A contact's own name gives way to the one
    that stands in the message, which is a snapshot."""
    author = message.author_id
    name = parse_contact_from_email(message.email_from or "")[0]
    return (name if author.partner_share or not author else "") or author.name or name
