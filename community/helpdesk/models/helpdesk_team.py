from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class HelpdeskTeam(models.Model):
    """Façade over ``helpdesk.ticket.team``: the same rows under the same ids, in a SQL view."""

    _name = "helpdesk.team"
    _description = "Helpdesk Team"
    _auto = False
    _log_access = False
    _order = "sequence, id"
    _depends = {"helpdesk.ticket.team": ["name", "sequence", "active", "company_id"]}

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company")
    member_ids = fields.Many2many(
        "res.users",
        string="Team Members",
        compute="_compute_member_ids",
        search="_search_member_ids",
        compute_sudo=True,
    )
    alias_name = fields.Char(compute="_compute_alias", compute_sudo=True)
    alias_email = fields.Char(string="Email Alias", compute="_compute_alias", compute_sudo=True)
    privacy_visibility = fields.Selection(
        [("portal", "Invited portal users and all internal users")],
        string="Visibility",
        compute="_compute_privacy_visibility",
    )

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL(
                "CREATE VIEW %s AS"
                " (SELECT id, name, sequence, active, company_id FROM helpdesk_ticket_team)",
                SQL.identifier(self._table),
            )
        )

    def _compute_member_ids(self):
        for team in self:
            team.member_ids = team._get_ticket_teams().user_ids

    def _search_member_ids(self, operator, value):
        teams = self.env["helpdesk.ticket.team"].with_context(active_test=False)
        return [("id", "in", teams._search([("user_ids", operator, value)]))]

    def _compute_alias(self):
        for team in self:
            ticket_team = team._get_ticket_teams()
            team.alias_name = ticket_team.alias_name
            team.alias_email = ticket_team.alias_email

    def _compute_privacy_visibility(self):
        self.privacy_visibility = "portal"

    # A view has no rows to write: these three forward to OCA's team instead of calling super().
    # pylint: disable=method-required-super

    @api.model_create_multi
    def create(self, vals_list):
        """Create OCA's teams; the records returned carry the same ids."""
        self.check_access("create")
        vals_list = [self._to_ticket_team_values(vals) for vals in vals_list]
        return self.browse(self.env["helpdesk.ticket.team"].create(vals_list).ids)

    def write(self, vals):
        self.check_access("write")
        return self._get_ticket_teams().write(self._to_ticket_team_values(vals))

    def unlink(self):
        self.check_access("unlink")
        return self._get_ticket_teams().unlink()

    @api.model
    def _to_ticket_team_values(self, vals):
        """:return: the values under the names of OCA's team
        :raise ValidationError: for a visibility that OCA's portal does not have"""
        vals = dict(vals)
        if vals.pop("privacy_visibility", "portal") != "portal":
            raise ValidationError(self.env._("On Community every team is open to portal users."))
        if "member_ids" in vals:
            vals["user_ids"] = vals.pop("member_ids")
        return vals

    def _get_ticket_teams(self):
        """:return: OCA's teams with these ids"""
        return self.env["helpdesk.ticket.team"].browse(self.ids)
