from odoo import fields, models


class FusionRepairMaintenanceChecklistLine(models.Model):
    """One point of a visit, copied when it was booked: later templates do not rewrite history."""

    _name = "fusion.repair.maintenance.checklist.line"
    _description = "Checklist Line"
    _inherit = ["fusion.repair.office.mixin"]
    _order = "sequence, id"
    _rec_name = "label"
    _field_writable = frozenset({"note", "photo", "result", "value"})

    visit_id = fields.Many2one(
        "fusion.repair.maintenance.visit", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    label = fields.Char(required=True)
    mandatory = fields.Boolean(default=True)
    kind = fields.Selection(
        [("check", "Check"), ("measure", "Measure")], required=True, default="check"
    )
    value = fields.Float()
    unit = fields.Char()
    result = fields.Selection([("pass", "Pass"), ("fail", "Fail"), ("na", "Not Applicable")])
    note = fields.Char()
    photo = fields.Image(max_width=1920, max_height=1920)
