from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import IDENTITY


@tagged("post_install", "-at_install")
class TestRace(BaseCase):
    """Two real transactions at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            key = env["fusion.helpdesk.client.key"].create(
                {"name": "Race", "client_label": "RACE", "owner_email": "rae@race.example.com"}
            )
            key._issue_key()
            ticket = env["helpdesk.ticket"].create(
                {"name": "Raced", "x_fc_client_label": "RACE", "x_fc_reporter_uid": 7}
            )
            ticket._fc_start_engagement(key, "- Once")
            self.token = ticket._fc_issue_approval_link()
            self.key_id, self.ticket_id, self.bot_id = key.id, ticket.id, key.bot_user_id.id
        self.addCleanup(self.clean)

    def clean(self):
        with self.cursor() as env:
            key = env["fusion.helpdesk.client.key"].browse(self.key_id)
            tickets = env["helpdesk.ticket"].with_context(active_test=False)
            tickets.search([("x_fc_client_key_id", "=", key.id)]).unlink()
            key.unlink()
            env["res.partner"].search([("email", "=like", "%@race.example.com")]).unlink()
            env.cr.execute("DELETE FROM fusion_helpdesk_rate")

    @contextmanager
    def cursor(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def decide(self, env, decision):
        return env["helpdesk.ticket"]._fc_decide(self.token, decision)

    def state(self):
        with self.cursor() as env:
            return env["helpdesk.ticket"].browse(self.ticket_id).x_fc_engagement_state

    def test_second_decision_while_the_first_is_open(self):
        with self.cursor() as one, self.cursor() as two:
            self.assertTrue(self.decide(one, "approve")["ok"])
            self.assertEqual(self.decide(two, "reject"), {"ok": False, "reason": "busy"})
        self.assertEqual(self.state(), "approved")

    @mute_logger("odoo.sql_db")
    def test_second_decision_with_an_old_snapshot(self):
        with self.cursor() as two:
            self.assertFalse(two["helpdesk.ticket"]._fc_resolve_approval(self.token, "reject")[1])
            with self.cursor() as one:
                self.assertTrue(self.decide(one, "approve")["ok"])
            with self.assertRaises(SerializationFailure):  # the request is run again by Odoo
                self.decide(two, "reject")
            two.cr.rollback()
        with self.cursor() as two:
            self.assertEqual(self.decide(two, "reject"), {"ok": False, "reason": "used"})
        self.assertEqual(self.state(), "approved")

    @mute_logger("odoo.sql_db")
    def test_same_report_twice_at_once(self):
        payload = {"api": 1, "identity": IDENTITY, "uuid": "race-1", "vals": {"name": "Twice"}}

        def submit(env):
            return env(user=self.bot_id, su=False)["fusion.helpdesk.gateway"].submit_ticket(payload)

        with self.cursor() as two:
            two["helpdesk.ticket"].search([], limit=1)
            with self.cursor() as one:
                self.assertFalse(submit(one)["duplicate"])
            with self.assertRaises((ConcurrencyError, SerializationFailure)):
                submit(two)  # Odoo runs the call again
            two.cr.rollback()
            self.assertTrue(submit(two)["duplicate"])
        with self.cursor() as env:
            found = env["helpdesk.ticket"].search([("x_fc_client_uuid", "=", "race-1")])
            self.assertEqual(len(found), 1)

    def test_two_reminder_jobs_mail_once(self):
        with self.cursor() as env:
            env.cr.execute(
                "UPDATE helpdesk_ticket SET x_fc_engagement_sent_at = now() - interval '4 days'"
                " WHERE id = %s",
                [self.ticket_id],
            )
        with self.cursor() as one, self.cursor() as two:
            group = [env["helpdesk.ticket"].browse(self.ticket_id) for env in (one, two)]
            self.assertEqual(group[0]._fc_remind_group(3), 1)
            self.assertEqual(group[1]._fc_remind_group(3), 0)
        with self.cursor() as env:
            links = env["fusion.helpdesk.approval.link"].search(
                [("ticket_id", "=", self.ticket_id), ("kind", "=", "reminder")]
            )
            self.assertEqual(len(links), 1)
            env["mail.mail"].search([("subject", "like", "Raced")]).unlink()
