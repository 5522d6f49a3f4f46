from odoo.tests import tagged

from .common import CentralCase


@tagged("post_install", "-at_install")
class TestSimilar(CentralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.make_ticket(name="[BIRCH] Bug Report: Export stops at page 3")
        cls.colleague = cls.make_ticket(
            name="[BIRCH] Bug Report: The export of invoices stops",
            partner_email="cy@birch.example.com", x_fc_reporter_uid=8,
        )  # fmt: skip
        cls.other = cls.make_ticket(name="[BIRCH] Feature Request: Colours of the calendar")
        cls.foreign = cls.make_ticket(cls.key_b, name="[CEDAR] Bug Report: Export stops")

    def similar(self, query, **values):
        answer = self.gateway().similar_tickets(self.payload(query=query, **values))
        self.assertTrue(answer["ok"], answer)
        return [row["id"] for row in answer["tickets"]]

    def subscribe(self, ticket, **values):
        return self.gateway().subscribe(self.payload(ticket_id=ticket.id, **values))

    def test_subjects_of_the_own_label_only(self):
        found = self.similar("export stops")
        self.assertEqual(set(found), {self.own.id, self.colleague.id})
        self.assertEqual(self.similar("calendar colour"), [self.other.id])
        self.assertEqual(self.similar("zzzz qqqq"), [])
        row = self.gateway().similar_tickets(self.payload(query="calendar"))["tickets"][0]
        self.assertEqual(set(row), {"id", "ref", "subject", "stage"})

    def test_open_ones_and_at_most_five(self):
        stage = self.env["helpdesk.ticket.stage"].create({"name": "Over", "closed": True})
        self.own.stage_id = stage
        self.assertEqual(self.similar("export stops"), [self.colleague.id])
        for _number in range(7):
            self.make_ticket(name="[BIRCH] Bug Report: Export stops again")
        self.assertEqual(len(self.similar("export stops")), 5)

    def test_odd_queries(self):
        for query in ("", "abc", "%%%%", "____", "'; DROP--", "x" * 500):
            with self.subTest(query=query[:8]):
                self.similar(query)
        answer = self.gateway().similar_tickets(self.payload(query=["x"]))
        self.assertEqual(answer["error"], "invalid")

    def test_people_who_may_not_see_each_other(self):
        self.key_a.allow_all_scope = False
        self.assertEqual(self.similar("export stops"), [self.own.id])
        self.assertEqual(self.subscribe(self.colleague)["error"], "not_found")

    def test_without_trigrams_words_are_compared(self):
        self.patch(self.registry, "has_trigram", False)
        self.assertEqual(set(self.similar("export stops")), {self.own.id, self.colleague.id})

    def test_me_too_follows_and_posts_nothing(self):
        before = self.colleague.message_ids
        answer = self.subscribe(self.colleague)
        self.assertTrue(answer["ok"])
        followers = self.colleague.message_partner_ids.mapped("email")
        self.assertIn("ines@birch.example.com", followers)
        self.assertEqual(self.colleague.message_ids, before)
        self.subscribe(self.colleague)
        self.assertEqual(len(self.colleague.message_partner_ids), 2)

    def test_me_too_on_what_is_not_there(self):
        for ticket in (self.foreign, self.tickets.browse(2**31 - 1)):
            self.assertEqual(self.subscribe(ticket)["error"], "not_found")
        self.assertEqual(self.subscribe(self.colleague, identity={"email": ""})["error"], "invalid")
        self.subscribe(self.colleague, identity={"email": "ada@desk.example.com"})
        self.assertNotIn(self.agent.partner_id, self.colleague.message_partner_ids)
        self.assertEqual(len(self.foreign.message_partner_ids), 1)
