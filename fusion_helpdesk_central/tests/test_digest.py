from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import CentralCase


@tagged("post_install", "-at_install")
class TestOwnerDigest(CentralCase):
    def setUp(self):
        super().setUp()
        self.tokens_ = [self.ask_one("First"), self.ask_one("Second")]
        self.env["mail.mail"].search([]).unlink()

    def ask_one(self, name):
        ticket = self.make_ticket(name=name)
        token = self.ask(ticket)
        self.mails("Action needed").unlink()
        return ticket, token

    def run_it(self):
        return self.tickets._cron_owner_digest()

    def test_one_mail_a_week(self):
        self.assertEqual(self.run_it(), 1)
        mail = self.mails("Your week")
        self.assertEqual(mail.subject, "Your week: 2 waiting for you")
        self.assertEqual(mail.email_to, '"Olga Owner" <olga@birch.example.com>')
        self.assertEqual(self.run_it(), 0)
        with freeze_time(fields.Datetime.now() + timedelta(days=6)):
            self.assertEqual(self.run_it(), 0)
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            self.assertEqual(self.run_it(), 1)

    def test_its_links_work_and_so_do_the_earlier_ones(self):
        self.run_it()
        fresh = self.tokens(self.mails("Your week"))
        kinds = self.links.search([("kind", "=", "reminder")])
        self.assertEqual(len(kinds), 2)
        for token in [*fresh, *(token for _ticket, token in self.tokens_)]:
            self.assertFalse(self.tickets._fc_resolve_approval(token, "approve")[1])
        self.assertTrue(self.tickets._fc_decide(fresh[0], "approve")["ok"])
        self.assertEqual(self.tokens_[0][0].x_fc_engagement_state, "approved")

    def test_it_says_what_was_decided(self):
        self.tickets._fc_decide(self.tokens_[0][1], "reject")
        self.run_it()
        mail = self.mails("Your week")
        self.assertEqual(mail.subject, "Your week: 1 waiting for you")
        self.assertIn("Decided this week:", mail.body_html)
        self.assertIn("First", mail.body_html)

    def test_nothing_waits_nothing_is_sent(self):
        for _ticket, token in self.tokens_:
            self.tickets._fc_decide(token, "approve")
        self.env["mail.mail"].search([]).unlink()
        self.assertEqual(self.run_it(), 0)
        self.assertFalse(self.mails("Your week"))

    def test_opt_out_on_the_key(self):
        self.key_a.owner_digest = False
        self.assertEqual(self.run_it(), 0)
        self.assertEqual(len(self.links.search([])), 2)

    def test_the_single_reminder_is_not_used_up(self):
        self.run_it()
        self.assertFalse(self.tokens_[0][0].x_fc_engagement_reminded_at)
