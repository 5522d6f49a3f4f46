from odoo import models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def button_confirm(self):
        result = super().button_confirm()
        self.sudo().order_line.move_dest_ids.repair_id._fc_follow_parts()
        return result

    def button_cancel(self):
        repairs = self.sudo().order_line.move_dest_ids.repair_id
        result = super().button_cancel()
        repairs._fc_follow_parts()
        return result
