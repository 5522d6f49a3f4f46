from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    x_fc_adp_device_code_id = fields.Many2one(
        "fusion.adp.device.code", "ADP Code", index="btree_not_null", ondelete="restrict"
    )
