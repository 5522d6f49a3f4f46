from odoo import fields, models


class FusionHelpdeskEngagementWizardLine(models.TransientModel):
    _name = "fusion.helpdesk.engagement.wizard.line"
    _description = "Ticket of an Approval Request"

    wizard_id = fields.Many2one(
        "fusion.helpdesk.engagement.wizard", required=True, ondelete="cascade"
    )
    ticket_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    name = fields.Char(related="ticket_id.name")
    ai_summary = fields.Text("Brief")
    summary_failed = fields.Boolean()
