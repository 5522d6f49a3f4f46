"""OCA's own tests with the stand-in on top; modules are imported, so that no class runs twice."""

from odoo import http
from odoo.tests import tagged

from odoo.addons.helpdesk_mgmt.tests import (
    test_helpdesk_category_hierarchy,
    test_helpdesk_fetchmail,
    test_helpdesk_portal,
    test_helpdesk_ticket,
    test_helpdesk_ticket_team,
    test_res_partner,
)


@tagged("post_install", "-at_install")
class TestOcaTicket(test_helpdesk_ticket.TestHelpdeskTicket):
    def test_own_role_is_assigned_what_it_creates(self):
        ticket = self.env["helpdesk.ticket"].with_user(self.user_own).create({"name": "Own"})
        self.assertEqual(ticket.user_id, self.user_own)


@tagged("post_install", "-at_install")
class TestOcaFetchmail(test_helpdesk_fetchmail.TestHelpdeskFetchmail):
    def test_sender_becomes_the_contact(self):
        before = self.env["helpdesk.ticket"].search([])
        self._dummy_fetchmail_process()
        ticket = self.env["helpdesk.ticket"].search([]) - before
        self.assertEqual(ticket.partner_id.email, "bob@mycompany.com")


@tagged("post_install", "-at_install")
class TestOcaTeam(test_helpdesk_ticket_team.TestHelpdeskTicketTeam):
    def test_facade_shows_the_team(self):
        self.assertEqual(self.env["helpdesk.team"].browse(self.team_a.id).name, "Team A")


@tagged("post_install", "-at_install")
class TestOcaPartner(test_res_partner.TestPartner):
    def test_description_may_be_empty(self):
        self.assertFalse(self.env["helpdesk.ticket"]._fields["description"].required)


@tagged("post_install", "-at_install")
class TestOcaCategory(test_helpdesk_category_hierarchy.TestHelpdeskCategoryHierarchy):
    def test_category_of_a_ticket_is_kept(self):
        category = self.env["helpdesk.ticket.category"].create({"name": "Doors"})
        ticket = self.env["helpdesk.ticket"].create({"name": "T", "category_id": category.id})
        self.assertEqual(ticket.category_id, category)


@tagged("post_install", "-at_install")
class TestOcaPortal(test_helpdesk_portal.TestHelpdeskPortal):
    def test_close_by_get_is_refused(self):
        """In the place of the base addon's closing by link."""
        self.authenticate("portal", "portal")
        stage = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        token = http.Request.csrf_token(self)
        answer = self.url_open(
            f"/ticket/close?ticket_id={self.portal_ticket.id}&stage_id={stage.id}"
            f"&csrf_token={token}"
        )
        self.assertEqual(answer.status_code, 405)
        self.assertFalse(self.portal_ticket.closed)
