from odoo import api, fields, models


class FusionRepairQuoteLine(models.Model):
    """One line of a job's price. ``discount`` is what coverage takes off, and ``covered_by`` says
    whose it is."""

    _name = "fusion.repair.quote.line"
    _description = "Quote Line"
    _order = "sequence, id"
    _rec_name = "description"

    repair_id = fields.Many2one("repair.order", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=50)
    kind = fields.Selection(
        [
            ("callout", "Call-out"),
            ("labour", "Labour"),
            ("travel", "Travel"),
            ("part", "Part"),
            ("discount", "Discount"),
            ("maintenance", "Maintenance"),
        ],
        required=True,
        default="part",
    )
    description = fields.Char(required=True)
    product_id = fields.Many2one("product.product")
    qty = fields.Float("Quantity", default=1.0)
    unit_price = fields.Monetary()
    discount = fields.Float("Covered (%)")
    subtotal = fields.Monetary(compute="_compute_subtotal", store=True)
    covered_by = fields.Char()
    is_automatic = fields.Boolean(readonly=True, help="Replaced at the next calculation.")
    move_id = fields.Many2one("stock.move", "Part Used", index="btree_not_null", readonly=True)
    sale_line_id = fields.Many2one("sale.order.line", readonly=True, copy=False)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    _discount_bounds = models.Constraint(
        "CHECK (discount >= 0 AND discount <= 100)", "Coverage is from 0 to 100 %."
    )

    @api.depends("qty", "unit_price", "discount", "currency_id")
    def _compute_subtotal(self):
        for line in self:
            amount = line.qty * line.unit_price * (1 - line.discount / 100)
            line.subtotal = line.currency_id.round(amount) if line.currency_id else amount

    def _prepare_sale_values(self):
        """Labour and travel go over as one piece: hours have more digits than a sale line keeps."""
        product = self.product_id or self.env.ref("fusion_repairs.product_callout")
        if self.kind == "part":
            amounts = {"product_uom_qty": self.qty, "price_unit": self.unit_price,
                       "discount": self.discount}  # fmt: skip
        else:
            amounts = {"product_uom_qty": 1, "price_unit": self.subtotal}
        name = self.description
        if self.covered_by:
            name = self.env._("%(name)s (%(cover)s)", name=name, cover=self.covered_by)
        return {"product_id": product.id, "name": name, **amounts}
