import base64
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from odoo.addons.fusion_base.tools.batch import run_batch
from odoo.addons.fusion_base.tools.cursor import own_cursor

from .. import const
from ..transport import TransportError
from ..utils import backoff_minutes

_METHODS = {"ticket": "submit_ticket", "reply": "post_reply"}
_STOPPING = {"auth", "forbidden", "revoked", "rate_limited", "not_configured"}
_STORE_TIMEOUT_S = 10


class FusionHelpdeskOutbox(models.Model):
    """Everything a user sends to support passes through here, so that nothing is lost."""

    _name = "fusion.helpdesk.outbox"
    _description = "Helpdesk Outbox"
    _order = "id"

    kind = fields.Selection([("ticket", "Ticket"), ("reply", "Reply")], required=True)
    uuid = fields.Char("Key", required=True, help="Sending the same key twice makes one ticket.")
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="restrict")
    name = fields.Char("Subject")
    x_fc_client_label = fields.Char("Client Deployment")
    partner_email = fields.Char("Reply E-mail")
    payload = fields.Json(help="What is sent, without files; emptied on success.")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    central_ticket_id = fields.Integer("Ticket ID")
    central_ref = fields.Char("Ticket")
    result = fields.Json(help="Central's answer, for the same key sent again.")
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("sending", "Sending"),
            ("sent", "Sent"),
            ("failed", "Refused"),
            ("discarded", "Discarded"),
        ],
        required=True,
        default="queued",
        index=True,
    )
    attempts = fields.Integer()
    next_attempt_at = fields.Datetime("Next Attempt", index=True)
    last_error = fields.Char("Last Fault")
    sent_at = fields.Datetime("Sent On")
    is_overdue_told = fields.Boolean(help="Administrators have heard that this row waits.")

    _user_uuid_uniq = models.Constraint(
        "UNIQUE(user_id, uuid)", "This was stored in the outbox already."
    )

    # The ORM has a `_flush` of its own, which these two call: here the name means the outbox's.

    def flush_model(self, fnames=None):
        models.BaseModel._flush(self)

    def flush_recordset(self, fnames=None):
        models.BaseModel._flush(self)

    def action_retry(self):
        """Send again what was refused or waits.

        :return: True
        """
        self.check_access("read")
        rows_sudo = self.sudo().try_lock_for_update()  # the others are being sent right now
        rows_sudo = rows_sudo.filtered(lambda row: row.state in ("queued", "failed"))
        rows_sudo.write({"state": "queued", "next_attempt_at": fields.Datetime.now()})
        rows_sudo._trigger_flush()
        return True

    def action_discard(self):
        """Give up what was refused or waits; text and files are removed.

        :raise UserError: while the row is being sent
        :return: True
        """
        self.check_access("read")
        rows_sudo = self.sudo().filtered(lambda row: row.state in ("queued", "failed"))
        if len(rows_sudo.try_lock_for_update()) < len(rows_sudo):
            raise UserError(self.env._("This is being sent right now."))
        rows_sudo.attachment_ids.unlink()
        rows_sudo.write({"state": "discarded", "payload": False})
        return True

    @api.model
    def _flush(self, limit=50):
        """Send what is due, in order; one bad row never stops the rest.

        :return: ``{"sent", "queued", "failed"}``: how many rows of this run ended so
        """
        tally = {"sent": 0, "queued": 0, "failed": 0}
        outbox_sudo = self.sudo()
        outbox_sudo._tell_overdue()
        if not self.env["fusion.helpdesk.remote"]._read_config()["configured"]:
            return tally
        due = outbox_sudo._search_due(limit)
        left = outbox_sudo.search_count(outbox_sudo._get_due_domain()) - len(due) if due else 0
        run = {"is_over": False, "faults": 0}
        run_batch(
            due,
            lambda row: row._flush_one(tally, run),
            is_due=lambda row: not run["is_over"] and row._may_go(),
            on_failure=lambda row, error: row._wait(type(error).__name__),
            remaining=max(left, 0),
        )
        due._tell_users()
        return tally

    def _get_due_domain(self):
        now = fields.Datetime.now()
        is_time = ["|", ("next_attempt_at", "=", False), ("next_attempt_at", "<=", now)]
        return [("state", "=", "queued"), *is_time]

    def _search_due(self, limit):
        return self.search(self._get_due_domain(), limit=limit)

    def _may_go(self):
        """A reply waits for earlier ones to the same ticket. Read again under the lock."""
        if self.state != "queued":
            return False
        domain = [
            ("kind", "=", "reply"),
            ("central_ticket_id", "=", self.central_ticket_id),
            ("state", "=", "queued"),
            ("id", "<", self.id),
        ]
        return self.kind == "ticket" or not self.search_count(domain, limit=1)

    def _flush_one(self, tally, run):
        remote = self.env["fusion.helpdesk.remote"].with_user(self.user_id)
        config = remote._read_config()

        def call(method, payload, with_files):
            timeout = config["upload_timeout"] if with_files else config["timeout"]
            return remote._call(method, payload, timeout)

        fault = self._send(call)
        tally[self.state] += 1
        is_transport = self.state == "queued"
        run["faults"] = run["faults"] + 1 if is_transport else 0
        run["is_over"] = fault in _STOPPING or run["faults"] >= const.GIVE_UP_AFTER

    @api.model
    def _is_known(self, uuid):
        return bool(self._find_row(uuid))

    def _find_row(self, uuid):
        domain = [("user_id", "=", self.env.uid), ("uuid", "=", uuid)]
        return self.sudo().search(domain, limit=1)

    @api.model
    def _find_done(self, uuid):
        """:return: the first answer to this key of the current user, None where there is none or
        it was refused"""
        row = self._find_row(uuid)
        return row._make_answer() if row.state in ("queued", "sending", "sent") else None

    @api.model
    def _store_and_send(self, values, files):
        """Store durably, then try once. A crash in between leaves a row that the cron sends.

        Both in cursors of their own: the row must stand before central hears of it, and what
        central answered must stand whatever becomes of the request.

        :param values: columns of the row
        :param files: list of ``{"name", "mimetype", "raw"}``
        :return: the dialog's answer
        """
        self.flush_model()
        with own_cursor(
            self.env, read_committed=True, lock_timeout_s=3, statement_timeout_s=_STORE_TIMEOUT_S
        ) as cr:
            row_id = self.with_env(self.env(cr=cr))._store(values, files).id
        with own_cursor(self.env, statement_timeout_s=_STORE_TIMEOUT_S) as cr:
            row = self.with_env(self.env(cr=cr)).sudo().browse(row_id)
            if not row.try_lock_for_update() or row.state != "queued":
                return row._make_answer()  # another tab sends it
            service = row.env["fusion.helpdesk.service"].with_user(row.user_id)
            fault = row._send(service._ask)
            answer = row._make_answer(fault)
        self.invalidate_model()
        return answer

    def _store(self, values, files):
        """:return: the row of the key: new, or the refused one with its new text"""
        key = f"fusion.helpdesk.outbox:{values['user_id']}:{values['uuid']}"
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", key))
        row_sudo = self._find_row(values["uuid"])
        if row_sudo.state in ("queued", "sending", "sent"):
            return row_sudo
        values = {**values, "state": "queued", "next_attempt_at": fields.Datetime.now()}
        if row_sudo:
            row_sudo.attachment_ids.unlink()
            row_sudo.write({**values, "last_error": False})
        else:
            row_sudo = row_sudo.create(values)
        row_sudo.attachment_ids = row_sudo.env["ir.attachment"].create(
            [{**item, "res_model": self._name, "res_id": row_sudo.id} for item in files]
        )
        row_sudo._trigger_flush()
        return row_sudo

    def _send(self, call):
        """Send this locked row once and write what came of it.

        :param call: function (method, payload, whether there are files) -> central's answer
        :return: code of the fault, empty when it was sent
        """
        try:
            answer = call(_METHODS[self.kind], self._build_payload(), bool(self.attachment_ids))
        except TransportError as error:
            self._wait(error.message)
            return error.code
        if answer["ok"]:
            self._finish(answer)
            return ""
        message = self.env["fusion.helpdesk.service"]._refusal_message(answer)
        code = answer.get("error") or "server"
        if code == "rate_limited":
            self._wait(message, seconds=answer.get("retry_after"))
        elif code in const.REFUSALS:
            self.write({"state": "failed", "attempts": self.attempts + 1, "last_error": message})
        else:
            self._wait(message)
        return code

    def _build_payload(self):
        """:return: the payload of the wire, with files and the owner as set now"""
        payload = {name: value for name, value in self.payload.items() if name != "draft"}
        payload["uuid"] = f"{self.user_id.id}-{self.uuid}"
        payload["attachments"] = [
            {
                "name": file.name,
                "mimetype": file.mimetype or "application/octet-stream",
                "data": base64.b64encode(file.raw or b"").decode(),
            }
            for file in self.attachment_ids.sorted("id")
        ]
        contact = self.env["fusion.helpdesk.service"]._get_contact()
        if self.kind == "ticket" and contact is not None:
            payload["contact"] = contact
        return payload

    def _finish(self, answer):
        ticket_id = answer.get("ticket_id")
        names = ("ref", "url", "email_captured", "message_id")
        values = {
            "state": "sent",
            "attempts": self.attempts + 1,
            "sent_at": fields.Datetime.now(),
            "payload": False,
            "last_error": False,
            "result": {name: answer[name] for name in names if name in answer},
        }
        if self.kind == "ticket" and isinstance(ticket_id, int):
            values["central_ticket_id"] = ticket_id
            values["central_ref"] = str(answer.get("ref") or "")
        self.attachment_ids.unlink()
        self.write(values)

    def _wait(self, message, seconds=None):
        """Try again later.

        :param seconds: what central asks to wait; does not count as an attempt. None: the wait
            grows with the attempts, with some jitter so that deployments do not come at once
        """
        attempts = self.attempts
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            wait_s = min(max(seconds, 1), 86400)
        else:
            attempts += 1
            wait_s = backoff_minutes(attempts) * 60 * random.uniform(1, 1 + const.JITTER)
        self.write(
            {
                "state": "queued",
                "attempts": attempts,
                "next_attempt_at": fields.Datetime.now() + timedelta(seconds=wait_s),
                "last_error": message,
            }
        )

    def _make_answer(self, fault=""):
        """:return: the dialog's answer, from the row as it stands"""
        result = self.result or {}
        answer = {"ok": True, "queued": self.state != "sent", "outbox_id": self.id}
        if self.state == "failed":
            return self.env["fusion.helpdesk.service"]._refuse(
                fault or "invalid", self.last_error or "", outbox_id=self.id
            )
        if answer["queued"] and self.last_error:
            answer |= {"reason": fault, "message": self.last_error}
        if self.kind == "reply":
            return answer | {"message_id": result.get("message_id") or False}
        captured = result.get("email_captured", bool(self.partner_email))
        return answer | {
            "ticket_id": self.central_ticket_id or False,
            "ticket_ref": self.central_ref or False,
            "ticket_url": result.get("url") or False,
            "email_captured": captured,
        }

    def _trigger_flush(self):
        self.env.ref("fusion_helpdesk.ir_cron_outbox").sudo()._trigger()

    def _tell_users(self):
        """Their dots change without a reload."""
        for user in self.user_id:
            service = self.env["fusion.helpdesk.service"].with_user(user)
            user._bus_send("fusion_helpdesk.outbox", {"pending": service._count_pending()})

    def _tell_overdue(self):
        """Administrators hear once of a row that has waited for a day."""
        before = fields.Datetime.now() - timedelta(hours=const.OVERDUE_H)
        domain = [
            ("state", "=", "queued"),
            ("create_date", "<", before),
            ("is_overdue_told", "=", False),
        ]
        rows = self.search(domain, limit=1000)
        if not rows:
            return
        rows.is_overdue_told = True
        admins = self.env.ref(const.ADMIN_GROUP).all_user_ids.filtered("active")
        self.env["mail.thread"].message_notify(
            partner_ids=admins.partner_id.ids,
            subject=self.env._("Support has not been reached for a day"),
            body=self.env._(
                "%(count)s messages to support wait in the outbox. Last fault: %(fault)s",
                count=len(rows),
                fault=rows[-1].last_error or "-",
            ),
        )

    @api.autovacuum
    def _gc_sent(self):
        """Remove what was sent or discarded more than 30 days ago."""
        before = fields.Datetime.now() - timedelta(days=const.KEEP_SENT_DAYS)
        domain = [("state", "in", ["sent", "discarded"]), ("write_date", "<", before)]
        self.sudo().search(domain, limit=GC_UNLINK_LIMIT).unlink()
