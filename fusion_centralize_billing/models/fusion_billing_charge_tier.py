from odoo import fields, models


class FusionBillingChargeTier(models.Model):
    _name = "fusion.billing.charge.tier"
    _description = "Charge Tier"
    _order = "charge_id, sequence, id"

    charge_id = fields.Many2one(
        "fusion.billing.charge", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    up_to = fields.Float("Up To", digits=(16, 6), help="Billable units, included; 0 = no limit.")
    price_per_unit = fields.Float("Price of a Batch", digits=(16, 6))
    flat_amount = fields.Float("Flat Amount", digits=(16, 6))

    _check_figures = models.Constraint(
        "CHECK (up_to >= 0 AND price_per_unit >= 0 AND flat_amount >= 0)",
        "The figures of a tier are 0 or more.",
    )
