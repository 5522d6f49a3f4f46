from odoo import fields, models


class FusionRepairServicePlanBurn(models.Model):
    """One visit of a plan, used for a job."""

    _name = "fusion.repair.service.plan.burn"
    _description = "Plan Visit Used"
    _order = "date desc, id desc"
    _rec_name = "repair_id"

    subscription_id = fields.Many2one(
        "fusion.repair.service.plan.subscription", required=True, index=True, ondelete="cascade"
    )
    repair_id = fields.Many2one("repair.order", "Job", required=True, index=True)
    visit_id = fields.Many2one("fusion.repair.maintenance.visit", index="btree_not_null")
    date = fields.Date(required=True)
    user_id = fields.Many2one("res.users", "By", default=lambda self: self.env.uid)
    state = fields.Selection(
        [("burned", "Used"), ("returned", "Given Back")], required=True, default="burned"
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, index=True)

    _burned_uniq = models.UniqueIndex(
        "(subscription_id, repair_id) WHERE state = 'burned'", "This job used a visit already."
    )
