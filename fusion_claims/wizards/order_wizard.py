from odoo import api, fields, models


class OrderWizard(models.AbstractModel):
    """A dialog about one case."""

    _name = "fusion_claims.order.wizard"
    _description = "Case Dialog"

    sale_order_id = fields.Many2one("sale.order", "Case", required=True, ondelete="cascade")

    lint_text = fields.Text("Look Again", compute="_compute_lint_text")

    @api.depends("sale_order_id")
    def _compute_lint_text(self):
        for wizard in self:
            found = wizard.sale_order_id._fc_lint() if wizard.sale_order_id else []
            wizard.lint_text = "\n".join(f"• {row['message']}" for row in found)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if not values.get("sale_order_id") and context.get("active_model") == "sale.order":
            values["sale_order_id"] = context.get("active_id")
        return values
