from odoo import api, models


class HelpdeskTicketTeam(models.Model):
    """OCA's team: what changes here shows at once in the façade ``helpdesk.team``."""

    _inherit = "helpdesk.ticket.team"

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env["helpdesk.team"].invalidate_model()
        return teams

    def write(self, vals):
        done = super().write(vals)
        self.env["helpdesk.team"].invalidate_model()
        return done

    def unlink(self):
        done = super().unlink()
        self.env["helpdesk.team"].invalidate_model()
        return done
