from odoo import fields, models


class FusionVisitCancelWizard(models.TransientModel):
    """Asks why before a visit is cancelled."""

    _name = "fusion.visit.cancel.wizard"
    _description = "Cancel a Home Visit"

    visit_id = fields.Many2one("fusion.assessment.visit", required=True, ondelete="cascade")
    reason = fields.Char("Why is it cancelled?", required=True)

    def action_confirm(self):
        """:raise UserError: the visit is closed"""
        self.ensure_one()
        self.visit_id.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
