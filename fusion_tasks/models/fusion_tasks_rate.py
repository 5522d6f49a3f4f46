from odoo import models


class FusionTasksRate(models.Model):
    """Requests to the public pages of this addon and those above it; keys begin with its name."""

    _name = "fusion.tasks.rate"
    _description = "Task Page Request Counter"
    _inherit = "fusion.rate.mixin"
    _log_access = False
