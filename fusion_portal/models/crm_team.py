from odoo import fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    x_fc_portal_rep_ids = fields.Many2many(
        "res.users",
        "crm_team_portal_rep_rel",
        "team_id",
        "user_id",
        "Field Reps",
        help="They see each other's visits.",
    )
