import uuid as uuid_lib

from odoo import api, models
from odoo.tools import email_normalize

from .. import const
from ..services import report
from ..utils import build_ticket_vals, clean_text


class Refusal(Exception):
    """What the user sent is not taken. ``values`` go into the answer."""

    def __init__(self, code, message="", **values):
        super().__init__(code)
        self.code = code
        self.message = message
        self.values = values


class FusionHelpdeskService(models.AbstractModel):
    """Submitting tickets and replies: checked here, stored in the outbox, then sent."""

    _inherit = "fusion.helpdesk.service"

    @api.model
    def _submit(self, values):
        """Store a report and send it.

        :param values: dict of the route's parameters: ``kind``, ``subject``, ``description``,
            ``reply_email`` (absent means the form's own default), ``attachments``, ``context``,
            ``include_context``, ``draft_uuid``
        :return: the route's answer
        """
        if not self._is_allowed():
            return self._refuse("forbidden")
        uuid = self._clean_uuid(values.get("draft_uuid"))
        outbox = self.env["fusion.helpdesk.outbox"]
        known = outbox._find_done(uuid)
        if known:
            return known
        try:
            row, files = self._prepare_ticket(values, uuid)
            self._count_one("tickets_per_hour", uuid)
        except Refusal as refusal:
            return self._refuse(refusal.code, refusal.message, **refusal.values)
        return outbox._store_and_send(row, files)

    @api.model
    def _ticket_reply(self, ticket_id, body, attachments=None, uuid=None):
        """Store a reply to a ticket and send it.

        :return: the route's answer
        """
        if not self._is_allowed():
            return self._refuse("forbidden")
        if not self._is_id(ticket_id):
            return self._refuse("not_found")
        uuid = self._clean_uuid(uuid)
        outbox = self.env["fusion.helpdesk.outbox"]
        known = outbox._find_done(uuid)
        if known:
            return known
        try:
            row, files = self._prepare_reply(ticket_id, body, attachments, uuid)
            self._count_one("replies_per_hour", uuid)
        except Refusal as refusal:
            return self._refuse(refusal.code, refusal.message, **refusal.values)
        return outbox._store_and_send(row, files)

    def _is_id(self, value):
        return isinstance(value, int) and 0 < value <= const.ID_MAX

    def _clean_uuid(self, uuid):
        """:return: the browser's key, else one of our own"""
        uuid = report.clean_line(uuid, const.UUID_MAX)
        return uuid or str(uuid_lib.uuid4())

    def _prepare_ticket(self, values, uuid):
        """:return: (values of the outbox row, files)
        :raise Refusal: before anything is stored
        """
        kind = values.get("kind")
        if not isinstance(kind, str) or kind not in const.KINDS:
            raise Refusal("bad_kind")
        description = self._read_text(values.get("description"), const.TEXT_MAX)
        if not description:
            raise Refusal("empty")
        subject = report.clean_line(values.get("subject"), const.TEXT_MAX)
        if len(subject) > const.SUBJECT_MAX:
            raise Refusal("too_long")
        email = self._read_reply_email(values)
        files = self._read_files(values.get("attachments"))
        context = values.get("context") if values.get("include_context") else None
        context = context if isinstance(context, dict) or context is None else {}
        payload = {
            "identity": self._identity(),
            "kind": kind,
            "vals": self._build_vals(kind, subject, description, email, context),
            "draft": {"kind": kind, "subject": subject, "description": description,
                      "reply_email": email},
        }  # fmt: skip
        if context and report.read_fingerprint(context):
            payload["fingerprint"] = report.read_fingerprint(context)
        row = self._prepare_row("ticket", uuid, subject or "(untitled)", email, payload)
        return row, files

    def _build_vals(self, kind, subject, description, email, context):
        config = self.env["fusion.helpdesk.remote"]._read_config()
        user = self.env.user
        user_row = report.clean_line(f"{user.name} (#{user.id}, {user.login})", const.SUBJECT_MAX)
        return build_ticket_vals(
            kind,
            subject,
            report.build_body(description, user_row, context),
            config["team_id"],
            config["client_label"],
            report.clean_line(user.name, const.SUBJECT_MAX),
            email,
            report.clean_line(self.env.company.name, const.SUBJECT_MAX),
        )

    def _prepare_reply(self, ticket_id, body, attachments, uuid):
        text = self._read_text(body, const.TEXT_MAX)
        files = self._read_files(attachments)
        if not text and not files:
            raise Refusal("empty")
        payload = {"identity": self._identity(), "ticket_id": ticket_id, "body": text}
        name = self.env._("Reply to #%(ticket)s", ticket=ticket_id)
        row = self._prepare_row("reply", uuid, name, self._get_email(), payload)
        return {**row, "central_ticket_id": ticket_id}, files

    def _prepare_row(self, kind, uuid, name, email, payload):
        return {
            "kind": kind,
            "uuid": uuid,
            "user_id": self.env.uid,
            "name": name,
            "x_fc_client_label": self.env["fusion.helpdesk.remote"]._get_text("client_label"),
            "partner_email": email,
            "payload": payload,
        }

    def _read_text(self, text, limit):
        """:return: text without what cannot travel, line ends as ``\\n``
        :raise Refusal: when it is longer than ``limit`` characters
        """
        text = text if isinstance(text, str) else ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = clean_text(text, len(text)).strip()
        if len(text) > limit:
            raise Refusal("too_long")
        return text

    def _read_reply_email(self, values):
        """:return: the normalised address, empty where the user wants no answer by mail
        :raise Refusal: ``bad_email``
        """
        if values.get("reply_email") is None:
            return self._get_email()
        given = values["reply_email"]
        if not isinstance(given, str):
            raise Refusal("bad_email")
        if not given.strip():
            return ""
        email = email_normalize(given, strict=True)
        if not email or "." not in email.rpartition("@")[2]:
            raise Refusal("bad_email")
        return email

    def _read_files(self, attachments):
        remote = self.env["fusion.helpdesk.remote"]
        limits = {
            name: remote._get_number(name) for name in ("max_files", "max_file_mb", "max_total_mb")
        }
        try:
            return report.read_files(attachments, limits)
        except report.BadFile as fault:
            raise Refusal(fault.code, self._explain_file(fault, limits)) from None

    def _explain_file(self, fault, limits):
        if fault.code == "bad_attachment":
            return self.env._("The file %(name)s could not be read.", name=fault.name)
        return self.env._(
            "The file %(name)s is too much: at most %(files)s files of %(each)s MB, %(total)s MB "
            "together.",
            name=fault.name,
            files=limits["max_files"],
            each=limits["max_file_mb"],
            total=limits["max_total_mb"],
        )

    def _count_one(self, parameter, uuid):
        """:raise Refusal: when the user has sent too much within the hour"""
        if uuid and self.env["fusion.helpdesk.outbox"]._is_known(uuid):
            return  # a refused one, sent again
        limit = self.env["fusion.helpdesk.remote"]._get_number(parameter)
        wait_s = self.env["fusion.helpdesk.client.rate"]._hit(
            f"{parameter}:{self.env.uid}", limit, 3600
        )
        if wait_s:
            message = self.env._(
                "You have sent a lot within an hour. Please try again in %(minutes)s minutes; "
                "nothing is lost.",
                minutes=-(-wait_s // 60),
            )
            raise Refusal("rate_limited", message, retry_after=wait_s)
