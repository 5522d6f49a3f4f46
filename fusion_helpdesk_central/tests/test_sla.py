from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CentralCase

MONDAY = "2026-03-02 14:00:00"  # 9:00 in Toronto


@tagged("post_install", "-at_install")
class TestSla(CentralCase):
    """Working hours 8 to 12 and 13 to 17, Monday to Friday, in Toronto (UTC-5 in early March)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Desk", "tz": "America/Toronto"}
        )
        cls.levels = cls.env["fusion.helpdesk.sla"]
        cls.levels.search([]).unlink()
        cls.level = cls.levels.create(
            {"name": "All", "answer_hours": 4, "resolve_hours": 16, "calendar_id": cls.calendar.id}
        )

    def start(self, **values):
        with freeze_time(MONDAY):
            return self.make_ticket(**values)

    def say(self, ticket, moment, user=None):
        with freeze_time(moment):
            if user:
                ticket.with_user(user).message_post(
                    body="x", message_type="comment", subtype_xmlid="mail.mt_comment"
                )
            else:
                ticket.message_post(
                    body="x", message_type="email", subtype_xmlid="mail.mt_comment",
                    author_id=ticket.partner_id.id,
                )  # fmt: skip

    def assertDue(self, ticket, moment):
        self.env.flush_all()
        self.assertEqual(str(ticket.x_fc_due_at), moment)

    def test_deadlines_lie_in_working_time(self):
        ticket = self.start()
        # 9:00 + 3 h = 12:00, break, + 1 h = 14:00 Toronto
        self.assertEqual(str(ticket.x_fc_answer_deadline), "2026-03-02 19:00:00")
        # 7 h on Monday, 8 h on Tuesday, 1 h on Wednesday = 9:00 Toronto
        self.assertEqual(str(ticket.x_fc_resolve_deadline), "2026-03-04 14:00:00")
        self.assertDue(ticket, "2026-03-02 19:00:00")

    def test_the_clock_stands_while_the_customer_is_asked(self):
        ticket = self.start()
        self.say(ticket, "2026-03-02 15:00:00", self.agent)  # 10:00
        self.assertEqual(str(ticket.x_fc_first_answer_at), "2026-03-02 15:00:00")
        self.assertTrue(ticket.x_fc_sla_paused_at)
        self.assertDue(ticket, "False")
        self.say(ticket, "2026-03-03 15:00:00")  # a working day later: 8 h
        self.assertFalse(ticket.x_fc_sla_paused_at)
        self.assertDue(ticket, "2026-03-05 14:00:00")

    def test_the_clock_stands_while_the_owner_is_asked(self):
        ticket = self.start()
        self.say(ticket, "2026-03-02 15:00:00", self.agent)
        self.say(ticket, "2026-03-02 16:00:00")  # 11:00, stood 1 h
        self.assertDue(ticket, "2026-03-04 15:00:00")
        with freeze_time("2026-03-02 18:00:00"):  # 13:00
            token = self.ask(ticket)
        self.assertDue(ticket, "False")
        with freeze_time("2026-03-02 20:00:00"):  # 15:00
            self.tickets._fc_decide(token, "approve")
        self.assertDue(ticket, "2026-03-04 17:00:00")

    def test_closing_ends_it(self):
        ticket = self.start()
        ticket.stage_id = self.env["helpdesk.ticket.stage"].create({"name": "Over", "closed": True})
        self.assertDue(ticket, "False")

    def test_the_first_that_fits_counts(self):
        own = self.levels.create(
            {"name": "Birch, urgent", "sequence": 1, "client_key_id": self.key_a.id,
             "priority": "3", "answer_hours": 1, "resolve_hours": 2,
             "calendar_id": self.calendar.id}
        )  # fmt: skip
        self.assertEqual(self.start().x_fc_sla_id, self.level)
        urgent = self.start(priority="3")
        self.assertEqual(urgent.x_fc_sla_id, own)
        self.assertEqual(self.start(key=self.key_b, priority="3").x_fc_sla_id, self.level)
        with freeze_time(MONDAY):
            urgent.priority = "1"
        self.assertEqual(urgent.x_fc_sla_id, self.level)
        self.assertFalse(self.tickets.create({"name": "No deployment"}).x_fc_sla_id)

    def test_late_is_marked_once(self):
        ticket = self.start()
        with freeze_time("2026-03-02 18:59:00"):
            self.assertEqual(self.tickets._cron_mark_late(), 0)
        with freeze_time("2026-03-02 19:01:00"):
            self.assertEqual(self.tickets._cron_mark_late(), 1)
            self.assertEqual(self.tickets._cron_mark_late(), 0)
        self.assertTrue(ticket.x_fc_sla_is_late)
        self.assertTrue(ticket.message_ids[0].is_internal)

    def test_due_soon(self):
        ticket = self.start()
        domain = [("x_fc_due_at", "<", "+4H"), ("id", "=", ticket.id)]
        with freeze_time("2026-03-02 14:30:00"):
            self.assertFalse(self.tickets.search(domain))
        with freeze_time("2026-03-02 15:30:00"):
            self.assertEqual(self.tickets.search(domain), ticket)

    def test_hours_are_more_than_nothing(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.levels.create({"name": "Never", "answer_hours": 0})
