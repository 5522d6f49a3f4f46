from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    x_fc_covered_quantity = fields.Float(
        "Covered Quantity",
        digits="Product Unit",
        help="Units of the order's line that this invoice counts; the other payer's line counts 0.",
    )
