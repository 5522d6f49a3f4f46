from odoo.tests import tagged

from .common import DeskCommon

MESSAGE = """From: {sender}
To: front@desk.example.com
Subject: {subject}
Message-ID: <{number}@customer.example.com>
Date: Tue, 03 Mar 2026 10:00:00 -0500
Content-Type: text/plain; charset=utf-8

{body}"""


@tagged("post_install", "-at_install")
class TestMailIn(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "desk.example.com"})
        cls.company.alias_domain_id = domain
        cls.team.write({"alias_name": "front", "alias_domain_id": domain.id})

    def receive(self, sender="Ada Cole <Ada.Cole@customer.example.com>", subject="Help", body="Hi"):
        before = self.tickets.search([])
        text = MESSAGE.format(sender=sender, subject=subject, body=body, number=len(before))
        self.env["mail.thread"].message_process(False, text)
        return self.tickets.search([]) - before

    def test_mail_to_the_team_makes_its_ticket(self):
        ticket = self.receive()

        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.name, "Help")
        self.assertEqual(ticket.partner_email, "ada.cole@customer.example.com")
        self.assertEqual(ticket.partner_name, "Ada Cole")
        self.assertEqual(ticket.partner_id.name, "Ada Cole")
        self.assertEqual(ticket.partner_id.email, "ada.cole@customer.example.com")
        self.assertIn(ticket.partner_id, ticket.message_partner_ids)
        self.assertFalse(ticket.user_id)
        self.assertIn("Hi", ticket.description)

    def test_known_sender_is_the_contact(self):
        known = self.env["res.partner"].create(
            {"name": "Ada", "email": "ada.cole@customer.example.com"}
        )

        self.assertEqual(self.receive().partner_id, known)

    def test_empty_subject_and_body_are_accepted(self):
        ticket = self.receive(subject="", body="")

        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.name, "No Subject")

    def test_bare_address_gives_no_name(self):
        ticket = self.receive(sender="bare@customer.example.com")

        self.assertEqual(ticket.partner_email, "bare@customer.example.com")
        self.assertFalse(ticket.partner_name)
        self.assertEqual(ticket.partner_id.name, "bare@customer.example.com")

    def test_ticket_is_written_once(self):
        written = []
        model = type(self.tickets)
        write = model.write

        def count(tickets, vals):
            written.append(sorted(vals))
            return write(tickets, vals)

        self.patch(model, "write", count)
        self.receive()

        touched = {"partner_id", "partner_name", "partner_email", "name", "description", "team_id"}
        self.assertFalse([names for names in written if touched.intersection(names)])

    def test_answer_by_mail_lands_in_the_thread(self):
        ticket = self.receive()
        answer = MESSAGE.format(
            sender="ada.cole@customer.example.com", subject="Re: Help", body="More", number="re"
        ).replace("Date:", f"In-Reply-To: {ticket.message_ids[:1].message_id}\nDate:")

        self.env["mail.thread"].message_process(False, answer)

        self.assertIn("More", ticket.message_ids[:1].body)
        self.assertEqual(ticket.message_ids[:1].author_id, ticket.partner_id)

    def test_answers_go_to_the_team(self):
        ticket = self.receive()

        self.assertIn("front@desk.example.com", ticket._notify_get_reply_to()[ticket.id])
