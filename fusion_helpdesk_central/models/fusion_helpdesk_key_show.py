from odoo import fields, models


class FusionHelpdeskKeyShow(models.AbstractModel):
    """Shows a new key once. Abstract, as core's own: nothing of it is ever stored."""

    _name = "fusion.helpdesk.key.show"
    _description = "New Client Key"

    id = fields.Id()
    key = fields.Char(readonly=True)
    code = fields.Char("Connection Code", readonly=True)
