from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..settings import get_text


class HelpdeskTicket(models.Model):
    """A draft of the answer for the agent; it is never sent by itself."""

    _inherit = "helpdesk.ticket"

    x_fc_can_draft = fields.Boolean("Drafts Are Set Up", compute="_compute_x_fc_can_draft")

    def _compute_x_fc_can_draft(self):
        has_key = bool(get_text(self.env, "openai_api_key"))
        for ticket in self:
            is_refused = ticket.x_fc_client_label and not ticket._fc_client_key().allow_ai
            ticket.x_fc_can_draft = has_key and not is_refused

    def action_fc_draft_reply(self):
        """:return: the composer, filled with the draft and marked by its title
        :raise UserError: when the summariser gave none
        """
        self.ensure_one()
        self.check_access("write")
        draft = self.env["fusion.helpdesk.ai"]._draft_reply(self)
        if not draft:
            raise UserError(self.env._("No draft could be made. Please write the answer yourself."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("AI draft: read it before you send it"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_body": plaintext2html(draft),
                "default_partner_ids": self.partner_id.ids,
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }
