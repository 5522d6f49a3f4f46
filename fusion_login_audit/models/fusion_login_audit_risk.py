from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const
from ..services import risk

_logger = redact_logger(__name__)
_NAMES = [
    "id", "user_id", "event_time", "browser", "os", "device_type", "country_code", "country_name",
    "city", "latitude", "longitude", "ip_address",
]  # fmt: skip
_COLUMNS = SQL(", ").join(SQL.identifier(name) for name in _NAMES)


class FusionLoginAudit(models.Model):
    """Risk flags of successful logins, and the mail to the person."""

    _inherit = "fusion.login.audit"

    @api.model
    def _cron_assess(self, limit=500):
        """Compare each new login with the person's earlier ones.

        :return: logins assessed
        """
        self.env.cr.execute(
            SQL(
                """SELECT %s FROM fusion_login_audit
                    WHERE assessed IS NOT TRUE AND result = 'success' AND event_type = 'login'
                      AND user_id IS NOT NULL AND geo_lookup_state <> 'pending'
                 ORDER BY user_id, event_time, id LIMIT %s FOR UPDATE SKIP LOCKED""",
                _COLUMNS,
                limit,
            )
        )
        rows = [dict(zip(_NAMES, row, strict=True)) for row in self.env.cr.fetchall()]
        for row in rows:
            self._fc_assess_row(row)
        self.invalidate_model(flush=False)
        return len(rows)

    @api.model
    def _fc_assess_row(self, row):
        flags = risk.assess(row, self._fc_get_history(row))
        self.env.cr.execute(
            SQL(
                """UPDATE fusion_login_audit
                      SET assessed = TRUE, is_new_device = %s, is_new_country = %s,
                          is_impossible_travel = %s
                    WHERE id = %s""",
                flags["is_new_device"],
                flags["is_new_country"],
                flags["is_impossible_travel"],
                row["id"],
            )
        )
        if flags["is_impossible_travel"]:
            self.env["fusion.login.alert"]._fc_raise_travel(row)
        if flags["is_new_device"] or flags["is_new_country"]:
            self._fc_notify_user(row)

    @api.model
    def _fc_get_history(self, row):
        """:return: the user's earlier successes of 90 days, oldest first, one per kind and the
        last one of all"""
        self.env.cr.execute(
            SQL(
                """SELECT %s FROM (
                       SELECT *, ROW_NUMBER() OVER (
                           PARTITION BY browser, os, device_type, country_code
                           ORDER BY event_time DESC, id DESC) AS place
                         FROM fusion_login_audit
                        WHERE user_id = %s AND result = 'success' AND event_type = 'login'
                          AND event_time >= %s AND (event_time, id) < (%s, %s)) AS earlier
                    WHERE place = 1 ORDER BY event_time, id""",
                _COLUMNS,
                row["user_id"],
                fields.Datetime.subtract(row["event_time"], days=const.RISK_DAYS),
                row["event_time"],
                row["id"],
            )
        )
        return [dict(zip(_NAMES, found, strict=True)) for found in self.env.cr.fetchall()]

    @api.model
    def _fc_notify_user(self, row):
        """Not when the user has a second factor: ``auth_totp_mail`` writes then."""
        choice = self._fc_get_choice("new_device_alert")
        user_sudo = self.env["res.users"].sudo().browse(row["user_id"])
        is_wanted = choice == "all" or (choice == "internal" and not user_sudo.share)
        if not (is_wanted and self._fc_get_bool("alert_enabled") and user_sudo.email):
            return
        if user_sudo.totp_enabled:
            return
        user_sudo = user_sudo.with_context(lang=user_sudo.lang)
        place = ", ".join(filter(None, [row["city"], row["country_name"]]))
        user_sudo._notify_security_setting_update(
            user_sudo.env._("New sign-in to your account"),
            user_sudo.env._(
                "Somebody signed in with your login at %(time)s (UTC) from a device or country not "
                "seen before: %(browser)s, %(system)s, address %(ip)s %(place)s. If it was not "
                "you, change your password and sign out your other devices.",
                time=fields.Datetime.to_string(row["event_time"]),
                browser=row["browser"] or "-",
                system=row["os"] or "-",
                ip=row["ip_address"] or "-",
                place=f"({place})" if place else "",
            ),
        )
