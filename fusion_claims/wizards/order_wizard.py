from odoo import api, fields, models


class OrderWizard(models.AbstractModel):
    """A dialog about one case."""

    _name = "fusion_claims.order.wizard"
    _description = "Case Dialog"

    sale_order_id = fields.Many2one("sale.order", "Case", required=True, ondelete="cascade")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if not values.get("sale_order_id") and context.get("active_model") == "sale.order":
            values["sale_order_id"] = context.get("active_id")
        return values
