import base64
import hashlib
import hmac
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.fusion_base.tests.common import LoopbackServer
from odoo.addons.fusion_base.tools.signing import check_webhook

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestWebhook(BillingCase):
    def setUp(self):
        super().setUp()
        self.server = self.enterContext(LoopbackServer())
        self.env["ir.config_parameter"].set_param(
            "fusion_billing.webhook_allowed_hosts", "127.0.0.1"
        )
        self.maps.webhook_url = f"{self.server.url}/hook"
        self.events = self.env["fusion.billing.webhook"]

    def mine(self, **values):
        domain = [("service_id", "=", self.maps.id), *((k, "=", v) for k, v in values.items())]
        return self.events.search(domain, order="id")

    def dispatch(self, later=0):
        return self.events._cron_dispatch(fields.Datetime.now() + timedelta(seconds=later))

    def test_a_started_subscription_is_told_signed_and_in_order(self):
        order = self.subscribe(deployment_id="d-1")
        order.pause_subscription()
        order.resume_subscription()
        told = self.mine()
        self.assertEqual(
            told.mapped("event_type"),
            ["subscription.started", "subscription.updated", "subscription.reactivated"],
        )
        self.assertEqual(told.mapped("sequence"), [1, 2, 3])
        self.assertEqual(self.server.requests, [])

        for _run in range(3):
            self.dispatch()

        got = self.server.requests
        self.assertEqual(told.mapped("state"), ["sent"] * 3)
        self.assertEqual([r.headers["X-Fusion-Sequence"] for r in got], ["1", "2", "3"])
        first = got[0]
        self.assertEqual(first.body, told[0].payload.encode())
        (secret,) = self.maps._get_webhook_secrets()
        check_webhook([secret], first.headers["X-Fusion-Signature"], first.body)
        data = first.json()
        self.assertEqual(
            (data["id"], data["type"], data["service"], data["data"]["deployment_id"]),
            (told[0].event_id, "subscription.started", "maps", "d-1"),
        )
        self.assertEqual(data["data"]["subscription"]["status"], "active")
        self.assertEqual(
            first.body, json.dumps(data, separators=(",", ":"), sort_keys=True).encode()
        )

    def test_standard_webhooks_headers(self):
        self.subscribe()
        self.dispatch()
        (got,) = self.server.requests
        (secret,) = self.maps._get_webhook_secrets()
        message = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode()
        digest = hmac.new(base64.b64decode(secret[6:]), message + got.body, hashlib.sha256).digest()
        self.assertEqual(
            got.headers["webhook-signature"], f"v1,{base64.b64encode(digest).decode()}"
        )

    def test_headers_and_keys_of_lago_where_the_app_wants_them(self):
        self.maps.lago_headers = True
        self.subscribe()
        self.dispatch()
        (request,) = self.server.requests
        (secret,) = self.maps._get_webhook_secrets()
        digest = hmac.new(secret.encode(), request.body, hashlib.sha256).digest()
        self.assertEqual(request.headers["X-Lago-Signature"], base64.b64encode(digest).decode())
        self.assertEqual(request.headers["X-Lago-Unique-Key"], self.mine().event_id)
        body = request.json()
        self.assertEqual(
            (body["webhook_type"], body["object_type"]), ("subscription.started", "subscription")
        )

    def test_the_endpoint_s_health(self):
        self.assertEqual((self.maps.last_success_at, self.maps.failures_in_a_row), (False, 0))
        self.subscribe()
        self.subscribe("s-2")
        for status in (500, 500, 200):
            self.server.answer(status=status)
        self.dispatch()
        self.maps.invalidate_recordset()
        self.assertEqual((self.maps.last_success_at, self.maps.failures_in_a_row), (False, 2))
        self.dispatch(later=3600)
        self.maps.invalidate_recordset()
        self.assertTrue(self.maps.last_success_at)
        self.assertEqual(self.maps.failures_in_a_row, 0)

    def test_both_secrets_sign_while_one_replaces_the_other(self):
        old = self.maps._get_webhook_secrets()[0]
        new = self.maps._generate_webhook_secret()
        self.subscribe()
        self.dispatch()
        (got,) = self.server.requests
        for secret in (old, new):
            check_webhook([secret], got.headers["X-Fusion-Signature"], got.body)
        self.assertEqual(len(got.headers["webhook-signature"].split()), 2)

    def test_what_is_no_2xx_is_tried_again_later_and_holds_its_subscription_up(self):
        self.server.answer(status=500)
        self.server.answer(status=200)
        order = self.subscribe()
        order.pause_subscription()
        first, second = self.mine()
        self.assertEqual(self.dispatch()["failed"], 1)
        self.assertEqual((first.state, first.attempts, first.last_status), ("failed", 1, 500))
        self.assertEqual(second.state, "pending")
        self.assertEqual(self.dispatch(), {"sent": 0, "failed": 0, "dead": 0, "waiting": 0})
        wait = (first.next_retry_at - fields.Datetime.now()).total_seconds()
        self.assertTrue(26 <= wait <= 33, wait)

        self.dispatch(later=40)
        self.dispatch(later=40)

        self.assertEqual((first.state, second.state), ("sent", "sent"))
        bodies = [request.body for request in self.server.requests]
        self.assertEqual(bodies[0], bodies[1])
        self.assertEqual(first.attempt_ids.sorted("id").mapped("status"), [500, 200])

    def test_an_app_that_asks_for_time_is_given_it(self):
        for header in ("600", "1", "soon"):
            self.server.answer(status=429, headers={"Retry-After": header})
        for number, (least, most) in enumerate(((595, 600), (26, 33), (26, 33))):
            with self.subTest(number=number):
                self.subscribe(f"s-{number}")
                event = self.mine()[-1:]
                self.dispatch()
                wait = (event.next_retry_at - fields.Datetime.now()).total_seconds()
                self.assertTrue(least <= wait <= most, wait)

    def test_delays(self):
        self.assertEqual(
            [self.events._retry_delay(n) for n in range(1, 8)],
            [30, 120, 480, 1920, 7680, 30720, 86400],
        )

    def test_given_up_after_eight_attempts_and_the_queue_moves_on(self):
        self.server.answer(status=503)
        order = self.subscribe()
        order.pause_subscription()
        first, second = self.mine()
        first.sudo().attempts = 7
        self.assertEqual(self.dispatch()["dead"], 1)
        self.assertEqual(first.state, "dead")
        self.assertEqual(len(order.activity_ids), 1)
        self.server.answer(status=200, path="/hook")
        self.dispatch()
        self.assertEqual(second.state, "sent")

    def test_gone_switches_the_endpoint_off(self):
        self.server.answer(status=410)
        order = self.subscribe()
        self.dispatch()
        self.assertEqual(self.mine().state, "dead")
        self.assertFalse(self.maps.webhook_enabled)
        order.pause_subscription()
        self.assertEqual(self.mine()[-1].state, "held")
        self.server.answer(status=200, path="/hook")
        self.maps.webhook_enabled = True
        self.dispatch()
        self.assertEqual(self.mine()[-1].state, "sent")

    def test_redirects_resets_and_rubbish_are_failures(self):
        for answer in (
            {"status": 302, "headers": {"Location": self.server.url}},
            {"action": "close"},
            {"status": 404, "body": b"<html>"},
        ):
            with self.subTest(answer=answer):
                self.server.answer(path="/hook", **answer)
                event = self.maps._emit("test")
                event._deliver()
                self.assertEqual(event.state, "failed")
        self.assertEqual({request.path for request in self.server.requests}, {"/hook"})

    def test_a_resend_has_the_same_id_and_holds_nothing_up(self):
        order = self.subscribe()
        self.dispatch()
        event = self.mine()
        replay = event.action_replay()
        self.assertEqual((replay.event_id, replay.replay_of_id), (event.event_id, event))
        self.dispatch()
        self.assertEqual(replay.state, "sent")
        ids = [request.headers["X-Fusion-Event-Id"] for request in self.server.requests]
        self.assertEqual(ids, [event.event_id] * 2)
        reader = new_test_user(
            self.env, "reader", groups="fusion_centralize_billing.group_billing_user"
        )
        with self.assertRaises(UserError):
            event.with_user(reader).action_replay()
        self.assertEqual(order.x_fc_event_count, 2)

    def test_addresses_that_are_not_safe(self):
        for url in (
            "http://example.com/", "https://127.0.0.2/", "https://10.0.0.1/x", "https://[::1]/",
            "https://169.254.169.254/latest", "ftp://example.com", "https://u:p@example.com/",
            "https://0x7f000002/", "https://127.2/", "https://[::ffff:10.0.0.1]/", "nonsense",
        ):  # fmt: skip
            with self.subTest(url=url), self.assertRaises(UserError):
                self.maps.webhook_url = url
        self.assertEqual(self.events._check_url(self.server.url), ["127.0.0.1"])

    def test_an_address_that_turns_private_is_not_called(self):
        self.subscribe()
        self.env["ir.config_parameter"].set_param("fusion_billing.webhook_allowed_hosts", "")
        self.dispatch()
        event = self.mine()
        self.assertEqual(event.state, "failed")
        self.assertIn(event.last_error, ("blocked address", "bad scheme"))
        self.assertEqual(self.server.requests, [])

    def test_nobody_to_tell(self):
        self.maps.webhook_url = False
        order = self.subscribe()
        self.assertFalse(self.mine())
        self.maps.webhook_url = f"{self.server.url}/hook"
        order.x_fc_shadow = True
        order.pause_subscription()
        self.maps.active = False
        self.assertFalse(self.maps._emit("test"))
        self.assertFalse(self.mine())

    def test_a_slow_endpoint_costs_the_others_one_wait(self):
        self.desk.webhook_url = f"{self.server.url}/desk"
        slow = [self.maps._emit("test") for _number in range(3)]
        quick = [self.desk._emit("test") for _number in range(3)]
        calls = []

        def send(event):
            calls.append(event.service_id.code)
            is_slow = event.service_id == self.maps
            return (0, "timed out", False, 0) if is_slow else (200, False, "", 0)

        self.patch(type(self.events), "_send", send)
        result = self.dispatch()

        self.assertEqual(calls, ["maps", "desk", "desk", "desk"])
        self.assertEqual(result, {"sent": 3, "failed": 1, "dead": 0, "waiting": 2})
        self.assertEqual([event.state for event in quick], ["sent"] * 3)
        self.assertEqual([event.state for event in slow], ["failed", "pending", "pending"])

    def test_invoices_are_told(self):
        order = self.subscribe()
        move = order._create_recurring_invoice()
        types = self.mine().mapped("event_type")
        self.assertIn("invoice.created", types)
        event = self.mine(event_type="invoice.created")
        data = json.loads(event.payload)["data"]
        self.assertEqual(data["invoice"]["total_amount_cents"], 5537)
        self.assertEqual(data["external_subscription_id"], "s-1")
        journal = self.company_data["default_journal_bank"]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"journal_id": journal.id})._create_payments()
        paid = self.mine(event_type="invoice.payment_succeeded")
        if move.payment_state == "paid":
            self.assertEqual(len(paid), 1)

    def test_secrets_are_for_system_administrators(self):
        manager = new_test_user(
            self.env, "manager", groups="fusion_centralize_billing.group_billing_admin"
        )
        with self.assertRaises(AccessError):
            self.maps.webhook_secret_ids.with_user(manager).read(["secret"])
