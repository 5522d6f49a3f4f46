from odoo import fields, models


class FusionRepairPolicyApplyLine(models.TransientModel):
    _name = "fusion.repair.policy.apply.line"
    _description = "Contract of a Policy to Apply"

    wizard_id = fields.Many2one("fusion.repair.policy.apply", required=True, ondelete="cascade")
    contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", required=True, readonly=True, ondelete="cascade"
    )
    is_chosen = fields.Boolean("Change", default=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Client")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    old_fee = fields.Monetary(related="contract_id.x_fc_maintenance_fee", string="Fee Now")
    new_fee = fields.Monetary("New Fee", readonly=True)
    old_interval = fields.Integer(related="contract_id.interval_months", string="Months Now")
    new_interval = fields.Integer("New Months", readonly=True)
