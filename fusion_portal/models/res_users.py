from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    x_fc_portal_manager_id = fields.Many2one(
        "res.users",
        "Office Contact",
        domain=[("share", "=", False)],
        help="Salesperson on the orders of this field rep's visits.",
    )

    @api.model
    def _fc_get_tiles(self):
        """:return: what other addons show a field rep on the portal's home, in their order"""
        return sorted(self._fc_portal_rep_tiles(), key=lambda tile: tile.get("sequence", 0))
