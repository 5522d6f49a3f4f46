from odoo import fields, models


class FusionRepairVisitReportPart(models.TransientModel):
    _name = "fusion.repair.visit.report.part"
    _description = "Part Used on a Visit"

    report_id = fields.Many2one(
        "fusion.repair.visit.report.wizard", required=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", "Part", required=True, domain=[("type", "=", "consu")]
    )
    quantity = fields.Float(default=1.0, required=True)

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "Use more than zero of a part.")
