from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch
from odoo.addons.fusion_tasks.services.openings import to_local

from .. import const


class FusionRepairMaintenanceVisitTomorrow(models.Model):
    """The day before, in the afternoon, the client is told once more."""

    _inherit = "fusion.repair.maintenance.visit"

    told_for = fields.Date(
        "Told For", copy=False, readonly=True, help="Day of the visit of the last such message."
    )

    @api.model
    @api.private
    def cron_tell_tomorrow(self):
        """:return: ``{"done", "skipped", "failed"}``"""
        counts = {"done": 0, "skipped": 0, "failed": 0}
        for company in self.env["res.company"].search([("active", "=", True)]):
            now = to_local(fields.Datetime.now(), company._fc_tz())
            if now.hour < const.TOMORROW_HOUR:
                continue
            tomorrow = now.date() + timedelta(days=1)
            visits = self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "scheduled"),
                    ("visit_date", "=", tomorrow),
                    "|",
                    ("told_for", "=", False),
                    ("told_for", "!=", tomorrow),
                ],
                limit=const.REMINDER_BATCH,
            )
            done = run_batch(
                visits,
                lambda visit: visit._tell_tomorrow(),
                is_due=lambda visit: visit.told_for != visit.visit_date,
            )
            counts["done"] += done
            counts["failed"] += len(visits) - done
        return counts

    def _tell_tomorrow(self):
        self._get_joint().told_for = self.visit_date
        self._tell_client("email_template_visit_tomorrow", manage=True)
