"""Billing under fire: runs at once whose transactions are killed, and a chaotic receiver."""

import json
import random
import socket
import threading
import time
import xmlrpc.client
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

from .billing_support import BillingCase, BillingError, quickstart
from .support import ADMIN, size

RUNNERS = 4
JOBS = {
    "sale.order": "_cron_recurring_create_invoice",
    "account.move": "_cron_dunning",
    "fusion.billing.usage": "_cron_rate_open_periods",
}


class RunsCase(BillingCase):
    workers = 2

    def sql(self, query, *values):
        env = self.odoo.database_env
        connection = psycopg2.connect(
            dbname=self.name, host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"]
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def start_many(self, prefix, count, card=True):
        """:return: ids of subscriptions for which two periods are due"""
        start = (datetime.now(timezone.utc) - timedelta(days=40)).date()
        names = [f"{prefix}-{number}" for number in range(count)]
        for name in names:
            quickstart.make_customer(self.billing, name)
            if card:
                quickstart.save_demo_card(self.billing, name)
            quickstart.subscribe(self.billing, name, "maps-standard", start)
        ids = [f"{name}-1" for name in names]
        for subscription in ids:
            quickstart.report_usage(
                self.billing, subscription, "map_calls", start, [1200, 900, 1500]
            )
        return ids


class TestFourRunsAtOnce(RunsCase):
    """Transactions are ended from outside, as a crash ends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actions = {}
        for model, method in JOBS.items():
            number = cls.rpc("ir.model", "search", [("model", "=", model)])[0]
            values = {"name": method, "model_id": number, "state": "code"}
            values["code"] = f"model.{method}()"
            cls.actions[method] = cls.rpc("ir.actions.server", "create", values)

    def run_job(self, number):
        """One runner: the jobs in turn; what kills it does not stop it."""
        dice = random.Random(number)
        proxy = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object", allow_none=True)
        for _round in range(size(4, 20)):
            action = dice.choice(sorted(self.actions.values()))
            try:
                proxy.execute_kw(self.name, 2, ADMIN, "ir.actions.server", "run", [[action]])
            except (xmlrpc.client.Error, OSError):
                self.faults += 1

    def kill_transactions(self, until):
        dice = random.Random(7)
        while not until.is_set():
            time.sleep(dice.uniform(0.2, 1.2))
            self.kills += len(
                self.sql(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()
                          AND state <> 'idle' AND xact_start < now() - interval '0.1 s'
                        LIMIT 1"""
                )
            )

    def test_each_period_is_invoiced_and_charged_once(self):
        subscriptions = self.start_many("runs", size(8, 200))
        self.kills = self.faults = 0
        done = threading.Event()
        killer = threading.Thread(target=self.kill_transactions, args=[done])
        killer.start()
        with ThreadPoolExecutor(RUNNERS) as pool:
            list(pool.map(self.run_job, range(RUNNERS)))
        done.set()
        killer.join()
        self.assertGreater(self.kills, 0)
        self.run_billing()
        self.run_billing()

        for name in subscriptions:
            invoices = quickstart.wait_for_payment(self.billing, name, seconds=5)
            fees = [one["fees_amount_cents"] for one in invoices]
            self.assertEqual(sorted(fees), [4900, 5200], name)
        charged = self.sql(
            """SELECT m.id, m.amount_total, SUM(t.amount) FROM account_move m
                 JOIN account_invoice_transaction_rel r ON r.invoice_id = m.id
                 JOIN payment_transaction t ON t.id = r.transaction_id AND t.state = 'done'
                GROUP BY 1, 2"""
        )
        self.assertEqual(len(charged), 2 * len(subscriptions))
        self.assertEqual([row for row in charged if row[1] != row[2]], [])
        self.assertEqual(
            self.sql(
                """SELECT subscription_id, sequence FROM fusion_billing_webhook
                    GROUP BY 1, 2 HAVING COUNT(*) > 1"""
            ),
            [],
        )


class Chaos:
    """A receiver that mostly fails; what it took is kept in the order of arrival."""

    ANSWERS = (200, 204, 500, 302, 404, "garbage", "reset")

    def __init__(self):
        self.taken = defaultdict(list)
        self.dice = random.Random(11)
        self.is_kind = False
        outer = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.answer(self)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        outcome = 200 if self.is_kind else self.dice.choice(self.ANSWERS)
        if outcome == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            handler.connection.close()
            return
        if outcome == "garbage":
            handler.wfile.write(b"\0\xff not http\r\n\r\n")
            return
        if outcome in (200, 204):
            event = json.loads(body)
            name = event["data"]["external_subscription_id"]
            self.taken[name].append(event["sequence"])
        handler.send_response(outcome)
        handler.send_header("Content-Length", "0")
        handler.end_headers()


class TestChaoticReceiver(RunsCase):
    def test_every_event_arrives_in_order(self):
        chaos = Chaos()
        threading.Thread(target=chaos.server.serve_forever, daemon=True).start()
        self.addCleanup(chaos.server.server_close)
        self.addCleanup(chaos.server.shutdown)
        address = {"webhook_url": f"http://127.0.0.1:{chaos.server.server_port}/"}
        self.rpc("fusion.billing.service", "write", [self.service], address)
        self.rpc("ir.config_parameter", "set_param", "fusion_billing.webhook_max_attempts", "1000")
        subscriptions = self.start_many("chaos", size(4, 50), card=False)
        for name in subscriptions:
            for verb in ("pause", "resume", "pause", "resume"):
                self.billing.post(f"/subscriptions/{name}/{verb}")

        for number in range(size(60, 400)):
            chaos.is_kind = number > size(40, 300)
            self.run_cron("cron_fc_dispatch_webhooks")
            if not self.sql(
                """UPDATE fusion_billing_webhook
                      SET next_retry_at = now() AT TIME ZONE 'UTC' - interval '1 minute'
                    WHERE state IN ('pending', 'failed') RETURNING 1"""
            ):
                break

        for name in subscriptions:
            told = list(dict.fromkeys(chaos.taken[name]))  # at least once: repeats are dropped
            self.assertEqual(told, list(range(1, 6)), name)
        states = self.sql("SELECT DISTINCT state FROM fusion_billing_webhook")
        self.assertEqual(states, [("sent",)])


class TestShuffledCounters(RunsCase):
    """Counters in any order, in parts that are sent again after a killed request: one total."""

    def send(self, batch):
        for _try in range(20):
            try:
                return self.billing.post("/usage", {"usage": batch})
            except (OSError, ValueError, BillingError):
                self.faults += 1
        raise AssertionError("a batch never arrived")

    def kill_requests(self, until):
        dice = random.Random(3)
        while not until.is_set():
            time.sleep(dice.uniform(0.05, 0.4))
            self.sql(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                      AND strpos(query, 'WITH input AS') > 0 AND state <> 'idle' LIMIT 1"""
            )

    def test_every_counter_counts_once(self):
        count = size(3000, 100_000)
        (name,) = self.start_many("shuffle", 1, card=False)
        start = datetime.now(timezone.utc) - timedelta(days=20)
        rows = [
            {
                "external_subscription_id": name,
                "metric_code": "map_calls",
                "quantity": str(number % 9 + 1),
                "period_start": f"{start + timedelta(seconds=2 * number):%Y-%m-%dT%H:%M:%SZ}",
                "period_end": f"{start + timedelta(seconds=2 * number + 1):%Y-%m-%dT%H:%M:%SZ}",
                "idempotency_key": f"shuffle-{number}",
            }
            for number in range(count)
        ]
        expected = sum(number % 9 + 1 for number in range(count))
        again = rows + rows[: count // 3]
        random.Random(5).shuffle(again)
        batches = []
        for begin in range(0, len(again), 200):
            part = {row["idempotency_key"]: row for row in again[begin : begin + 200]}
            batches.append(list(part.values()))
        self.faults = 0
        done = threading.Event()
        killer = threading.Thread(target=self.kill_requests, args=[done])
        killer.start()
        with ThreadPoolExecutor(RUNNERS) as pool:
            list(pool.map(self.send, batches))
        done.set()
        killer.join()
        found = self.sql(
            """SELECT COUNT(*), SUM(quantity) FROM fusion_billing_usage
                WHERE idempotency_key LIKE %s""",
            "shuffle-%",
        )
        self.assertEqual([(number, int(total)) for number, total in found], [(count, expected)])
