from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import MANAGER_GROUPS, DeskCommon


@tagged("post_install", "-at_install")
class TestTeam(DeskCommon):
    def facade(self, user=None):
        teams = self.env["helpdesk.team"]
        return teams.with_user(user) if user else teams

    def test_is_a_view_with_the_same_ids(self):
        self.env.cr.execute("SELECT relkind FROM pg_class WHERE relname = 'helpdesk_team'")
        self.assertEqual(self.env.cr.fetchone(), ("v",))

        everyone = self.facade().with_context(active_test=False).search([])

        teams = self.env["helpdesk.ticket.team"].with_context(active_test=False).search([])
        self.assertEqual(everyone.ids, teams.ids)

    def test_reads_what_the_base_team_holds(self):
        domain = self.env["mail.alias.domain"].create({"name": "team.example.com"})
        self.team.write(
            {
                "sequence": 4,
                "user_ids": [Command.set(self.agent.ids)],
                "alias_name": "reads",
                "alias_domain_id": domain.id,
            }
        )

        team = self.facade(self.agent).browse(self.team.id)

        self.assertEqual((team.name, team.sequence, team.active), ("Front desk", 4, True))
        self.assertEqual(team.company_id, self.company)
        self.assertEqual(team.member_ids, self.agent)
        self.assertEqual(team.alias_name, "reads")
        self.assertEqual(team.alias_email, "reads@team.example.com")
        self.assertEqual(team.privacy_visibility, "portal")
        self.assertEqual(self.facade().search([("member_ids", "in", self.agent.ids)]), team)

    def test_shows_a_change_of_the_base_team_at_once(self):
        team = self.facade().browse(self.team.id)
        self.assertEqual(team.name, "Front desk")

        self.team.name = "Back desk"

        self.assertEqual(team.name, "Back desk")
        self.assertEqual(self.facade().search([("name", "=", "Back desk")]), team)

    def test_create_forwards_with_the_same_ids(self):
        team = self.facade(self.manager).create(
            {
                "name": "Made here",
                "member_ids": [Command.set(self.agent.ids)],
                "alias_name": "made-here",
                "privacy_visibility": "portal",
            }
        )

        base = self.env["helpdesk.ticket.team"].browse(team.id)
        self.assertEqual(team._name, "helpdesk.team")
        self.assertEqual((base.name, base.alias_name), ("Made here", "made-here"))
        self.assertEqual(base.user_ids, self.agent)
        self.assertEqual(team.name, "Made here")
        self.assertEqual(self.make_ticket(team_id=team.id).team_id, base)

    def test_write_and_unlink_forward(self):
        team = self.facade(self.manager).browse(self.team.id)

        team.write({"name": "Renamed", "member_ids": [Command.link(self.manager.id)]})

        self.assertEqual(self.team.name, "Renamed")
        self.assertEqual(self.team.user_ids, self.manager)
        self.assertEqual(team.member_ids, self.manager)

        team.unlink()

        self.assertFalse(self.team.exists())
        self.assertFalse(team.exists())

    def test_name_is_translated(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        team = self.facade(self.manager).browse(self.team.id)

        team.with_context(lang="fr_CA").name = "Accueil"

        self.assertEqual(team.with_context(lang="en_US").name, "Front desk")
        self.assertEqual(self.team.with_context(lang="fr_CA").name, "Accueil")

    def test_archived_team_is_left_out(self):
        self.team.active = False

        self.assertFalse(self.facade().search([("id", "=", self.team.id)]))

    def test_another_visibility_is_refused(self):
        team = self.facade(self.manager).browse(self.team.id)

        with self.assertRaises(ValidationError):
            team.write({"privacy_visibility": "followers", "name": "Hidden"})

        self.assertEqual(self.team.name, "Front desk")

    def test_only_managers_change_a_team(self):
        for user in (self.agent, self.employee, self.portal_user):
            teams = self.facade(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                teams.create({"name": "Refused"})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                teams.browse(self.team.id).write({"name": "Refused"})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                teams.browse(self.team.id).unlink()
        self.assertEqual(self.team.name, "Front desk")
        self.assertFalse(self.env["helpdesk.ticket.team"].search([("name", "=", "Refused")]))

    def test_team_of_another_company_is_neither_seen_nor_changed(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        self.team.company_id = other
        manager = new_test_user(self.env, "stand-in-manager-2", groups=MANAGER_GROUPS)
        teams = self.facade(manager)

        self.assertFalse(teams.search([("id", "=", self.team.id)]))
        with self.assertRaises(AccessError):
            teams.browse(self.team.id).write({"name": "Refused"})
        with self.assertRaises(AccessError):
            teams.browse(self.team.id).unlink()
        self.assertEqual(self.team.name, "Front desk")
