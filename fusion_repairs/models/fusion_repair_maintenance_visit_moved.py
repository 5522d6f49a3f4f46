from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionRepairMaintenanceVisitMoved(models.Model):
    """Staff move a visit on the board, often several times: the client hears once, when it is
    quiet."""

    _inherit = "fusion.repair.maintenance.visit"

    told_start = fields.Datetime(
        "Time the Client Knows", copy=False, readonly=True, help="Start of the last message, UTC."
    )

    def _tell_client(self, xmlid, manage=False, method="REQUEST"):
        mails = super()._tell_client(xmlid, manage=manage, method=method)
        if manage:
            self._get_joint().told_start = self.technician_task_id.datetime_start
        return mails

    @api.model
    @api.private
    def cron_tell_moved(self):
        """:return: ``{"done", "skipped", "failed"}``"""
        self.env.flush_all()
        now = fields.Datetime.now()
        quiet_since = now - timedelta(minutes=const.QUIET_MINUTES)
        rows = self.env.execute_query(
            SQL(
                """SELECT MIN(v.id) FROM fusion_repair_maintenance_visit v
                     JOIN fusion_technician_task t ON t.id = v.technician_task_id
                    WHERE v.state = 'scheduled' AND t.status = 'scheduled'
                      AND v.told_start IS NOT NULL AND t.datetime_start IS NOT NULL
                      AND v.told_start != t.datetime_start AND t.datetime_start > %s
                      AND t.write_date <= %s
                    GROUP BY t.id ORDER BY MIN(v.id) LIMIT %s""",
                now,
                quiet_since,
                const.REMINDER_BATCH,
            )
        )
        visits = self.browse([number for (number,) in rows])
        done = run_batch(
            visits, lambda visit: visit._tell_client("email_template_booking_changed", manage=True)
        )
        return {"done": done, "skipped": 0, "failed": len(visits) - done}
