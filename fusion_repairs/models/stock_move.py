from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        lines = moves.sale_line_id
        if lines:
            lines._fc_follow_facts()
        repairs = moves.sudo().move_dest_ids.repair_id
        if repairs:
            repairs._fc_follow_parts()
        return moves
