from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools.outbound import OutboundError, OutboundUnreachable

from .. import const
from ..services import siem

_FIELD = "x_fc_login_audit_"
#: Settings field without its prefix -> parameter, where they differ.
_PARAMETERS = {"flood_limit": "flood_limit_per_min", "api_window_min": "api_success_window_min",
               "mask_unknown": "mask_unknown_logins"}  # fmt: skip
_TEXTS = ["geo_http_url", "geo_http_key", "siem_url", "siem_secret"]
_NAMES = [
    "retention_days", "alert_enabled", "alert_threshold", "alert_window_min", "alert_cooldown_min",
    "spray_threshold", "mail_cap_hour", "flood_limit", "api_window_min", "geo_provider",
    "reverse_dns", "self_service", "new_device_alert", "mask_unknown", "equal_time",
    "shared_cooldown", "siem_mode", "siem_format", *_TEXTS,
]  # fmt: skip


class ResConfigSettings(models.TransientModel):
    """Core deletes the parameter of a False or 0, and "missing" means the default here: so the
    texts ``0``, ``True`` and ``False`` are written by hand, never with ``config_parameter``."""

    _inherit = "res.config.settings"

    x_fc_login_audit_retention_days = fields.Integer("Keep Login Events (days)")
    x_fc_login_audit_alert_enabled = fields.Boolean("Alert Mails")
    x_fc_login_audit_alert_threshold = fields.Integer("Failures")
    x_fc_login_audit_alert_window_min = fields.Integer("Window (min)")
    x_fc_login_audit_alert_cooldown_min = fields.Integer("Cool-Down (min)")
    x_fc_login_audit_spray_threshold = fields.Integer("Different Logins of One Address")
    x_fc_login_audit_mail_cap_hour = fields.Integer("Alert Mails an Hour")
    x_fc_login_audit_flood_limit = fields.Integer("Failure Rows per Address and Minute")
    x_fc_login_audit_api_window_min = fields.Integer("API Success Window (min)")
    x_fc_login_audit_geo_provider = fields.Selection(
        [("local", "Offline database"), ("local_http", "Offline database, then web lookup"),
         ("off", "Off")],
        "Location Source",
    )  # fmt: skip
    x_fc_login_audit_geo_http_url = fields.Char("Web Lookup Address")
    x_fc_login_audit_geo_http_key = fields.Char("Web Lookup Key")
    x_fc_login_audit_reverse_dns = fields.Boolean("Host Names")
    x_fc_login_audit_self_service = fields.Boolean("My Login Activity")
    x_fc_login_audit_new_device_alert = fields.Selection(
        [("internal", "Internal users"), ("off", "Nobody"), ("all", "Everybody")],
        "New Device Mail",
    )
    x_fc_login_audit_mask_unknown = fields.Boolean("Mask Unknown Logins")
    x_fc_login_audit_equal_time = fields.Boolean("Equal Time for Unknown Users")
    x_fc_login_audit_shared_cooldown = fields.Boolean("Login Cool-Down Shared by Workers")
    x_fc_login_audit_siem_mode = fields.Selection(
        [("off", "Off"), ("udp", "Syslog, UDP"), ("tcp", "Syslog, TCP"), ("tls", "Syslog, TLS"),
         ("webhook", "Signed webhook")],
        "Export",
    )  # fmt: skip
    x_fc_login_audit_siem_format = fields.Selection([("json", "JSON"), ("cef", "CEF")], "Format")
    x_fc_login_audit_siem_url = fields.Char("Receiver")
    x_fc_login_audit_siem_secret = fields.Char("Webhook Secret")
    x_fc_login_audit_removable = fields.Integer(
        "Events Older Than That", compute="_compute_x_fc_login_audit_removable"
    )

    x_fc_login_audit_may_remove = fields.Boolean("Remove These Events")

    @api.depends("x_fc_login_audit_retention_days")
    def _compute_x_fc_login_audit_removable(self):
        audit_sudo = self.env["fusion.login.audit"].sudo()
        for settings in self:
            days = settings.x_fc_login_audit_retention_days
            cutoff = fields.Datetime.subtract(fields.Datetime.now(), days=max(min(days, 36500), 0))
            settings.x_fc_login_audit_removable = (
                audit_sudo.search_count([("event_time", "<", cutoff)]) if days > 0 else 0
            )

    @api.model
    def get_values(self):
        values = super().get_values()
        if self.env.is_system():
            values.update({_FIELD + name: self._fc_get_audit_value(name) for name in _NAMES})
        return values

    @api.model
    def _fc_get_audit_value(self, name):
        audit = self.env["fusion.login.audit"]
        parameter = _PARAMETERS.get(name, name)
        if name == "retention_days":
            return audit._fc_get_retention_days() or 0
        if name in _TEXTS:
            return audit._fc_get_text(parameter)
        if parameter in const.INTEGERS:
            return audit._fc_get_int(parameter)
        if parameter in const.BOOLEANS:
            return audit._fc_get_bool(parameter)
        return audit._fc_get_choice(parameter)

    def set_values(self):
        """:raise UserError: on a figure out of its range or an address that may not be called"""
        super().set_values()
        if not self.env.is_system():
            return
        self._fc_check_audit_figures()
        self._fc_check_audit_addresses()
        self._fc_check_audit_removal()
        parameters = self.env["ir.config_parameter"].sudo()
        for name in _NAMES:
            value = self[_FIELD + name]
            is_number = self._fields[_FIELD + name].type in ("integer", "boolean")
            text = str(value) if is_number else value
            parameters.set_param(const.PREFIX + _PARAMETERS.get(name, name), text)

    def _fc_check_audit_figures(self):
        if not 0 <= self.x_fc_login_audit_retention_days <= const.RETENTION_MAX:
            raise UserError(self.env._("Login events: the days must be 0 (for ever) to 36,500."))
        for name in _NAMES:
            limits = const.INTEGERS.get(_PARAMETERS.get(name, name))
            field = self._fields[_FIELD + name]
            if limits and not limits[1] <= self[_FIELD + name] <= limits[2]:
                raise UserError(
                    self.env._(
                        "Login audit: %(field)s must be %(low)s to %(high)s.",
                        field=field.get_description(self.env)["string"],
                        low=limits[1],
                        high=limits[2],
                    )
                )

    def _fc_check_audit_removal(self):
        """A shorter time removes events for ever: the number is said, and a yes asked for."""
        kept = self.env["fusion.login.audit"]._fc_get_retention_days() or const.RETENTION_MAX
        is_shorter = 0 < self.x_fc_login_audit_retention_days < kept
        count = self.x_fc_login_audit_removable if is_shorter else 0
        if count and not self.x_fc_login_audit_may_remove:
            raise UserError(
                self.env._(
                    "%(count)s login events are older than %(days)s days and would be removed for "
                    "ever. Tick “Remove These Events” to go on.",
                    count=count,
                    days=self.x_fc_login_audit_retention_days,
                )
            )

    def _fc_check_audit_addresses(self):
        mode = self.x_fc_login_audit_siem_mode
        if self.x_fc_login_audit_geo_http_url:
            self._fc_check_audit_address(self.x_fc_login_audit_geo_http_url)
        if mode == "webhook" and self.x_fc_login_audit_siem_url:
            self._fc_check_audit_address(self.x_fc_login_audit_siem_url)
        elif mode and mode != "off":
            try:
                siem.split_host(self.x_fc_login_audit_siem_url or "")
            except ValueError:
                raise UserError(self.env._("The syslog receiver is host:port.")) from None

    def _fc_check_audit_address(self, url):
        """A name that does not resolve now may pass, but not without TLS."""
        try:
            siem.check_web_address(url)
        except OutboundError as error:
            if isinstance(error, OutboundUnreachable) and url.startswith("https://"):
                return
            raise UserError(
                self.env._("Only https addresses, or http on this machine, may be called.")
            ) from None

    def action_fc_verify_login_chain(self):
        """:return: notification with the result of the verification
        :raise AccessError: for anybody but a system administrator
        """
        self.env["fusion.login.audit"].check_access("read")
        report = self.env["fusion.login.audit"].sudo()._fc_verify_chain()
        if report["ok"]:
            message = self.env._(
                "The chain is whole: %(checked)s events checked, %(unsealed)s not sealed yet.",
                checked=report["checked"],
                unsealed=report["unsealed"],
            )
        else:
            message = self.env._(
                "The chain is broken at event %(event)s (%(reason)s).",
                event=report["first_bad_id"] or "-",
                reason=report["reason"],
            )
        return self._fc_notify(message, "success" if report["ok"] else "danger")

    def action_fc_send_test_alert(self):
        """Queue a test mail to the administrators.

        :raise AccessError: for anybody but a system administrator
        """
        self.env["fusion.login.alert"].check_access("read")
        alerts = self.env["fusion.login.alert"].sudo()
        partners_sudo = alerts._fc_get_recipients()
        if not partners_sudo:
            raise UserError(self.env._("No administrator has an e-mail address."))
        alerts._fc_queue_mail(
            partners_sudo,
            self.env._("[Login Audit] Test alert"),
            self.env._("This is what an alert of the login audit looks like. Nothing happened."),
        )
        return self._fc_notify(self.env._("The test alert is on its way."), "success")

    def _fc_notify(self, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "sticky": kind != "success", "message": message},
        }
