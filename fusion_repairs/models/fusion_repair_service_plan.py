from odoo import fields, models


class FusionRepairServicePlan(models.Model):
    """A prepaid number of visits, sold as a service."""

    _name = "fusion.repair.service.plan"
    _description = "Service Plan"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    product_id = fields.Many2one(
        "product.product", "Sold As", required=True, domain=[("type", "=", "service")]
    )
    visits_included = fields.Integer("Visits", default=2, required=True)
    period_months = fields.Integer("Period (months)", default=12, required=True)
    category_ids = fields.Many2many(
        "fusion.repair.product.category", string="Types", help="Empty: all."
    )
    labour_discount = fields.Float("Off Labour (%)")
    parts_discount = fields.Float("Off Parts (%)")
    covers_callout = fields.Boolean("Call-out Included", default=True)
    covers_maintenance = fields.Boolean("Maintenance Included", default=True)
    priority_booking = fields.Boolean()
    company_id = fields.Many2one("res.company", help="Empty: all companies.")

    _product_uniq = models.Constraint("UNIQUE (product_id)", "Another plan is sold as this.")
    _figures = models.Constraint(
        "CHECK (visits_included >= 1 AND period_months >= 1 "
        "AND labour_discount BETWEEN 0 AND 100 AND parts_discount BETWEEN 0 AND 100)",
        "A plan holds a visit and a month at least; discounts are from 0 to 100 %.",
    )
