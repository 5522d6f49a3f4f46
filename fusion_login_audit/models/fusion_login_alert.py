import hashlib
from itertools import islice

from markupsafe import Markup, escape

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const

_logger = redact_logger(__name__)
_CAPPED = "mail cap"


def make_subject_key(kind, subject):
    """:return: 64 hex characters, whatever an attacker typed"""
    return hashlib.sha256(f"{kind}{str(subject).strip().lower()}".encode()).hexdigest()


class FusionLoginAlert(models.Model):
    """A crossed threshold. Written in the failure's own transaction, mailed by the cron."""

    _name = "fusion.login.alert"
    _description = "Login Alert"
    _order = "triggered_at desc, id desc"
    _rec_name = "attempted_login"
    _log_access = False

    kind = fields.Selection(
        [("burst", "Failure burst"), ("spray", "Many logins, one address"),
         ("travel", "Impossible travel")],
        required=True, readonly=True,
    )  # fmt: skip
    attempted_login = fields.Char("Login", size=255, readonly=True)
    ip_address = fields.Char("Address", size=45, readonly=True)
    user_id = fields.Many2one("res.users", "User", ondelete="set null", readonly=True)
    subject_key = fields.Char(size=64, required=True, readonly=True)
    event_count = fields.Integer("Events", readonly=True)
    first_event = fields.Datetime(readonly=True)
    last_event = fields.Datetime(readonly=True)
    triggered_at = fields.Datetime("Triggered", required=True, readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("sent", "Sent"), ("suppressed", "Suppressed"),
         ("failed", "Failed")],
        required=True, default="pending", readonly=True,
    )  # fmt: skip
    mail_attempts = fields.Integer(readonly=True)
    error = fields.Char(size=255, readonly=True)

    _subject_idx = models.Index("(subject_key, triggered_at DESC)")
    _state_idx = models.Index("(id) WHERE state = 'pending'")

    @api.model
    def _fc_check(self, cr, vals):
        """Look for a burst after a failure; a fault here costs the alert, not the row."""
        if not self.env(cr=cr)["fusion.login.audit"]._fc_get_bool("alert_enabled"):
            return
        try:
            with cr.savepoint(flush=False):
                self._fc_check_burst(cr, vals)
        except Exception:  # the row is worth more than its alert
            _logger.exception("The alert of a login event could not be made")

    @api.model
    def _fc_check_burst(self, cr, vals):
        """Alert once per subject and cool-down, when the failures of a login or the logins tried
        from an address reach their threshold.

        :param cr: cursor of the failure's transaction, its row already inserted
        """
        alerts = self.with_env(self.env(cr=cr, user=SUPERUSER_ID))
        audit = alerts.env["fusion.login.audit"]
        threshold = audit._fc_get_int("alert_threshold")
        login, ip = vals["attempted_login"], vals.get("ip_address")
        is_folded = bool(vals.get("fold_key"))
        if not is_folded or audit._fc_get_int("flood_limit_per_min") < threshold:
            count = audit._fc_recent_failure_count(login, vals.get("event_time"))
            if count >= threshold:
                alerts._fc_raise("burst", login, count, vals)
        spray = audit._fc_get_int("spray_threshold")
        if spray and ip and ip != const.INTERNAL and not is_folded:
            count = alerts._fc_count_logins(ip, vals["event_time"])
            if count >= spray:
                alerts._fc_raise("spray", ip, count, vals)

    @api.model
    def _fc_count_logins(self, ip, now):
        """:return: different logins that failed from the address in the window"""
        minutes = self.env["fusion.login.audit"]._fc_get_int("alert_window_min")
        self.env.cr.execute(
            SQL(
                """SELECT COUNT(DISTINCT attempted_login) FROM fusion_login_audit
                    WHERE ip_address = %s AND event_time > %s AND result = 'failure'
                      AND fold_key IS NULL""",
                ip,
                fields.Datetime.subtract(fields.Datetime.to_datetime(now), minutes=minutes),
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _fc_raise(self, kind, subject, count, vals):
        """Insert the alert and wake the cron, unless one of that subject is young.

        The first look takes no lock, so that a long attack stays cheap.
        """
        key = make_subject_key(kind, subject)
        if self._fc_has_young(key):
            return
        lock = int.from_bytes(bytes.fromhex(key)[:8], "big", signed=True)
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s)", lock))
        if self._fc_has_young(key):
            return
        now = fields.Datetime.now()
        minutes = self.env["fusion.login.audit"]._fc_get_int("alert_window_min")
        self.create(
            {
                "kind": kind,
                "attempted_login": vals["attempted_login"] if kind != "spray" else False,
                "ip_address": vals.get("ip_address") or False,
                "user_id": vals.get("user_id") if kind != "spray" else False,
                "subject_key": key,
                "event_count": count,
                "first_event": self._fc_find_first(kind, subject, minutes),
                "last_event": vals["event_time"],
                "triggered_at": now,
            }
        )
        self.env.ref("fusion_login_audit.ir_cron_login_alert")._trigger()
        self.env.flush_all()

    @api.model
    def _fc_has_young(self, key):
        minutes = self.env["fusion.login.audit"]._fc_get_int("alert_cooldown_min")
        self.env.cr.execute(
            SQL(
                """SELECT 1 FROM fusion_login_alert
                    WHERE subject_key = %s AND triggered_at > %s LIMIT 1""",
                key,
                fields.Datetime.subtract(fields.Datetime.now(), minutes=minutes),
            )
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _fc_find_first(self, kind, subject, minutes):
        column = {"burst": "attempted_login", "spray": "ip_address"}.get(kind)
        if not column:
            return False
        self.env.cr.execute(
            SQL(
                """SELECT MIN(event_time) FROM fusion_login_audit
                    WHERE %s = %s AND result = 'failure' AND event_time > %s""",
                SQL.identifier(column),
                subject,
                fields.Datetime.subtract(fields.Datetime.now(), minutes=minutes),
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _fc_raise_travel(self, row):
        """:param row: the later of the two logins, as a dict"""
        if not self.env["fusion.login.audit"]._fc_get_bool("alert_enabled"):
            return
        user_sudo = self.env["res.users"].sudo().browse(row["user_id"])
        vals = {**row, "attempted_login": user_sudo.login}
        self.sudo()._fc_raise("travel", row["user_id"], 2, vals)

    @api.model
    def _cron_process(self, limit=50):
        """Queue one mail per alert; beyond the hourly cap one summary for the rest.

        :return: alerts handled
        """
        alerts = self.sudo().search([("state", "=", "pending")], order="id", limit=limit)
        room = self.env["fusion.login.audit"]._fc_get_int("mail_cap_hour") - self._fc_count_sent()
        waiting = iter(alerts)
        for alert in islice(waiting, max(room, 0)):
            alert._fc_send_guarded()
        capped = self.concat(*waiting)
        if capped:
            capped.sudo()._fc_send_summary()
        return len(alerts)

    @api.model
    def _fc_count_sent(self):
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        domain = [("state", "=", "sent"), ("triggered_at", ">", since)]
        return self.sudo().search_count(domain)

    def _fc_send_guarded(self):
        """One bad alert never stops the rest; after three tries it is given up."""
        try:
            with self.env.cr.savepoint():
                self._fc_send()
        except Exception as error:  # row boundary
            _logger.exception("Login alert %s not sent", self.id)
            tries = self.mail_attempts + 1
            state = "failed" if tries >= const.MAIL_TRIES else "pending"
            self.write(
                {"mail_attempts": tries, "state": state, "error": type(error).__name__[:255]}
            )

    def _fc_send(self):
        partners_sudo = self._fc_get_recipients()
        is_on = self.env["fusion.login.audit"]._fc_get_bool("alert_enabled")
        if not partners_sudo or not is_on:
            _logger.warning("Login alert %s: nobody to mail, or mail is off", self.id)
            self.write({"state": "suppressed", "error": "no recipient"})
            return
        for lang, readers_sudo in partners_sudo.grouped("lang").items():
            self._fc_queue_mail(readers_sudo, **self.with_context(lang=lang)._fc_render())
        self.write({"state": "sent", "mail_attempts": self.mail_attempts + 1, "error": False})

    def _fc_send_summary(self):
        """At most one summary an hour; the alerts themselves stay in the list."""
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        domain = [("error", "=", _CAPPED), ("triggered_at", ">", since)]
        is_first = not self.search_count(domain, limit=1)
        partners_sudo = self._fc_get_recipients()
        self.write({"state": "suppressed", "error": _CAPPED})
        if not (is_first and partners_sudo):
            return
        for lang, readers_sudo in partners_sudo.grouped("lang").items():
            self._fc_queue_mail(readers_sudo, **self.with_context(lang=lang)._fc_get_summary())

    def _fc_get_summary(self):
        """:return: ``{"subject", "body"}``"""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        lines = Markup("").join(
            Markup("<li>%s: %s (%s)</li>")
            % (
                kinds[alert.kind],
                alert.attempted_login or alert.ip_address or "",
                alert.event_count,
            )
            for alert in self
        )
        intro = self.env._("The mail limit is reached. Later ones are only in the list of alerts.")
        subject = self.env._("[Login Audit] %(count)s further alerts in this hour", count=len(self))
        return {"subject": subject, "body": Markup("<p>%s</p><ul>%s</ul>") % (intro, lines)}

    @api.model
    def _fc_get_recipients(self):
        """:return: partners of active internal administrators with an e-mail, sudo"""
        users_sudo = self.env.ref("base.group_system").sudo().all_user_ids
        users_sudo = users_sudo.filtered(lambda user: user.active and not user.share and user.email)
        return users_sudo.partner_id

    @api.model
    def _fc_queue_mail(self, partners_sudo, subject, body):
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": body,
                "email_from": self.env.company.email_formatted
                or self.env.ref("base.user_root").email_formatted,
                "recipient_ids": [fields.Command.set(partners_sudo.ids)],
                "auto_delete": True,
            }
        )

    def _fc_render(self):
        """:return: ``{"subject", "body"}`` by the template, or built in where it was deleted"""
        template = self.env.ref("fusion_login_audit.mail_template_login_alert", False)
        if not template:
            return {"subject": self._fc_get_subject(), "body": self._fc_get_plain_body()}
        return self._fc_render_template(template.with_context(lang=self.env.lang), self)

    @api.model
    def _fc_render_template(self, template, record):
        """:return: ``{"subject", "body"}`` in the language of the template's context"""
        return {
            part: template.sudo()._render_field(field, record.ids)[record.id]
            for part, field in (("subject", "subject"), ("body", "body_html"))
        }

    def _fc_get_subject(self):
        """:return: text of one line"""
        self.ensure_one()
        if self.kind == "burst":
            return self.env._(
                "[Login Audit] %(count)s failed login attempts for %(login)s",
                count=self.event_count,
                login=self.attempted_login,
            )
        if self.kind == "spray":
            return self.env._(
                "[Login Audit] %(count)s different logins tried from %(ip)s",
                count=self.event_count,
                ip=self.ip_address,
            )
        return self.env._(
            "[Login Audit] impossible travel of %(login)s", login=self.attempted_login
        )

    def _fc_get_events(self):
        """:return: the last 20 rows of the subject as dicts of text, newest first"""
        self.ensure_one()
        domain = {
            "burst": [("attempted_login", "=", self.attempted_login)],
            "spray": [("ip_address", "=", self.ip_address)],
            "travel": [("user_id", "=", self.user_id.id), ("event_type", "=", "login")],
        }[self.kind]
        company_tz = self.env.company.partner_id.tz or self.env.user.tz or "UTC"
        events = self.env["fusion.login.audit"].sudo()
        results = dict(events._fields["result"]._description_selection(self.env))
        return [
            {
                "time": format_datetime(self.env, event.event_time, tz=company_tz),
                "login": event.attempted_login,
                "result": results[event.result],
                "address": event.ip_address or "",
                "country": event.country_name or "",
                "agent": event.browser or event.user_agent_raw or "",
            }
            for event in events.search(domain, limit=20)
        ]

    def _fc_get_plain_body(self):
        lines = [" · ".join(event.values()) for event in self._fc_get_events()]
        return Markup("<p>%s</p>") % self._fc_get_subject() + Markup("<br/>").join(
            escape(line) for line in lines
        )

    @api.model
    def _cron_send_digest(self):
        """Mail the administrators the week's figures, with the chain's head as outside witness.

        :return: 1 when a mail was queued
        """
        template = self.env.ref("fusion_login_audit.mail_template_login_digest", False)
        partners_sudo = self._fc_get_recipients()
        is_on = self.env["fusion.login.audit"]._fc_get_bool("alert_enabled")
        if not (template and partners_sudo and is_on):
            return 0
        for lang, readers_sudo in partners_sudo.grouped("lang").items():
            content = self._fc_render_template(template.with_context(lang=lang), self.env.company)
            self._fc_queue_mail(readers_sudo, **content)
        return 1

    @api.model
    def _fc_get_digest(self):
        """:return: ``{"success", "failure", "alerts", "head_seal_no", "head_hash"}`` of 7 days"""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        events = self.env["fusion.login.audit"].sudo()
        domain = [("event_time", ">=", since)]
        counts = dict(events._read_group(domain, ["result"], ["attempt_count:sum"]))
        head_no, head_hash = self.env["fusion.login.state"]._fc_get_head()
        return {
            "success": counts.get("success", 0),
            "failure": counts.get("failure", 0),
            "alerts": self.sudo().search_count([("triggered_at", ">=", since)]),
            "head_seal_no": head_no,
            "head_hash": head_hash,
        }
