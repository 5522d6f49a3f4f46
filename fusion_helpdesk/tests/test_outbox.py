from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import HelpdeskMixin


@tagged("post_install", "-at_install")
class TestOutbox(HelpdeskMixin, TransactionCase):
    @property
    def outbox(self):
        return self.env["fusion.helpdesk.outbox"]

    def queue(self, count=1, kind="ticket", ticket_id=0, user=None):
        """:return: rows that wait"""
        user = user or self.anna
        identity = self.service(user)._identity()
        payload = {"identity": identity, "kind": "bug", "vals": {"name": "N", "description": "D"}}
        if kind == "reply":
            payload = {"identity": identity, "ticket_id": ticket_id, "body": "B"}
        return self.outbox.create(
            [
                {"kind": kind, "uuid": f"q{len(self.rows())}-{number}", "user_id": user.id,
                 "name": f"N{number}", "x_fc_client_label": "ACME", "payload": payload,
                 "central_ticket_id": ticket_id, "next_attempt_at": fields.Datetime.now()}
                for number in range(count)
            ]
        )  # fmt: skip

    def test_rows_go_in_order(self):
        rows = self.queue(3)
        self.assertEqual(self.outbox._flush(), {"sent": 3, "queued": 0, "failed": 0})
        self.assertEqual(
            [payload["uuid"] for payload in self.central.named("submit_ticket")],
            [f"{self.anna.id}-{row.uuid}" for row in rows],
        )
        self.assertEqual(self.outbox._flush(), {"sent": 0, "queued": 0, "failed": 0})

    def test_the_limit_leaves_the_rest(self):
        self.queue(3)
        self.assertEqual(self.outbox._flush(limit=2)["sent"], 2)
        self.assertEqual(self.rows().mapped("state"), ["sent", "sent", "queued"])

    def test_what_is_not_due_waits(self):
        self.queue().next_attempt_at = fields.Datetime.now() + timedelta(minutes=5)
        self.assertEqual(self.outbox._flush()["sent"], 0)
        self.assertFalse(self.central.calls)

    def test_a_reply_waits_for_the_earlier_one(self):
        ticket, other = self.central.add_ticket(self.anna.id), self.central.add_ticket(self.anna.id)
        first, second = self.queue(2, "reply", ticket)
        self.queue(1, "reply", other)
        first.next_attempt_at = fields.Datetime.now() + timedelta(minutes=5)

        self.assertEqual(self.outbox._flush()["sent"], 1)
        self.assertEqual([p["ticket_id"] for p in self.central.named("post_reply")], [other])

        first.next_attempt_at = fields.Datetime.now()
        self.assertEqual(self.outbox._flush()["sent"], 2)
        self.assertEqual(
            [payload["uuid"] for payload in self.central.named("post_reply")[1:]],
            [f"{self.anna.id}-{first.uuid}", f"{self.anna.id}-{second.uuid}"],
        )

    @freeze_time("2026-11-20 12:00:00")
    def test_the_wait_grows(self):
        row = self.queue()
        for minutes in (1, 2, 5, 15, 30, 60, 60):
            self.central.fail(500)
            row.next_attempt_at = fields.Datetime.now()
            self.outbox._flush()
            wait = (row.next_attempt_at - fields.Datetime.now()).total_seconds() / 60
            self.assertTrue(minutes <= wait <= minutes * 1.1, (minutes, wait))
        self.assertEqual((row.attempts, row.state), (7, "queued"))

    @freeze_time("2026-11-20 12:00:00")
    def test_central_says_how_long_to_wait(self):
        rows = self.queue(3)
        self.central.fail({"error": "rate_limited", "retry_after": 90})

        self.assertEqual(self.outbox._flush(), {"sent": 0, "queued": 1, "failed": 0})

        self.assertEqual(len(self.central.named("submit_ticket")), 1)
        self.assertEqual(rows[0].attempts, 0)
        self.assertEqual(rows[0].next_attempt_at, fields.Datetime.now() + timedelta(seconds=90))
        self.assertEqual(rows.mapped("attempts"), [0, 0, 0])

    def test_a_refused_key_is_not_hammered(self):
        for fault in ("fault3", "fault4", {"error": "revoked"}):
            with self.subTest(fault=fault):
                self.connect(remote_uid="42")
                rows = self.queue(5)
                self.central.fail(fault, fault)
                before = len(self.central.server.requests)

                self.assertEqual(self.outbox._flush(), {"sent": 0, "queued": 1, "failed": 0})

                self.assertLessEqual(len(self.central.server.requests) - before, 3)
                self.assertEqual(rows.mapped("attempts"), [1, 0, 0, 0, 0])
                text = self.env["ir.config_parameter"].get_param("fusion_helpdesk.last_error")
                self.assertTrue(text)
                self.central.faults.clear()
                rows.unlink()

    def test_a_dead_central_is_given_up_for_this_run(self):
        self.stop_central()
        rows = self.queue(5)
        self.assertEqual(self.outbox._flush(), {"sent": 0, "queued": 3, "failed": 0})
        self.assertEqual(rows.mapped("attempts"), [1, 1, 1, 0, 0])

    def test_one_refused_row_stops_nobody(self):
        rows = self.queue(3)
        self.central.fail({"error": "invalid", "message": "No such team"})
        self.assertEqual(self.outbox._flush(), {"sent": 2, "queued": 0, "failed": 1})
        self.assertEqual(rows.mapped("state"), ["failed", "sent", "sent"])
        self.assertEqual(rows[0].last_error, "No such team")
        rows[0].with_user(self.anna).action_retry()
        self.assertEqual(self.outbox._flush()["sent"], 1)

    def test_a_broken_row_stops_nobody(self):
        rows = self.queue(2)
        rows[0].payload = {"identity": rows[0].payload["identity"], "kind": "bug", "ticket_id": "x"}
        rows[0].kind = "reply"
        rows[0].payload = False
        with self.assertLogs("odoo.addons.fusion_base.tools.batch", "WARNING"):
            self.assertEqual(self.outbox._flush()["sent"], 1)
        self.assertEqual(rows.mapped("state"), ["queued", "sent"])
        self.assertTrue(rows[0].next_attempt_at > fields.Datetime.now())

    def test_who_may_read_and_do_what(self):
        mine, his = self.queue(), self.queue(user=self.ben)
        as_anna = self.outbox.with_user(self.anna)
        self.assertEqual(as_anna.search([]), mine)
        self.assertEqual(self.outbox.with_user(self.boss).search([]), mine + his)
        for act in (
            lambda: his.with_user(self.anna).action_retry(),
            lambda: his.with_user(self.anna).action_discard(),
            lambda: mine.with_user(self.anna).write({"state": "sent"}),
            lambda: mine.with_user(self.boss).unlink(),
            lambda: as_anna.create({"kind": "ticket", "uuid": "z", "user_id": self.anna.id}),
            lambda: self.outbox.with_user(self.portal).search([]),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual((mine + his).mapped("state"), ["queued", "queued"])
        his.with_user(self.boss).action_discard()
        self.assertEqual(his.state, "discarded")
        his.with_user(self.boss).action_retry()
        self.assertEqual(his.state, "discarded", "what was given up stays so")

    def test_administrators_hear_once_of_a_day_old_row(self):
        row = self.queue()
        self.connect(remote_url="")
        self.env.cr.execute(
            "UPDATE fusion_helpdesk_outbox SET create_date = %s",
            [fields.Datetime.now() - timedelta(hours=25)],
        )
        row.invalidate_recordset()

        self.outbox._flush()
        self.outbox._flush()

        heard = self.env["mail.message"].search(
            [("subject", "=", "Support has not been reached for a day")]
        )
        self.assertEqual(len(heard), 1)
        self.assertIn(self.boss.partner_id, heard.notified_partner_ids)
        self.assertNotIn(self.anna.partner_id, heard.notified_partner_ids)

    def test_old_sent_rows_go(self):
        rows = self.queue(3)
        self.outbox._flush()
        rows[2].state = "queued"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fusion_helpdesk_outbox SET write_date = %s WHERE id IN %s",
            [fields.Datetime.now() - timedelta(days=31), tuple((rows[1] + rows[2]).ids)],
        )
        self.env.invalidate_all()
        self.outbox._gc_sent()
        self.assertEqual(rows.exists(), rows[0] + rows[2])

    def test_the_cron_runs_it(self):
        self.queue()
        with self.enter_registry_test_mode():
            self.env.ref("fusion_helpdesk.ir_cron_outbox").method_direct_trigger()
        self.assertEqual(self.rows().state, "sent")


@tagged("post_install", "-at_install")
class TestFlushCost(HelpdeskMixin, TransactionCase):
    """Spec 9: at most 25 queries and one call a row; 200 rows at most 4.2 times 50."""

    def test_flush_of_50_and_200(self):
        maker = TestOutbox.queue
        self.outbox = self.env["fusion.helpdesk.outbox"]
        self.env.flush_all()
        counts = {}
        self.outbox._flush()
        for number in (50, 200):
            maker(self, number)
            self.env.flush_all()
            self.env.invalidate_all()
            before, calls = self.env.cr.sql_log_count, len(self.central.calls)
            self.assertEqual(self.outbox._flush(limit=200)["sent"], number)
            self.env.flush_all()
            counts[number] = self.env.cr.sql_log_count - before
            self.assertEqual(len(self.central.calls) - calls, number)
        self.assertLessEqual(counts[50], 25 * 50)
        self.assertLessEqual(counts[200], 4.2 * counts[50])
