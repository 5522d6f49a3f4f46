"""Taps that waited on a tablet: the server is killed while they are sent and answers get lost, and
still each tap is recorded exactly once, at its own time and in order."""

import random
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import requests

from toolbox import paths
from toolbox.server import Server

from .support import Client, ServerCase, size

REPLAY = "/fusion_clock/kiosk/nfc/replay"
BATCH = 25
PEOPLE = 10


class TestOfflineTaps(ServerCase):
    workers = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rpc = cls.rpc
        company = rpc("res.company", "search", [])[0]
        location = rpc("fusion.clock.location", "create", {"name": "Front door"})
        rpc("res.company", "write", [company], {"x_fclk_nfc_kiosk_location_id": location})
        rpc("ir.config_parameter", "set_param", "fusion_clock.enable_nfc_kiosk", "True")
        groups = [
            cls.ref("base.group_portal"),
            cls.ref("fusion_clock.group_fusion_clock_kiosk"),
        ]
        rpc(
            "res.users",
            "create",
            {"name": "Wall", "login": "wall", "password": "wall", "group_ids": [(6, 0, groups)]},
        )
        cls.cards = [f"04:0F:F1:1E:{number:02X}" for number in range(PEOPLE)]
        cls.employees = rpc(
            "hr.employee",
            "create",
            [
                {"name": f"Offline {number}", "x_fclk_nfc_card_uid": card}
                for number, card in enumerate(cls.cards)
            ],
        )

    def make_taps(self, count):
        """One tap a minute, the people in turn, the last one a minute ago."""
        end = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=1)
        start = end - timedelta(minutes=count)
        return [
            {
                "client_uuid": str(uuid4()),
                "card_uid": self.cards[number % PEOPLE],
                "client_time": (start + timedelta(minutes=number)).isoformat(),
                "counter": number,
            }
            for number in range(count)
        ]

    def restart(self):
        """The machine loses power: no worker says goodbye."""
        type(self).server = self.__class__.enterClassContext_(
            Server(
                self.odoo,
                self.name,
                self.server.port,
                workers=self.workers,
                log=paths.TEST_RESULTS / f"server_{type(self).__name__}.log",
                options=["--max-cron-threads=0", "--limit-time-real=120"],
            )
        )

    def test_each_tap_once_in_order_whatever_dies(self):
        taps = self.make_taps(size(60, 500))
        kills, drops = size(2, 20), size(3, 40)
        generator = random.Random(4)
        waiting, tablet, sent = list(taps), Client(self.server, self.name, "wall"), 0
        while waiting:
            sent += 1
            batch = waiting[:BATCH]
            now = datetime.now(timezone.utc).isoformat()
            if kills and sent % 2:
                kills -= 1
                self.send_and_kill(tablet, batch, now, generator.uniform(0, 0.6))
                self.restart()
                tablet = Client(self.server, self.name, "wall")
                continue
            answer = tablet.call(REPLAY, taps=batch, client_now=now)
            if drops:  # the answer never reaches the tablet: it sends the same taps again
                drops -= 1
                continue
            statuses = {result["status"] for result in answer["results"]}
            self.assertEqual(statuses, {"recorded"}, answer)
            del waiting[:BATCH]
        self.check_rows(taps)

    def send_and_kill(self, tablet, batch, now, wait_s):
        body = {"jsonrpc": "2.0", "id": 1, "params": {"taps": batch, "client_now": now}}
        try:
            # The answer is not waited for: the server dies somewhere on the way.
            tablet.session.post(self.server.url + REPLAY, json=body, timeout=(5, max(0.05, wait_s)))
        except requests.exceptions.RequestException:
            pass
        self.server.kill()

    def check_rows(self, taps):
        """Each tap of a person is, in turn, a check_in and a check_out, to the second."""
        for card, employee in zip(self.cards, self.employees, strict=True):
            rows = self.rpc(
                "hr.attendance",
                "search_read",
                [("employee_id", "=", employee)],
                ["check_in", "check_out"],
                order="check_in",
            )
            moments = [row[name] for row in rows for name in ("check_in", "check_out") if row[name]]
            expected = [
                datetime.fromisoformat(tap["client_time"]).strftime("%Y-%m-%d %H:%M:%S")
                for tap in taps
                if tap["card_uid"] == card
            ]
            self.assertEqual(len(moments), len(expected))
            for moment, wanted in zip(moments, expected, strict=True):
                # The clock of tablet and server is the same here, but for the way of the call.
                took = datetime.fromisoformat(moment) - datetime.fromisoformat(wanted)
                self.assertLessEqual(abs(took), timedelta(seconds=2))
        logged = self.rpc(
            "fusion.clock.activity.log",
            "search_count",
            [("event", "=", "offline_replayed"), ("employee_id", "in", self.employees)],
        )
        self.assertEqual(logged, len(taps))
