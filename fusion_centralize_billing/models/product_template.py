from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    x_fc_addon_code = fields.Char(
        "Add-on Code", copy=False, help="Apps invoice this product once, by its code."
    )

    _fc_addon_uniq = models.UniqueIndex(
        "(x_fc_addon_code) WHERE x_fc_addon_code IS NOT NULL AND x_fc_addon_code <> ''",
        "Another product has this add-on code.",
    )
