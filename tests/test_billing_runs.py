"""Billing under fire: runs at once whose transactions are killed, and counters that are sent again
and again to servers that die."""

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from toolbox import databases, postgres

from .billing_support import BillingError, RunsCase, quickstart
from .support import size

RUNNERS = 4
JOBS = {
    "sale.order": "_cron_recurring_create_invoice",
    "account.move": "_cron_dunning",
    "fusion.billing.usage": "_cron_rate_open_periods",
}


class TestFourRunsAtOnce(RunsCase):
    """Transactions are ended from outside, as a crash ends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actions = [cls.make_action(model, method) for model, method in JOBS.items()]

    def run_job(self, number):
        """One runner: the jobs in turn; what kills it does not stop it."""
        dice = random.Random(number)
        for _round in range(size(4, 20)):
            self.run_action(dice.choice(self.actions))

    def kill_transactions(self, until):
        dice = random.Random(7)
        while not until.is_set():
            time.sleep(dice.uniform(0.2, 1.2))
            self.kills += self.end_transactions(
                "state <> 'idle' AND xact_start < now() - interval '0.1 s' LIMIT 1"
            )

    def finish(self, expected):
        """The hours that follow, in peace: a job stops after its share of time and goes on in the
        next.

        :param expected: paid invoices
        """
        for _hour in range(size(3, 30)):
            self.run_billing()
            paid = self.sql(
                """SELECT COUNT(*) FROM account_move
                    WHERE move_type = 'out_invoice' AND payment_state IN ('paid', 'in_payment')"""
            )
            if paid[0][0] >= expected:
                return

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
        self.finish(2 * len(subscriptions))

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


class TestEarlyInvoices(RunsCase):
    """Usage above its plan's threshold, found by several runs at one moment."""

    def test_a_period_is_invoiced_early_once(self):
        self.rpc("fusion.billing.plan", "write", [self.plan], {"spend_threshold": 1})
        names = self.start_many("early", size(6, 100))
        yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).date()
        for name in names:
            quickstart.report_usage(self.billing, name, "map_calls", yesterday, [9000])
        self.faults = 0
        jobs = [self.make_job("sale.order", "_fc_invoice_spend") for _number in range(RUNNERS)]
        others = [self.make_job(model, method) for model, method in JOBS.items()]
        with ThreadPoolExecutor(RUNNERS) as pool:
            list(pool.map(self.run_job_apart, [*jobs, *others]))
        self.run_job_apart(jobs[0])  # what was cut off is done by the next run

        early = self.sql(
            """SELECT o.x_fc_billing_external_id, COUNT(DISTINCT i.move_id), SUM(i.price_subtotal)
                 FROM account_move_line i
                 JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id
                 JOIN sale_order_line l ON l.id = r.order_line_id
                 JOIN sale_order o ON o.id = l.order_id
                WHERE l.x_fc_usage_kind = 'progress' AND i.parent_state = 'posted'
                GROUP BY 1"""
        )
        self.assertEqual(sorted(early), [(name, 1, 30) for name in sorted(names)])
        self.assertEqual(
            self.sql(
                """SELECT summary FROM mail_activity WHERE res_model = 'sale.order'
                    AND summary LIKE 'Usage could not%%'"""
            ),
            [],
        )


class TestShuffledCounters(RunsCase):
    """Counters in any order, sent one to five times, while transactions and workers are killed and
    the database crashes: one total."""

    CLIENTS = 8
    BATCH = 200

    @classmethod
    def serve_database(cls):
        """A server of its own: others would not like its crash."""
        cls.cluster = postgres.Cluster(postgres.CRASHED)
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.stop)
        return cls.cluster.environment()

    @classmethod
    def copy_template(cls, environment, name):
        template = os.environ["FUSION_TEST_TEMPLATE"]
        databases.copy_live(super().serve_database(), template, name, to=environment)

    def send(self, batch):
        for _try in range(50):
            try:
                self.billing.post("/usage", {"usage": batch})
                return
            except (OSError, ValueError, BillingError):
                self.faults += 1
                time.sleep(0.1)
        raise AssertionError("a batch never arrived")

    def kill_requests(self, until):
        dice = random.Random(3)
        while not until.wait(dice.uniform(0.05, 0.4)):
            self.end_transactions("strpos(query, 'WITH input AS') > 0 AND state <> 'idle' LIMIT 1")

    def kill_machines(self, until):
        dice = random.Random(4)
        pause = size((0.3, 0.8), (3, 8))
        while not until.wait(dice.uniform(*pause)):
            if self.kills < size(2, 10):
                self.kills += self.kill_worker()
                if self.kills % size(2, 5) == 0:
                    self.cluster.crash()
                    self.cluster.start()
            self.server.start_again_if_ended()

    def make_batches(self, name, count):
        """:return: (batches, sum of the distinct counters)"""
        start = datetime.now(timezone.utc) - timedelta(days=20)
        dice = random.Random(5)
        again = []
        for number in range(count):
            begin = start + timedelta(seconds=2 * number)
            counter = {
                "external_subscription_id": name,
                "metric_code": "map_calls",
                "quantity": str(number % 9 + 1),
                "period_start": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
                "period_end": f"{begin + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
                "idempotency_key": f"shuffle-{number}",
            }
            again += [counter] * dice.randint(1, 5)
        dice.shuffle(again)
        batches = []
        for begin in range(0, len(again), self.BATCH):
            part = {row["idempotency_key"]: row for row in again[begin : begin + self.BATCH]}
            batches.append(list(part.values()))
        return batches, sum(number % 9 + 1 for number in range(count))

    def test_every_counter_counts_once(self):
        count = size(2000, 100_000)
        (name,) = self.start_many("shuffle", 1, card=False)
        batches, expected = self.make_batches(name, count)
        self.kills = self.faults = 0
        done = threading.Event()
        killers = [
            threading.Thread(target=work, args=[done])
            for work in (self.kill_requests, self.kill_machines)
        ]
        for killer in killers:
            killer.start()
        try:
            with ThreadPoolExecutor(self.CLIENTS) as pool:
                list(pool.map(self.send, batches))
        finally:
            done.set()
            for killer in killers:
                killer.join()

        self.assertGreaterEqual(self.kills, size(1, 10))
        self.assertGreater(self.faults, 0)
        found = self.sql(
            """SELECT COUNT(*), SUM(quantity) FROM fusion_billing_usage
                WHERE idempotency_key LIKE %s""",
            "shuffle-%",
        )
        self.assertEqual([(number, int(total)) for number, total in found], [(count, expected)])
