from odoo import models


class FusionHelpdeskClientRate(models.Model):
    """Counters of tickets and replies per user and hour."""

    _name = "fusion.helpdesk.client.rate"
    _description = "Helpdesk Request Counter"
    _inherit = "fusion.rate.mixin"
    _log_access = False
