"""The suite at work for an hour (CI: a few hundred requests): memory stays where it was."""

import itertools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import psutil

from .billing_support import BillingCase, quickstart
from .support import ADMIN, Client, size

_logger = logging.getLogger(__name__)

GROWTH = 1.05
CARD = "04:A2:B5:62:00:01"
PAGES = ("/web/login", "/repairs/request", "/repairs/help", "/my/home", "/my/subscriptions")
CLIENTS, JOBS_EVERY = 2, 20  # people at once; rounds between two runs of every job
WARM_ROUNDS, ROUNDS = size((20, 40), (300, 10**9))
FOREVER_S = 10**9
SECONDS = size(FOREVER_S, 3600)


class TestSoak(BillingCase):
    """Threads: one process, whose memory is told by one figure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.rpc("res.company", "search", [])[0]
        location = cls.rpc("fusion.clock.location", "create", {"name": "Front door"})
        cls.rpc("res.company", "write", [company], {"x_fclk_nfc_kiosk_location_id": location})
        for key, value in (
            ("enable_nfc_kiosk", "True"),
            ("nfc_photo_required", False),
            ("tap_debounce_seconds", "0"),
        ):
            cls.rpc("ir.config_parameter", "set_param", f"fusion_clock.{key}", value)
        cls.rpc("hr.employee", "create", {"name": "Sam", "x_fclk_nfc_card_uid": CARD})
        groups = [cls.ref("base.group_portal"), cls.ref("fusion_clock.group_fusion_clock_kiosk")]
        wall = {"name": "Wall", "login": "wall", "password": "wall"}
        cls.rpc("res.users", "create", {**wall, "group_ids": [(6, 0, groups)]})
        jobs = cls.rpc(
            "ir.model.data", "search_read",
            [("model", "=", "ir.cron"), ("module", "=like", "fusion%")], ["res_id"],
        )  # fmt: skip
        cls.jobs = cls.rpc("ir.cron", "search", [("id", "in", [job["res_id"] for job in jobs])])
        cls.today = datetime.now(timezone.utc).date()
        quickstart.make_customer(cls.billing, "soak")
        quickstart.subscribe(
            cls.billing, "soak", "maps-standard", cls.today - timedelta(days=CLIENTS)
        )

    def work(self, number):
        """What one person does in a round."""
        tablet, office = self.clients[number % CLIENTS]
        tablet.call("/fusion_clock/kiosk/nfc/tap", card_uid=CARD)
        for page in PAGES:
            answer = office.session.get(self.server.url + page, timeout=60)
            self.assertIn(answer.status_code, (200, 429), page)  # strangers' pages are limited
        office.call(
            "/web/dataset/call_kw/helpdesk.ticket/create",
            model="helpdesk.ticket", method="create", kwargs={},
            args=[{"name": f"Ticket {number}", "description": "It rattles."}],
        )  # fmt: skip
        day = self.today - timedelta(days=1 + number % CLIENTS)  # nobody else's
        quickstart.report_usage(self.billing, "soak-1", "map_calls", day, [number])

    def run_rounds(self, count, seconds):
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(CLIENTS) as pool:
            for turn in itertools.islice(self.turns, count):
                if time.monotonic() > end:
                    return
                list(pool.map(self.work, [next(self.numbers) for _client in range(CLIENTS)]))
                if not turn % JOBS_EVERY:
                    for job in self.jobs:
                        self.rpc("ir.cron", "method_direct_trigger", [job])

    def memory(self):
        """:return: bytes that the server holds"""
        return psutil.Process(self.server.process.pid).memory_info().rss

    def test_memory_stays(self):
        self.turns, self.numbers = itertools.count(), itertools.count()
        self.clients = [
            (Client(self.server, self.name, "wall"), Client(self.server, self.name, ADMIN))
            for _client in range(CLIENTS)
        ]
        self.run_rounds(WARM_ROUNDS, FOREVER_S)
        before = self.memory()
        self.run_rounds(ROUNDS, SECONDS)
        growth = self.memory() / before
        done = next(self.numbers) * (len(PAGES) + 4)
        _logger.warning("soak: %s requests, memory %.3f of that when warm", done, growth)
        self.assertLess(growth, GROWTH)
        self.assertCleanLog()
