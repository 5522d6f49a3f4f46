from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DeskCommon


@tagged("post_install", "-at_install")
class TestSecurity(DeskCommon):
    def test_public_may_read_a_stage_and_not_write_it(self):
        public = self.env.ref("base.public_user")
        stage = self.stage_awaiting.with_user(public)

        self.assertEqual(stage.read(["name"])[0]["name"], "Awaiting")
        with self.assertRaises(AccessError):
            stage.write({"name": "Defaced"})
        self.assertEqual(self.stage_awaiting.name, "Awaiting")

    def test_portal_user_sees_own_tickets_only(self):
        own = self.make_ticket(partner_id=self.portal_user.partner_id.id)
        other = self.make_ticket(partner_email="else@customer.example.com")
        tickets = self.tickets.with_user(self.portal_user)

        self.assertEqual(tickets.search([("id", "in", (own + other).ids)]), own)
        with self.assertRaises(AccessError):
            other.with_user(self.portal_user).read(["name"])
        with self.assertRaises(AccessError):
            own.with_user(self.portal_user).write({"name": "Refused"})
        with self.assertRaises(AccessError):
            tickets.create({"name": "Refused"})
        self.assertEqual(own.name, "Printer is silent")

    def test_portal_user_sees_no_colleague_of_the_same_company_name(self):
        """A contact made from an address has no parent, so `child_of` finds nobody else."""
        first = self.make_ticket(
            partner_email="first@shop.example.com", partner_company_name="Shop"
        )
        second = self.make_ticket(
            partner_email="second@shop.example.com", partner_company_name="Shop"
        )
        user = new_test_user(self.env, "stand-in-first", groups="base.group_portal")
        user.partner_id = first.partner_id

        self.assertEqual(self.tickets.with_user(user).search([]), first)
        with self.assertRaises(AccessError):
            second.with_user(user).read(["name"])

    def test_agent_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        ticket = self.make_ticket(company_id=other.id)

        self.assertFalse(self.tickets.with_user(self.agent).search([("id", "=", ticket.id)]))
        with self.assertRaises(AccessError):
            ticket.with_user(self.agent).write({"name": "Refused"})
        self.assertEqual(ticket.name, "Printer is silent")

    def test_employee_reads_followed_tickets_only(self):
        followed = self.make_ticket(partner_id=self.employee.partner_id.id)
        other = self.make_ticket()

        self.assertEqual(followed.with_user(self.employee).name, "Printer is silent")
        for ticket in (followed, other):
            with self.assertRaises(AccessError):
                ticket.with_user(self.employee).write({"name": "Refused"})
        with self.assertRaises(AccessError):
            other.with_user(self.employee).read(["name"])

    def test_agent_keeps_tickets_and_manager_may_delete_them(self):
        ticket = self.make_ticket()

        with self.assertRaises(AccessError):
            ticket.with_user(self.agent).unlink()
        self.assertTrue(ticket.exists())

        ticket.with_user(self.manager).unlink()
        self.assertFalse(ticket.exists())
