from odoo import models


class FusionRepairMaintenanceContractPlan(models.Model):
    _inherit = "fusion.repair.maintenance.contract"

    def _find_plan(self, day):
        """:return: the plan that pays for a maintenance visit on that day, empty when none does"""
        subscriptions = self.env["fusion.repair.service.plan.subscription"].sudo()
        return subscriptions.with_company(self.company_id)._find_for(
            self.partner_id, self.x_fc_policy_category_id, day, for_maintenance=True
        )

    def _is_covered(self):
        """:return: whether a plan pays for the next visit's fee"""
        today = self.company_id._fc_today()
        return bool(self.x_fc_maintenance_fee and self._find_plan(today))

    def _get_due_fee_text(self):
        """:return: what the client reads about the fee of the next visit"""
        if self._is_covered():
            return self.env._("Included in your plan")
        return self._get_fee_text(self.x_fc_maintenance_fee)
