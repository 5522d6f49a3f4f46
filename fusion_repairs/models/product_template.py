from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    x_fc_repair_category_id = fields.Many2one(
        "fusion.repair.product.category", "Equipment Category", index="btree_not_null"
    )
    x_fc_maintenance_mode = fields.Selection(
        [
            ("inherit", "As the Category"),
            ("enabled", "Always"),
            ("excluded", "Never (Accessory)"),
        ],
        "Maintained",
        required=True,
        default="inherit",
    )
    x_fc_maintenance_interval_months = fields.Integer(
        "Maintenance Interval (months)", help="0: that of the category."
    )
    x_fc_maintenance_fee = fields.Monetary("Maintenance Fee", help="0: that of the category.")
    x_fc_labor_warranty_months = fields.Integer("Labour Warranty (months)")
    x_fc_manual_attachment_ids = fields.Many2many(
        "ir.attachment", "product_template_fc_manual_rel", string="Manuals"
    )

    @api.constrains(
        "x_fc_maintenance_interval_months", "x_fc_maintenance_fee", "x_fc_labor_warranty_months"
    )
    def _check_x_fc_figures(self):
        for product in self:
            figures = (
                product.x_fc_maintenance_interval_months,
                product.x_fc_maintenance_fee,
                product.x_fc_labor_warranty_months,
            )
            if min(figures) < 0:
                raise ValidationError(
                    self.env._("%(name)s: interval, fee and warranty cannot be negative.",
                               name=product.name)
                )  # fmt: skip

    def _fc_get_maintenance_policy(self):
        """:return: ``{"category", "interval", "fee"}``; interval 0: not maintained"""
        self.ensure_one()
        category = self.x_fc_repair_category_id
        is_on = category and (
            category.x_fc_maintenance_enabled or self.x_fc_maintenance_mode == "enabled"
        )
        interval = self.x_fc_maintenance_interval_months or (
            category.x_fc_maintenance_interval_months if is_on else 0
        )
        if self.x_fc_maintenance_mode == "excluded":
            interval = 0
        return {
            "category": category,
            "interval": interval,
            "fee": self.x_fc_maintenance_fee or category.x_fc_maintenance_fee,
        }
