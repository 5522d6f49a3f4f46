from odoo import models


class FusionHelpdeskRate(models.Model):
    _name = "fusion.helpdesk.rate"
    _description = "Helpdesk Request Counter"
    _inherit = "fusion.rate.mixin"
    _log_access = False
