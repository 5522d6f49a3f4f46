from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.outbound import OutboundError
from odoo.addons.fusion_base.tools.redact import redact_logger

from .. import const
from ..services.siem import Exporter

_logger = redact_logger(__name__)
_NAMES = [*const.SEALED, "country_code", "city", "browser", "os", "device_type", "seal_no",
          "seal_hash"]  # fmt: skip


class FusionLoginAudit(models.Model):
    """Export of sealed events to a security monitor: in order, at least once."""

    _inherit = "fusion.login.audit"

    @api.model
    def _cron_export_siem(self, limit=500):
        """Send the next batch; the mark moves only after the receiver has it.

        :return: events sent
        """
        mode = self._fc_get_choice("siem_mode")
        state_sudo = self.env["fusion.login.state"]._fc_get()
        now = fields.Datetime.now()
        waits = state_sudo.export_retry_at and state_sudo.export_retry_at > now
        if mode == "off" or not self._fc_get_text("siem_url") or waits:
            return 0
        rows = self._fc_get_export_rows(state_sudo.export_seal_no, limit)
        return self._fc_send_rows(mode, rows, state_sudo) if rows else 0

    @api.model
    def _fc_get_export_rows(self, after, limit):
        self.env.cr.execute(
            SQL(
                """SELECT %s FROM fusion_login_audit
                    WHERE seal_no IS NOT NULL AND seal_no > %s ORDER BY seal_no LIMIT %s""",
                SQL(", ").join(SQL.identifier(name) for name in _NAMES),
                after or 0,
                limit,
            )
        )
        return [dict(zip(_NAMES, row, strict=True)) for row in self.env.cr.fetchall()]

    @api.model
    def _fc_send_rows(self, mode, rows, state_sudo):
        exporter = Exporter(
            mode,
            self._fc_get_choice("siem_format"),
            self._fc_get_text("siem_url"),
            self._fc_get_text("siem_secret"),
        )
        try:
            exporter.send(rows)
        except (OutboundError, OSError, ValueError) as error:
            _logger.warning("The export of login events failed: %s", type(error).__name__)
            self._fc_delay_export(state_sudo, error)
            return 0
        state_sudo.write(
            {
                "export_seal_no": rows[-1]["seal_no"],
                "export_error": False,
                "export_failures": 0,
                "export_retry_at": False,
            }
        )
        return len(rows)

    @api.model
    def _fc_delay_export(self, state_sudo, error):
        """Wait 1, 2, 4 … 60 minutes."""
        wait_min = min(2**state_sudo.export_failures, const.SIEM_MAX_WAIT_MIN)
        state_sudo.write(
            {
                "export_error": f"{type(error).__name__}: {error}"[:255],
                "export_failures": min(state_sudo.export_failures + 1, 10),
                "export_retry_at": fields.Datetime.add(fields.Datetime.now(), minutes=wait_min),
            }
        )
