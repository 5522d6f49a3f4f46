from odoo import fields, models


class FusionRepairIntakeWizardAnswer(models.TransientModel):
    _name = "fusion.repair.intake.wizard.answer"
    _description = "Answer of a Report"

    wizard_id = fields.Many2one("fusion.repair.intake.wizard", required=True, ondelete="cascade")
    question_id = fields.Many2one("fusion.repair.intake.question", required=True)
    kind = fields.Selection(related="question_id.kind")
    required = fields.Boolean(related="question_id.required")
    hint = fields.Text(related="question_id.choices", string="Choices")
    value = fields.Char("Answer")
