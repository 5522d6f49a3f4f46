"""A tap at our kiosk against a scan at Odoo's own, and the weight of both pages.

Same server, interleaved; Odoo's own side is a second database with everything our addon stands on
and without our addons. A known card, no photo. Arguments: numbers of employees, else 10 200 2000.
Native scans need a second between two check-ins of one person: two in the same second would
lock that person out of plain Odoo.
"""

import gzip
import re
import sys
import time

import requests
from support import Table, make_database, odoo, p50, queries_of

from toolbox import databases, paths
from toolbox.server import Server, free_port

NATIVE_SCAN = "/hr_attendance/attendance_barcode_scanned"
OUR_TAP = "/fusion_clock/kiosk/nfc/tap"
NATIVE = ["hr_attendance", "hr_holidays", "portal"]
SIZES = [int(size) for size in sys.argv[1:]] or [10, 200, 2000]
TAPS = 60  # per side and size
PEOPLE = 10  # who tap, in turn
ROUND_S = 1.1
ASSET = re.compile(r'(?:src|href)="(/[^"]+\.(?:js|css)[^"]*)"')


class Side:
    """One database, its session, and the times of its taps."""

    def __init__(self, server, database):
        self.server = server
        self.session = requests.Session()
        self.session.get(f"{server.url}/web/login?db={database}", timeout=60)
        self.took = {"in": [], "out": []}

    def call(self, route, **params):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        begin = time.perf_counter()
        response = self.session.post(self.server.url + route, json=body, timeout=60)
        took = time.perf_counter() - begin
        answer = response.json()
        assert "error" not in answer, answer
        return answer["result"], took * 1000

    def weight(self, path):
        """:return: gzipped bytes of the page with its scripts and styles"""
        page = self.session.get(self.server.url + path, timeout=120)
        page.raise_for_status()
        bodies = [page.content]
        for url in dict.fromkeys(ASSET.findall(page.text)):
            bodies.append(self.session.get(self.server.url + url, timeout=120).content)
        return sum(len(gzip.compress(body, 6)) for body in bodies)


def tap_both(ours, native, token):
    """Interleave taps; the first round warms both up and is not counted."""
    for number in range(TAPS + PEOPLE * 2):
        person = number % PEOPLE
        if not person:
            round_end = time.monotonic() + ROUND_S
        scan, native_ms = native.call(NATIVE_SCAN, token=token, barcode=f"B{person:05}")
        tap, ours_ms = ours.call(OUR_TAP, card_uid=f"04A2B562{person:04X}")
        assert scan.get("attendance_state") and tap.get("success"), (scan, tap)
        way = "in" if tap["action"] == "clock_in" else "out"
        assert (scan["attendance"]["check_out"] is False) == (way == "in"), scan
        if number >= PEOPLE * 2:
            native.took[way].append(native_ms)
            ours.took[way].append(ours_ms)
        if person == PEOPLE - 1:
            time.sleep(max(0, round_end - time.monotonic()))


def measure(runner, size, table):
    names = {"native": f"bench_kiosk_native_{size}", "ours": f"bench_kiosk_ours_{size}"}
    count = {"COUNT": str(size)}
    facts = make_database(runner, names["native"], NATIVE, "bench_kiosk.py", **count)
    make_database(runner, names["ours"], ["fusion_clock"], "bench_kiosk.py", **count)
    log = paths.LOGS / f"bench-kiosk-{size}.log"
    log.unlink(missing_ok=True)
    options = ["--db-filter", f"^bench_kiosk_.*_{size}$", "--max-cron-threads=0"]
    with Server(runner, ",".join(names.values()), free_port(), log=log, options=options) as server:
        native, ours = Side(server, names["native"]), Side(server, names["ours"])
        credentials = {"db": names["ours"], "login": "wall", "password": "wall"}
        ours.call("/web/session/authenticate", **credentials)
        tap_both(ours, native, facts["KIOSK"])
        counts = {"ours": queries_of(log, OUR_TAP), "native": queries_of(log, NATIVE_SCAN)}
        for way, parity in (("in", 0), ("out", 1)):
            rounds = [slice(begin, begin + PEOPLE) for begin in range(0, TAPS, PEOPLE)]
            queries = {
                side: p50(
                    [
                        value
                        for number, span in enumerate(rounds)
                        if number % 2 == parity
                        for value in rows[PEOPLE * 2 :][span]
                    ]
                )
                for side, rows in counts.items()
            }
            label = f"clock {way}, {size} employees"
            table.add(f"{label}: p50", p50(ours.took[way]), p50(native.took[way]), 1.0, "ms")
            table.add(f"{label}: queries", queries["ours"], queries["native"], 1.0, "")
        if size == SIZES[0]:
            weights = (
                ours.weight("/fusion_clock/kiosk/nfc"),
                native.weight(f"/hr_attendance/{facts['KIOSK']}"),
            )
            table.add("page weight, gzipped", *(value / 1024 for value in weights), 0.35, "KiB")
    databases.drop(runner.database_env, *names.values())


def main():
    runner, table = odoo(), Table("kiosk")
    for size in SIZES:
        measure(runner, size, table)
    return table.finish()


sys.exit(main())
