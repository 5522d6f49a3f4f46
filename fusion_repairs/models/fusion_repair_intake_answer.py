from odoo import fields, models


class FusionRepairIntakeAnswer(models.Model):
    """What was asked and answered; the text of the question is kept as it was."""

    _name = "fusion.repair.intake.answer"
    _description = "Intake Answer"
    _order = "id"
    _rec_name = "label"

    repair_id = fields.Many2one("repair.order", required=True, index=True, ondelete="cascade")
    question_id = fields.Many2one("fusion.repair.intake.question", "Asked As", ondelete="set null")
    label = fields.Char("Question", required=True)
    value = fields.Text("Answer")
    is_unsafe = fields.Boolean("Unsafe")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
