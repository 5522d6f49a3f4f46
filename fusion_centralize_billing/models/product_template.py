from odoo import fields, models

from ..services.wire import cents


class ProductTemplate(models.Model):
    _inherit = "product.template"

    x_fc_addon_code = fields.Char(
        "Add-on Code", copy=False, help="Apps invoice this product once, by its code."
    )

    _fc_addon_uniq = models.UniqueIndex(
        "(x_fc_addon_code) WHERE x_fc_addon_code IS NOT NULL AND x_fc_addon_code <> ''",
        "Another product has this add-on code.",
    )

    def _fc_api_values(self, currency):
        """:return: the API's add-on object"""
        return {
            "code": self.x_fc_addon_code,
            "name": self.name,
            "amount_cents": cents(currency.round(self.list_price), currency),
            "amount_currency": currency.name,
        }
