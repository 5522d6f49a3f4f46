from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.batch import run_batch

from ..const import CRON_BATCH

PHOTO_FIELDS = ("x_fclk_check_in_photo", "x_fclk_check_out_photo")
POSITION_FIELDS = ("in_latitude", "in_longitude", "out_latitude", "out_longitude")


class HrAttendance(models.Model):
    """What is kept only for a while: photos, positions, log rows. Hours never go."""

    _inherit = "hr.attendance"

    @api.model
    def _cron_fusion_retention(self):
        """Purge by ``photo_retention_days``, ``gps_retention_days`` and ``log_retention_days``;
        0 keeps. Age counts from ``check_in``, in the log from ``event_time``."""
        if cutoff := self._fclk_get_cutoff("photo_retention_days"):
            self._fclk_purge_photos(cutoff)
        if cutoff := self._fclk_get_cutoff("gps_retention_days"):
            self._fclk_purge_positions(cutoff)
        if cutoff := self._fclk_get_cutoff("log_retention_days"):
            self.env["fusion.clock.activity.log"].sudo()._fclk_purge(cutoff)

    @api.model
    def _fclk_get_cutoff(self, key):
        """:return: naive UTC before which data goes, or None to keep all"""
        days = self.env["ir.config_parameter"]._fclk_get_float(key)
        return fields.Datetime.now() - timedelta(days=days) if days else None

    def _fclk_purge_photos(self, cutoff):
        query = SQL(
            """SELECT DISTINCT attachment.res_id
                 FROM ir_attachment attachment
                 JOIN hr_attendance attendance ON attendance.id = attachment.res_id
                WHERE attachment.res_model = 'hr.attendance'
                  AND attachment.res_field IN %s AND attendance.check_in < %s
                ORDER BY attachment.res_id LIMIT %s""",
            PHOTO_FIELDS,
            cutoff,
            CRON_BATCH + 1,
        )
        ids = [row[0] for row in self.env.execute_query(query)]
        rows = self.sudo().browse(ids)
        run_batch(
            rows[:CRON_BATCH],
            lambda row: row._fclk_purge_values(dict.fromkeys(PHOTO_FIELDS, False)),
            remaining=len(rows[CRON_BATCH:]),
        )

    def _fclk_purge_positions(self, cutoff):
        terms = [(name, "not in", (False, 0.0)) for name in POSITION_FIELDS]
        rows = self.sudo().search(
            [("check_in", "<", cutoff), "|", "|", "|", *terms], limit=CRON_BATCH + 1
        )
        run_batch(
            rows[:CRON_BATCH],
            lambda row: row._fclk_purge_values(dict.fromkeys(POSITION_FIELDS, False)),
            remaining=len(rows[CRON_BATCH:]),
        )
        self.env["fusion.clock.activity.log"].sudo()._fclk_purge_positions(cutoff)

    def _fclk_purge_values(self, values):
        self.with_context(tracking_disable=True).write(values)
