from odoo import fields, models


class SaleOrderClose(models.TransientModel):
    """Asks why a subscription ends."""

    _name = "sale.order.close"
    _description = "Close Subscription"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    close_reason_id = fields.Many2one("sale.order.close.reason", "Reason", required=True)

    def action_close(self):
        self.ensure_one()
        self.order_id.set_close(self.close_reason_id.id)
        return {"type": "ir.actions.act_window_close"}
