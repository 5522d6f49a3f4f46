from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionRepairMaintenanceContractFollowup(models.Model):
    """Calls for the office: reminded and not booked, due and not done."""

    _inherit = "fusion.repair.maintenance.contract"

    unbooked_cycle = fields.Char(
        copy=False, readonly=True, groups="base.group_system",
        help="Cycle in which the office was asked to call.",
    )  # fmt: skip
    overdue_cycle = fields.Char(copy=False, readonly=True, groups="base.group_system")
    overdue_raised_on = fields.Date(copy=False, readonly=True)

    @api.model
    @api.private
    def cron_followup_unbooked(self):
        """Reminded some days ago, and neither a visit nor a callback is open; once per cycle.

        :return: ``{"done", "skipped", "failed"}``
        """
        return self._follow_up("unbooked")

    @api.model
    @api.private
    def cron_followup_overdue(self):
        """Due some days ago without a visit; once per cycle, and again every 30 days.

        :return: ``{"done", "skipped", "failed"}``
        """
        return self._follow_up("overdue")

    @api.model
    def _follow_up(self, kind):
        counts = {"done": 0, "skipped": 0, "failed": 0}
        parameters = self.env["fusion.repair.parameter"]
        if not parameters._is_on(f"followup_{kind}_enabled"):
            return counts
        days = timedelta(days=parameters._get_number(f"followup_{kind}_days"))
        failed = []
        for company in self.env["res.company"].search([("active", "=", True)]):
            today = company._fc_today()
            late = {
                "unbooked": Domain("last_reminder_band", "!=", False)
                & Domain("last_reminder_date", "<=", today - days),
                "overdue": Domain("next_due_date", "<", today - days),
            }[kind]
            found = self.sudo().search(
                late
                & Domain("company_id", "=", company.id)
                & Domain("state", "=", "active")
                & Domain("open_visit_id", "=", False)
                & Domain("partner_id.active", "=", True)
                & Domain("partner_id.x_fc_maintenance_opt_out", "=", False)
            )
            done = run_batch(
                found.filtered(lambda one: one._needs_call(kind)),
                lambda contract: contract._raise_call(kind),
                is_due=lambda contract: contract._needs_call(kind),
                on_failure=lambda contract, _error: failed.append(contract.id),
            )
            counts["done"] += done
            counts["skipped"] += len(found) - done
        counts["failed"] = len(failed)
        counts["skipped"] -= len(failed)
        return counts

    def _needs_call(self, kind):
        if self.state != "active" or self.open_visit_id:
            return False
        if kind == "unbooked":
            callback = self.env.ref("fusion_repairs.mail_activity_callback")
            is_asked = callback in self.activity_ids.activity_type_id
            return not is_asked and self.unbooked_cycle != self.booking_cycle
        if self.overdue_cycle != self.booking_cycle or not self.overdue_raised_on:
            return True
        again = self.overdue_raised_on + timedelta(days=const.OVERDUE_AGAIN_DAYS)
        return again <= self.company_id._fc_today()

    def _raise_call(self, kind):
        self = self._in_office_words()
        if kind == "unbooked":
            self.unbooked_cycle = self.booking_cycle
            self._raise_activity(
                "fusion_repairs.mail_activity_call_unbooked",
                self.env._("%(client)s was reminded and did not book", client=self.partner_id.name),
            )
            return
        today = self.company_id._fc_today()
        self.write({"overdue_cycle": self.booking_cycle, "overdue_raised_on": today})
        text = self.env._(
            "Maintenance of %(client)s is overdue since %(day)s",
            client=self.partner_id.name,
            day=self.next_due_date,
        )
        if self.x_fc_policy_category_id.safety_critical:
            text = self.env._("URGENT: %(text)s", text=text)
        self._raise_activity("fusion_repairs.mail_activity_overdue", text)
