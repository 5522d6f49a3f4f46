from odoo import fields, models
from odoo.exceptions import UserError


class FusionRepairIntakeTemplate(models.Model):
    """The questions asked when somebody reports a problem. Published ones alone are asked."""

    _name = "fusion.repair.intake.template"
    _description = "Intake Questions"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    category_id = fields.Many2one("fusion.repair.product.category", help="Empty: several types.")
    version = fields.Integer(default=0, readonly=True, copy=False)
    published = fields.Boolean(readonly=True, copy=False)
    active = fields.Boolean(default=True)
    question_ids = fields.One2many("fusion.repair.intake.question", "template_id", copy=True)

    def action_publish(self):
        """:raise UserError: when there is nothing to ask"""
        for template in self:
            if not template.question_ids:
                raise UserError(self.env._("%(name)s has no questions.", name=template.name))
            template.write({"published": True, "version": template.version + 1})
        return True

    def action_withdraw(self):
        self.write({"published": False})
        return True
