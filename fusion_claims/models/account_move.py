from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    x_fc_portion = fields.Selection(
        [("client", "Client"), ("adp", "ADP"), ("funder", "Funder")],
        "Portion",
        readonly=True,
        help="Who of an order's payers this invoice is for.",
    )
    x_fc_claim_order_id = fields.Many2one(
        "sale.order", "Case", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    x_fc_claim_number = fields.Char("Claim Number", readonly=True)
