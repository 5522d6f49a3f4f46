from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    subscription_id = fields.Many2one(
        "sale.order", "Subscription", index="btree_not_null", ondelete="set null"
    )
    subscription_period_start = fields.Date()
    subscription_period_end = fields.Date(help="First day after the invoiced period.")

    def _covers_period(self):
        """:return: whether this line bills its period; a credit note does not reopen it"""
        move = self.move_id
        return move.move_type == "out_invoice" and move.state != "cancel"
