from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FusionRepairChecklistTemplateItem(models.Model):
    _name = "fusion.repair.checklist.template.item"
    _description = "Checklist Template Item"
    _order = "sequence, id"
    _rec_name = "label"

    category_id = fields.Many2one(
        "fusion.repair.product.category", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    label = fields.Char(required=True, translate=True)
    mandatory = fields.Boolean(default=True)
    help = fields.Char(translate=True)
    kind = fields.Selection(
        [("check", "Check"), ("measure", "Measure")], required=True, default="check"
    )
    unit = fields.Char()
    min = fields.Float("Lowest")
    max = fields.Float("Highest")

    @api.constrains("min", "max")
    def _check_bounds(self):
        if self.filtered(lambda item: item.max and item.min > item.max):
            raise ValidationError(self.env._("The lowest value is above the highest."))
