from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    x_fc_portal_manager_id = fields.Many2one(
        "res.users",
        "Office Contact",
        domain=[("share", "=", False)],
        help="Salesperson on the orders of this field rep's visits.",
    )
