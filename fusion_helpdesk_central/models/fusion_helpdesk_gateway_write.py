import base64
import binascii
import logging
import mimetypes
import re

from markupsafe import Markup, escape
from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.tools import email_normalize, formataddr, html_sanitize

from .. import const
from ..settings import get_bool, get_int
from .fusion_helpdesk_gateway import GatewayError

_logger = logging.getLogger(__name__)
_PRIORITIES = ("0", "1", "2", "3")
_FINGERPRINT = re.compile("[0-9a-fA-F]{64}")


class FusionHelpdeskGateway(models.AbstractModel):
    _inherit = "fusion.helpdesk.gateway"

    # -- Ticket -----------------------------------------------------------------------------------

    def _do_submit_ticket(self, call):
        uuid = self._read_uuid(call)
        known = self._find_submitted(call.key, uuid)
        if known:
            return self._answer_submit(known, [], is_duplicate=True)
        values = self._prepare_ticket(call)
        files = self._read_files(call)
        ticket = self._create_ticket({**values, "x_fc_client_uuid": uuid})
        contact = call.record("contact")
        warnings = self._set_contact(call, contact) if contact is not None else []
        if values["partner_email"] and not ticket.partner_id:
            warnings.append(self.env._("The reply address is one of ours; nobody will be written."))
        if not self._attach(ticket, files, call.key):
            warnings.append(self.env._("The files could not be stored."))
        if ticket.partner_id and not ticket._fc_acknowledge():
            warnings.append(self.env._("No acknowledgement was sent."))
        return self._answer_submit(ticket, warnings)

    def _read_uuid(self, call):
        uuid = call.text("uuid").strip()
        if not uuid:
            raise GatewayError("invalid", "uuid is missing.")
        return uuid

    def _find_submitted(self, key, uuid):
        return self.env["helpdesk.ticket"].with_context(active_test=False).search(
            [("x_fc_client_key_id", "=", key.id), ("x_fc_client_uuid", "=", uuid)], limit=1
        )  # fmt: skip

    def _answer_submit(self, ticket, warnings, is_duplicate=False):
        return {
            "ticket_id": ticket.id,
            "ref": ticket.ticket_ref or "",
            "url": ticket._fc_customer_url() if ticket.partner_id else "",
            "duplicate": is_duplicate,
            "email_captured": bool(ticket.partner_id),
            "warnings": warnings,
        }

    def _prepare_ticket(self, call):
        """Read the few values that count; the label is always the key's."""
        vals = call.record("vals") or {}
        name = call.text("name", vals, const.MAX_NAME).strip()
        if not name:
            raise GatewayError("invalid", "vals.name is missing.")
        self._check_label(call, vals)
        kind = call.text("kind")
        priority = vals.get("priority")
        values = {
            "name": name,
            "description": html_sanitize(call.text("description", vals, const.MAX_DESCRIPTION)),
            "partner_name": call.text("partner_name", vals) or call.identity["name"],
            "partner_email": email_normalize(call.text("partner_email", vals)) or False,
            "partner_company_name": call.text("partner_company_name", vals) or False,
            "team_id": self._find_team(call.key, vals.get("team_id")),
            "company_id": call.key.company_id.id,
            "user_id": False,
            "x_fc_client_key_id": call.key.id,
            "x_fc_client_label": call.key.client_label,
            "x_fc_reporter_uid": call.identity["uid"],
            "x_fc_ticket_kind": kind if kind in ("bug", "feature") else False,
            "x_fc_error_fingerprint": self._read_fingerprint(call),
        }
        if priority in _PRIORITIES:
            values["priority"] = priority
        return values

    def _read_fingerprint(self, call):
        """:return: 64 hex digits; anything else is dropped"""
        given = call.payload.get("fingerprint")
        is_hash = isinstance(given, str) and _FINGERPRINT.fullmatch(given)
        return given.lower() if is_hash else False

    def _check_label(self, call, vals):
        label = call.text("x_fc_client_label", vals)
        if label and label.strip().upper() != call.key.client_label:
            _logger.warning("Client key %s sent another label; it was ignored", call.key.id)

    def _find_team(self, key, given):
        """:return: id of the first of these that fits: the payload's, the key's, the default, any
        team; ``False`` when there is none"""
        teams = self.env["helpdesk.team"]
        default = get_int(self.env, "default_team_id")
        is_id = isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**31
        wanted = [given if is_id else 0, key.team_id.exists().id, default]
        domain = [("active", "=", True), ("company_id", "in", [key.company_id.id, False])]
        usable = teams.search(domain).ids
        return next((id_ for id_ in wanted if id_ in usable), usable[:1] and usable[0])

    def _create_ticket(self, values):
        """:raise ConcurrencyError: the same uuid was stored meanwhile; Odoo runs the call again"""
        tickets = self.env["helpdesk.ticket"].with_context(
            mail_create_nosubscribe=True, fc_no_ack=True, lang=self._get_contact_lang()
        )
        try:
            with self.env.cr.savepoint():
                ticket = tickets.create(values)
                ticket.flush_recordset()
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error
        return ticket.with_env(self.env)

    def _get_contact_lang(self):
        return self.env.company.partner_id.lang or "en_US"

    # -- Reply ------------------------------------------------------------------------------------

    def _do_post_reply(self, call):
        uuid = self._read_uuid(call)
        ticket = self._find_ticket(call)
        known = self._find_reply(ticket, uuid)
        if known:
            return {"message_id": known.id, "duplicate": True}
        text = call.text("body", limit=const.MAX_REPLY).strip()
        files = self._read_files(call)
        if not text and not files:
            raise GatewayError("invalid", "A reply needs a text or a file.")
        message = self._post(ticket, call, uuid, text, files)
        if get_bool(self.env, "reopen_on_reply"):
            ticket._fc_set_state("reopen", call.identity["name"])
        return {"message_id": message.id, "duplicate": False}

    def _find_reply(self, ticket, uuid):
        return self.env["mail.message"].search(
            [
                ("model", "=", ticket._name),
                ("res_id", "=", ticket.id),
                ("x_fc_client_uuid", "=", uuid),
            ],
            limit=1,
        )

    def _post(self, ticket, call, uuid, text, files):
        author, email_from = self._find_author(ticket, call.identity)
        lines = Markup("<br/>").join(escape(line) for line in text.splitlines())
        try:
            with self.env.cr.savepoint():
                message = ticket.with_context(
                    mail_post_autofollow_author_skip=True, attachments_mime_plainxml=True
                ).message_post(
                    body=Markup("<p>{}</p>").format(lines) if text else "",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    author_id=author.id,
                    email_from=email_from,
                    attachment_ids=self._create_files(ticket, files, call.key).ids,
                    x_fc_client_uuid=uuid,
                )
                message.flush_recordset()
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error
        return message

    def _find_author(self, ticket, identity):
        """Who replies: the contact of the replying user's own address. A deployment cannot speak
        as one of our own people: their address gives a name only.

        :return: (contact, maybe empty; sender's header)
        """
        author = self.env["res.partner"]
        name, email = identity["name"], identity["email"]
        if email:
            author = ticket._fc_find_contact(email, name)
        elif identity["uid"] == ticket.x_fc_reporter_uid:
            author = ticket.partner_id
        if author and author.partner_share:
            return author, formataddr((name or author.name, email or author.email or ""))
        return self.env["res.partner"], name or email or self.env._("Reporter")

    # -- Closing and rating -----------------------------------------------------------------------

    def _do_set_state(self, call):
        ticket = self._find_ticket(call)
        if not ticket._fc_set_state(call.text("action"), call.identity["name"]):
            raise GatewayError("invalid", "This cannot be done with the ticket now.")
        return self._answer_stage(ticket, call)

    def _do_rate(self, call):
        ticket = self._find_ticket(call)
        feedback = call.text("feedback", limit=const.MAX_REPLY)[: const.MAX_COMMENT]
        is_taken = self._is_own(ticket, call) and ticket._fc_rate(
            call.integer("rating"), feedback, ticket.partner_id
        )
        if not is_taken:
            raise GatewayError("invalid", "This ticket cannot be rated now.")
        return self._answer_stage(ticket, call)

    def _answer_stage(self, ticket, call):
        lang = self._find_lang(call.identity["lang"])
        return {"stage": ticket.with_context(lang=lang).stage_id.name or ""}

    # -- Files ------------------------------------------------------------------------------------

    def _read_files(self, call):
        """Check sizes before anything is decoded.

        :return: list of (name, bytes, mimetype)
        """
        raw = call.payload.get("attachments") or []
        if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
            raise GatewayError("invalid", "attachments must be a list.")
        if not all(isinstance(one.get("data"), str) for one in raw):
            raise GatewayError("invalid", "An attachment has no data.")
        limit = get_int(self.env, "max_total_mb", const.MAX_TOTAL_MB) << 20
        if len(raw) > const.MAX_FILES or sum(len(one["data"]) for one in raw) * 3 // 4 > limit:
            raise GatewayError("too_large", "The files are too large together.")
        return [self._read_file(call, one) for one in raw]

    def _read_file(self, call, raw):
        name = call.text("name", raw).replace("\\", "/").rpartition("/")[2].strip(". ")
        name = "".join(char for char in name if char.isprintable()) or "attachment"
        mimetype = call.text("mimetype", raw) or mimetypes.guess_type(name)[0] or ""
        try:
            content = base64.b64decode(raw["data"], validate=True)
        except (binascii.Error, ValueError):
            raise GatewayError("invalid", f"The file {name} is damaged.") from None
        return name, content, mimetype

    def _attach(self, ticket, files, key):
        """:return: whether all files were stored; a fault never costs the ticket"""
        try:
            with self.env.cr.savepoint():
                self._create_files(ticket, files, key)
            return True
        except Exception:  # disk full, odd content: the report itself counts more
            _logger.warning("Files of ticket %s not stored", ticket.id, exc_info=True)
            ticket._message_log(body=self.env._("The customer's files could not be stored."))
            return False

    def _create_files(self, ticket, files, key):
        """The bot is their author: that is how they are known as the client's own."""
        attachments = (
            self.env["ir.attachment"]
            .with_user(key.bot_user_id)
            .sudo()
            .with_context(attachments_mime_plainxml=True)
        )
        return attachments.create(
            [
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": ticket._name,
                    "res_id": ticket.id,
                }
                for name, content, mimetype in files
            ]
        ).with_env(self.env)
