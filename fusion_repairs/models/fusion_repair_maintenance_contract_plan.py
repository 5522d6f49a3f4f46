from collections import Counter

from odoo import models


class FusionRepairMaintenanceContractPlan(models.Model):
    _inherit = "fusion.repair.maintenance.contract"

    def _find_plan(self, day):
        """:return: the plan that pays for a maintenance visit on that day, empty when none does"""
        return self._find_plans(day)[:1]

    def _find_plans(self, day):
        """:return: the plans that can pay for a maintenance visit on that day, the first to end
        first"""
        subscriptions = self.env["fusion.repair.service.plan.subscription"].sudo()
        return subscriptions.with_company(self.company_id)._find_all_for(
            self.partner_id, self.x_fc_policy_category_id, day, for_maintenance=True
        )

    def _get_covered(self):
        """:return: of these units, booked together, those whose fee a plan pays; a plan pays for as
        many as it has visits left"""
        covered, used = self.browse(), Counter()
        for contract in self.sorted("id"):
            plans = contract._find_plans(contract.company_id._fc_today())
            free = plans.filtered(lambda plan: plan.visits_remaining > used[plan.id])
            if free:
                used[free[0].id] += 1
                covered += contract
        return covered.filtered("x_fc_maintenance_fee")

    def _get_due_fee_text(self, covered=None):
        """:param covered: those for whom a plan pays, default ``_get_covered()``
        :return: what the client reads about the fee of the next visit, that of all these units
        """
        covered = self._get_covered() if covered is None else covered & self
        amount = sum((self - covered).mapped("x_fc_maintenance_fee"))
        if covered and not amount:
            return self.env._("Included in your plan")
        return self._get_fee_text(amount)
