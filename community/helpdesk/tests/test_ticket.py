from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DeskCommon


@tagged("post_install", "-at_install")
class TestTicket(DeskCommon):
    def test_fields_of_the_surface_follow_the_base_addon(self):
        ticket = self.make_ticket(
            partner_company_name="Birch & Daughters", partner_phone="+1 705-555-0119"
        )
        ticket.closed_date = "2026-03-04 05:06:07"

        self.assertEqual(ticket.ticket_ref, ticket.number)
        self.assertEqual(self.tickets.search([("ticket_ref", "=", ticket.number)]), ticket)
        self.assertEqual(str(ticket.close_date), "2026-03-04 05:06:07")
        self.assertEqual(ticket.partner_company_name, "Birch & Daughters")
        self.assertEqual(ticket.partner_phone, "+1 705-555-0119")
        self.assertEqual(ticket._fields["ticket_ref"].string, "Ticket Reference")
        self.assertEqual(ticket._fields["close_date"].string, "Closed On")

    def test_description_is_optional(self):
        ticket = self.make_ticket()

        ticket.flush_recordset()
        self.assertFalse(ticket.description)

    def test_customer_of_the_thread_is_the_contact(self):
        self.assertEqual(self.tickets._primary_email, "partner_email")
        self.assertTrue(self.tickets._mail_thread_customer)
        self.assertIn("rating_ids", self.tickets._fields)

    def test_magic_link_carries_the_token(self):
        ticket = self.make_ticket()

        self.assertEqual(ticket.access_url, f"/my/ticket/{ticket.id}")
        self.assertIn("access_token=", ticket.get_portal_url())


@tagged("post_install", "-at_install")
class TestContact(DeskCommon):
    def test_unknown_address_makes_a_contact_that_follows(self):
        ticket = self.make_ticket(
            partner_email="New.Person@Customer.example.com",
            partner_name="New Person",
            partner_company_name="Customer Ltd.",
            partner_phone="+1 705-555-0120",
        )

        partner = ticket.partner_id
        self.assertEqual(partner.email, "new.person@customer.example.com")
        self.assertEqual(partner.name, "New Person")
        self.assertEqual(partner.company_name, "Customer Ltd.")
        self.assertEqual(partner.phone, "+1 705-555-0120")
        self.assertEqual(partner.company_id, self.company)
        self.assertFalse(partner.parent_id)
        self.assertIn(partner, ticket.message_partner_ids)
        self.assertEqual(ticket.partner_email, "New.Person@Customer.example.com")

    def test_known_address_is_found_and_left_as_it_is(self):
        known = self.env["res.partner"].create(
            {"name": "Known", "email": "Known@customer.example.com", "phone": "1"}
        )

        ticket = self.make_ticket(
            partner_email="known@customer.example.com", partner_name="Other", partner_phone="2"
        )

        self.assertEqual(ticket.partner_id, known)
        self.assertEqual((known.name, known.phone), ("Known", "1"))

    def test_given_contact_wins_over_the_address(self):
        given = self.env["res.partner"].create({"name": "Given"})

        ticket = self.make_ticket(partner_id=given.id, partner_email="else@customer.example.com")

        self.assertEqual(ticket.partner_id, given)
        self.assertIn(given, ticket.message_partner_ids)
        self.assertFalse(self.contacts("else@customer.example.com"))

    def test_unusable_address_makes_no_contact(self):
        before = self.env["res.partner"].search_count([])
        for address in ("", "nobody", "one@a.example.com, two@a.example.com"):
            with self.subTest(address=address):
                self.assertFalse(self.make_ticket(partner_email=address).partner_id)
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_our_own_alias_makes_no_contact(self):
        domain = self.env["mail.alias.domain"].create({"name": "desk.example.com"})
        self.company.alias_domain_id = domain
        self.team.write({"alias_name": "front", "alias_domain_id": domain.id})

        ticket = self.make_ticket(partner_email="front@desk.example.com")

        self.assertFalse(ticket.partner_id)
        self.assertFalse(self.contacts("front@desk.example.com"))

    def test_contact_of_another_company_is_not_used(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        theirs = self.env["res.partner"].create(
            {"name": "Theirs", "email": "both@customer.example.com", "company_id": other.id}
        )
        their_team = self.env["helpdesk.ticket.team"].create(
            {"name": "Their desk", "company_id": other.id}
        )

        ours, other_ticket = self.tickets.create(
            [
                {"name": "A", "partner_email": "both@customer.example.com"},
                {
                    "name": "B",
                    "partner_email": "both@customer.example.com",
                    "team_id": their_team.id,
                },
            ]
        )

        self.assertEqual(other_ticket.partner_id, theirs)
        self.assertNotEqual(ours.partner_id, theirs)
        self.assertEqual(ours.partner_id.company_id, self.company)

    def test_batch_makes_one_contact_per_address(self):
        tickets = self.tickets.create(
            [{"name": f"T{n}", "partner_email": f"p{n % 2}@batch.example.com"} for n in range(6)]
        )

        self.assertEqual(len(tickets.partner_id), 2)
        for ticket in tickets:
            self.assertIn(ticket.partner_id, ticket.message_partner_ids)

    def test_look_up_costs_the_same_for_five_rows_and_for_fifty(self):
        addresses = [f"q{n}@batch.example.com" for n in range(51)]
        self.env["res.partner"].create([{"name": a, "email": a} for a in addresses])

        def queries(rows):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.tickets._fill_partners(rows)
            return self.env.cr.sql_log_count - before

        queries([{"partner_email": addresses[50]}])
        five = queries([{"partner_email": address} for address in addresses[:5]])
        rows = [{"partner_email": address} for address in addresses[:50]]
        fifty = queries(rows)

        self.assertEqual(len({row["partner_id"] for row in rows}), 50)
        self.assertEqual(fifty, five)

    def test_hundred_tickets_cost_at_most_half_more_than_without_contacts(self):
        def queries(rows):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.tickets.create(rows)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries([{"name": "Warm", "partner_email": "warm@batch.example.com"}])
        plain = queries([{"name": f"T{n}"} for n in range(100)])
        rows = [{"name": f"T{n}", "partner_email": f"r{n}@batch.example.com"} for n in range(100)]
        with_contacts = queries(rows)

        self.assertLessEqual(with_contacts, 1.5 * plain + 10)

    def test_archived_contact_does_not_follow(self):
        gone = self.env["res.partner"].create({"name": "Gone", "active": False})

        ticket = self.make_ticket(partner_id=gone.id)

        self.assertNotIn(gone, ticket.message_follower_ids.partner_id)

    def test_new_contact_of_a_ticket_follows_it(self):
        first, second = self.env["res.partner"].create([{"name": "First"}, {"name": "Second"}])
        ticket = self.make_ticket(partner_id=first.id)

        ticket.partner_id = second

        self.assertIn(first, ticket.message_partner_ids)
        self.assertIn(second, ticket.message_partner_ids)

    def test_agent_without_rights_on_contacts_gets_one_all_the_same(self):
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.agent).create({"name": "Refused"})

        ticket = self.tickets.with_user(self.agent).create(
            {"name": "By an agent", "partner_email": "walkin@customer.example.com"}
        )

        self.assertEqual(ticket.partner_id.email, "walkin@customer.example.com")
        self.assertIn(ticket.partner_id, ticket.message_partner_ids)


@tagged("post_install", "-at_install")
class TestAssignment(DeskCommon):
    def test_agent_is_assigned_what_he_creates(self):
        ticket = self.tickets.with_user(self.agent).create({"name": "Mine"})

        self.assertEqual(ticket.user_id, self.agent)

    def test_nobody_outside_the_desk_is_assigned(self):
        group_less = new_test_user(self.env, "stand-in-bot", groups="base.group_portal")
        group_less.group_ids = False
        for user in (self.employee, self.portal_user, group_less):
            with self.subTest(user=user.login):
                ticket = self.tickets.with_user(user).sudo().create({"name": "Not mine"})
                self.assertFalse(ticket.user_id)

    def test_superuser_is_no_agent(self):
        self.assertFalse(self.make_ticket().user_id)

    def test_given_assignee_stays(self):
        portal_tickets = self.tickets.with_user(self.portal_user).sudo()

        given = portal_tickets.create({"name": "Given", "user_id": self.agent.id})
        by_context = portal_tickets.with_context(default_user_id=self.agent.id).create(
            {"name": "By context"}
        )

        self.assertEqual(given.user_id, self.agent)
        self.assertEqual(by_context.user_id, self.agent)
