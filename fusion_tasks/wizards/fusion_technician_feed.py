from odoo import fields, models


class FusionTechnicianFeed(models.TransientModel):
    """Shows a new feed's address, which only its hash remembers afterwards."""

    _name = "fusion.technician.feed"
    _description = "Calendar Feed"
    _rec_name = "url"

    url = fields.Char("Address", readonly=True)
