from odoo import models

from ..exceptions import PlanExhausted


class FusionRepairMaintenanceVisitPlan(models.Model):
    """A visit that a prepaid plan pays for."""

    _inherit = "fusion.repair.maintenance.visit"

    def _use_plan(self):
        """Use a visit of the client's plan; without one the normal fee stays."""
        self.ensure_one()
        day = self.visit_date or self.company_id._fc_today()
        subscription = self.contract_id._find_plan(day)
        burn = subscription and subscription._burn(self.repair_order_id, self)
        if not burn:
            if self.contract_id.id in self.env.context.get("fusion_repairs_promised_plan", ()):
                raise PlanExhausted(self.env._("The last visit of the plan was just used."))
            return
        self.write({"plan_burn_id": burn.id, "x_fc_fee": 0})
        self.repair_order_id.x_fc_plan_subscription_id = subscription
        for line in self.sale_order_id.order_line:
            name = self.env._(
                "%(name)s (covered by plan %(plan)s)",
                name=line.name,
                plan=subscription.plan_id.name,
            )
            line.write({"price_unit": 0, "name": name})

    def _return_plan(self):
        if self.plan_burn_id:
            self.plan_burn_id.subscription_id._return(self.repair_order_id)
