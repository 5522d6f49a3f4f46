"""Webhooks to a receiver that mostly fails, from servers that are killed while they send."""

import json
import random
import socket
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .billing_support import RunsCase
from .support import HEAVY, size

VERBS = ("pause", "resume")
TIMEOUT_S = 10  # of a delivery, const.WEBHOOK_TIMEOUT_S


class Chaos:
    """Keeps what it took, in the order of arrival, and what it was sent at all."""

    ANSWERS = (200, 204, 500, 302, 404, 429, "garbage", "reset")
    SLOW = ("hang", "drip")
    SLOW_SHARE = 0.002 if HEAVY else 0.02  # each costs its whole timeout

    def __init__(self):
        self.taken = defaultdict(list)  # {subscription: [sequence]}
        self.accepted = set()  # ids of events answered with a 2xx
        self.bodies = defaultdict(set)  # {id of the event: bodies}
        self.dice = random.Random(11)
        self.is_kind = False
        self.lock = threading.Lock()
        outer = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.answer(self)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.daemon_threads = True

    def choose(self):
        if self.is_kind:
            return 200
        return self.dice.choice(self.SLOW if self.dice.random() < self.SLOW_SHARE else self.ANSWERS)

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        event = json.loads(body)
        with self.lock:
            outcome = self.choose()
            self.bodies[handler.headers["X-Fusion-Event-Id"]].add(body)
            if outcome in (200, 204):
                name = event["data"]["external_subscription_id"]
                self.taken[name].append(event["sequence"])
                self.accepted.add(event["id"])
        try:
            self.speak(handler, outcome)
        except OSError:
            pass  # the server that sent was killed meanwhile

    def speak(self, handler, outcome):
        if outcome == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            handler.connection.close()
        elif outcome == "garbage":
            handler.wfile.write(b"\0\xff not http\r\n\r\n")
        elif outcome == "hang":
            time.sleep(TIMEOUT_S + 1)
        elif outcome == "drip":
            for byte in b"HTTP/1.1 200 OK\r\n":
                handler.wfile.write(bytes([byte]))
                time.sleep(1)
        else:
            handler.send_response(outcome)
            if outcome == 429:
                handler.send_header("Retry-After", "120")
            handler.send_header("Content-Length", "0")
            handler.end_headers()


class TestChaoticReceiver(RunsCase):
    SUBSCRIPTIONS = size(4, 100)
    EVENTS = size(5, 100)  # of each, the first of them its start

    def make_events(self, name):
        for number in range(self.EVENTS - 1):
            self.billing.post(f"/subscriptions/{name}/{VERBS[number % 2]}")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.make_action("fusion.billing.webhook", "_cron_dispatch")

    def dispatch(self):
        """Two runs at once, as on two servers; the worker that does one may be killed."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.run_action, (self.action, self.action)))

    def kill_workers(self, until):
        dice = random.Random(5)
        while self.kills < size(2, 20) and not until.wait(dice.uniform(*size((0.3, 1), (5, 25)))):
            self.kills += self.kill_worker()

    def make_due(self):
        """:return: whether something still waits"""
        return bool(
            self.sql(
                """UPDATE fusion_billing_webhook
                      SET next_retry_at = now() AT TIME ZONE 'UTC' - interval '1 minute'
                    WHERE state IN ('pending', 'failed') RETURNING 1"""
            )
        )

    def test_every_event_arrives_in_order(self):
        chaos = Chaos()
        threading.Thread(target=chaos.server.serve_forever, daemon=True).start()
        self.addCleanup(chaos.server.server_close)
        self.addCleanup(chaos.server.shutdown)
        self.rpc("ir.config_parameter", "set_param", "fusion_billing.webhook_max_attempts", "1000")
        address = {
            "webhook_url": f"http://127.0.0.1:{chaos.server.server_port}/",
            "rate_limit_per_minute": 0,
        }
        self.rpc("fusion.billing.service", "write", [self.service], address)
        subscriptions = self.start_many("chaos", self.SUBSCRIPTIONS, card=False)
        with ThreadPoolExecutor(size(2, 4)) as pool:
            list(pool.map(self.make_events, subscriptions))

        self.kills = self.faults = 0
        done = threading.Event()
        killer = threading.Thread(target=self.kill_workers, args=[done])
        killer.start()
        for number in range(size(80, 6000)):
            chaos.is_kind = number > size(50, 3000)
            self.dispatch()
            if not self.make_due():
                break
        done.set()
        killer.join()

        self.assertGreaterEqual(self.kills, size(1, 20))
        for name in subscriptions:
            told = list(dict.fromkeys(chaos.taken[name]))  # at least once: repeats are dropped
            self.assertEqual(told, list(range(1, self.EVENTS + 1)), name)
        rows = self.sql("SELECT event_id, payload, state FROM fusion_billing_webhook")
        self.assertEqual(len(rows), self.SUBSCRIPTIONS * self.EVENTS)
        self.assertEqual({state for _id, _payload, state in rows}, {"sent"})
        self.assertLessEqual({number for number, _payload, _state in rows}, chaos.accepted)
        self.assertEqual(
            chaos.bodies, {number: {payload.encode()} for number, payload, _state in rows}
        )
