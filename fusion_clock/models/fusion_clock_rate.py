from odoo import models


class FusionClockRate(models.Model):
    """Counters of wrong kiosk passwords."""

    _name = "fusion.clock.rate"
    _description = "Clock Request Counter"
    _inherit = "fusion.rate.mixin"
    _log_access = False
