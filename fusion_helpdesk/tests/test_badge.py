from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, tagged

from .common import HelpdeskMixin


@tagged("post_install", "-at_install")
class TestBadge(HelpdeskMixin, TransactionCase):
    def sync(self):
        return self.env["fusion.helpdesk.service"]._sync_digest()

    def counts(self):
        return [self.service(user)._unread_count() for user in (self.anna, self.ben, self.boss)]

    def test_the_badge_counts_own_tickets_with_news(self):
        one = self.central.add_ticket(self.anna.id, "x@example.com")
        two = self.central.add_ticket(0, "Anna@Example.com")
        self.central.add_ticket(self.anna.id)
        his = self.central.add_ticket(self.ben.id, "ben@example.com")
        for ticket in (one, two, his):
            self.central.add_message(ticket, "Answer")
        self.assertEqual(self.counts(), [0, 0, 0])

        self.assertEqual(self.sync(), 4)

        self.assertEqual(self.counts(), [2, 1, 0])
        self.assertEqual(len(self.central.calls), 1)
        self.service()._ticket_detail(one)
        self.assertEqual(self.counts(), [1, 1, 0])
        self.assertEqual(self.sync(), 0)

    def test_another_label_is_another_deployment(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.central.add_message(ticket, "Answer")
        self.sync()
        self.connect(client_label="OTHER")
        self.assertEqual(self.counts(), [0, 0, 0])

    def test_whose_count_changed_hears_of_it(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.sync()
        self.env["bus.bus"].search([]).unlink()
        self.central.add_message(ticket, "Answer")

        self.sync()
        self.env.cr.precommit.run()

        sent = self.env["bus.bus"].search([])
        self.assertEqual(len(sent), 1)
        self.assertIn('"fusion_helpdesk.unread"', sent.message)
        self.assertIn('{"count":1}', sent.message.replace(" ", ""))
        self.assertIn(f'"res.partner",{self.anna.partner_id.id}', sent.channel.replace(" ", ""))

    def test_the_cursor_is_centrals_and_overlaps(self):
        self.sync()
        self.sync()
        self.assertEqual(
            [payload["since"] for payload in self.central.named("digest")],
            ["", "2026-11-21 14:50:00"],
        )

    def test_odd_rows_are_left_out(self):
        self.central.tickets["x"] = {
            "id": "x", "partner_email": 5, "reporter_uid": None, "last_support_msg_id": 0,
            "is_closed": 0,
        }  # fmt: skip
        if self.transport == "xmlrpc":
            self.central.tickets["x"]["reporter_uid"] = "y"
        self.assertEqual(self.sync(), 0)

    def test_faults_change_nothing(self):
        for fault in ("close", "garbage", 500, {"error": "revoked"}):
            self.central.fail(fault, fault)
            self.assertEqual(self.sync(), 0)
            self.central.faults.clear()
        self.connect(remote_url="")
        self.assertEqual(self.sync(), 0)

    def test_the_badge_costs_three_queries(self):
        for number in range(30):
            ticket = self.central.add_ticket(self.anna.id, f"n{number}@example.com")
            self.central.add_message(ticket, "Answer")
        self.sync()
        self.env.flush_all()
        service = self.service()
        service._unread_count()  # parameters are cached by the worker
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            self.assertEqual(service._unread_count(), 30)
        self.env.invalidate_all()
        self.assertEqual(len(self.central.calls), 1)

    def test_the_cron_brings_features_and_notices(self):
        self.central.features = ["similar", 5]
        self.central.notices = [
            {"id": 1, "title": "Saturday", "body": "<p>At <script>x</script>8</p>",
             "severity": "warning", "date_from": "2020-01-01 00:00:00", "date_to": ""},
            {"id": 2, "title": "Over", "body": "", "severity": "odd",
             "date_from": "2020-01-01 00:00:00", "date_to": "2020-01-02 00:00:00"},
            {"id": 3, "title": "Later", "body": "", "severity": "info",
             "date_from": "2999-01-01 00:00:00", "date_to": "2999-01-02 00:00:00"},
            "odd",
        ]  # fmt: skip
        self.env["fusion.helpdesk.service"]._cron_digest()
        self.assertEqual([name for name, _p in self.central.calls], ["digest", "ping"])
        me = self.service()._whoami()
        self.assertEqual(me["features"], ["similar"])
        self.assertEqual(
            [(row["title"], row["severity"], "script" in row["body"]) for row in me["notices"]],
            [("Saturday", "warning", False)],
        )


@tagged("post_install", "-at_install")
class TestSeen(HelpdeskMixin, TransactionCase):
    def test_a_mark_never_goes_back(self):
        seen = self.env["fusion.helpdesk.ticket.seen"].with_user(self.anna)
        self.assertIs(seen._mark_seen(7, 100), True)
        seen._mark_seen(7, 50)
        self.assertEqual(seen._seen_map([7, 8]), {7: 100})
        seen.search([]).write({"last_seen_message_id": 10})
        self.assertEqual(seen._seen_map([7]), {7: 100})

    def test_marks_are_each_users_own(self):
        seen = self.env["fusion.helpdesk.ticket.seen"]
        seen.with_user(self.anna)._mark_seen(7, 100)
        seen.with_user(self.ben)._mark_seen(7, 5)
        self.assertEqual(seen.with_user(self.ben)._seen_map([7]), {7: 5})
        his = seen.with_user(self.anna).search([])
        self.assertEqual(his.user_id, self.anna)
        with self.assertRaises(AccessError):
            his.with_user(self.ben).read(["last_seen_message_id"])
        with self.assertRaises(AccessError):
            seen.with_user(self.ben).create({"user_id": self.anna.id, "central_ticket_id": 9})
        with self.assertRaises(AccessError):
            seen.with_user(self.portal).search([])

    def test_nobody_reads_the_digest_or_the_state(self):
        for name in ("fusion.helpdesk.ticket.digest", "fusion.helpdesk.client.state",
                     "fusion.helpdesk.client.rate"):  # fmt: skip
            for user in (self.anna, self.boss, self.env.ref("base.user_admin")):
                with self.assertRaises(AccessError):
                    self.env[name].with_user(user).search([])


@tagged("post_install", "-at_install")
class TestSeenRace(BaseCase):
    """Two tabs, two real transactions that both hold an older picture."""

    def test_two_transactions_mark_the_same_ticket(self):
        registry = Registry(get_db_name())
        ticket = 2_000_000_001
        self.addCleanup(self._remove, registry, ticket)
        with registry.cursor() as one, registry.cursor() as two:
            seen = [
                api.Environment(cr, SUPERUSER_ID, {})["fusion.helpdesk.ticket.seen"]
                for cr in (one, two)
            ]
            for model in seen:
                self.assertEqual(model._seen_map([ticket]), {})
            seen[0]._mark_seen(ticket, 9)
            seen[1]._mark_seen(ticket, 5)
            seen[0]._mark_seen(ticket, 7)
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env["fusion.helpdesk.ticket.seen"]._seen_map([ticket]), {ticket: 9})

    def _remove(self, registry, ticket):
        with registry.cursor() as cr:
            cr.execute(
                "DELETE FROM fusion_helpdesk_ticket_seen WHERE central_ticket_id = %s", [ticket]
            )
