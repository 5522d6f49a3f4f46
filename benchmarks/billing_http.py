"""Usage over HTTP beside the least a route can do, webhooks beside plain requests.

Two worker processes; ours and the baseline (``addons/billing_baseline``) take turns. With
``FUSION_HEAVY`` the growth row fills the table with 10 million counters, else with 300,000.
"""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

os.environ["FUSION_EXTRA_ADDONS"] = str(Path(__file__).parent / "addons")

from support import Table, make_database, odoo, p50

from toolbox import databases, paths
from toolbox.server import Server, free_port

DATABASE = "bench_billing_http"
ROOT = "/api/billing/v1"
SINGLE, BATCH, REQUESTS, CLIENTS, EVENTS = 500, 100, 200, 2, 200
LARGE = 10_000_000 if os.environ.get("FUSION_HEAVY") else 300_000
NOW = datetime.now(timezone.utc)


class Side:
    """One address that takes counters."""

    def __init__(self, url, headers, make_row):
        self.url, self.headers, self.make_row = url, headers, make_row
        self.sent = 0

    def push(self, count=None):
        """:param count: counters in a batch, None for one alone
        :return: seconds"""
        rows = [self.make_row(self.sent + place) for place in range(count or 1)]
        self.sent += len(rows)
        body = {"usage": rows} if count else rows[0]
        begin = time.perf_counter()
        answer = requests.post(self.url, json=body, headers=self.headers, timeout=60)
        assert answer.status_code in (200, 202), answer.text
        return time.perf_counter() - begin

    def push_many(self, requests_, pool):
        """:return: seconds that two clients need for so many batches"""
        begin = time.perf_counter()
        list(pool.map(lambda _number: self.push(BATCH), range(requests_)))
        return time.perf_counter() - begin


def sides(server, facts):
    def window(number):
        start = NOW - timedelta(days=60) + timedelta(minutes=number % 1000)
        return start, start + timedelta(minutes=1)

    def ours(number):
        start, end = window(number)
        return {
            "external_subscription_id": f"s{number % 50}", "metric_code": "calls", "quantity": 3,
            "period_start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "period_end": f"{end:%Y-%m-%dT%H:%M:%SZ}", "idempotency_key": f"ours-{number}",
        }  # fmt: skip

    def plain(number):
        start, end = window(number)
        return {
            "subscription": int(facts["ORDER"]), "metric": int(facts["METRIC"]), "quantity": 3,
            "period_start": f"{start:%Y-%m-%d %H:%M:%S}", "period_end": f"{end:%Y-%m-%d %H:%M:%S}",
            "idempotency_key": f"plain-{number}",
        }  # fmt: skip

    key = {"Authorization": f"Bearer {facts['KEY']}"}
    return (
        Side(f"{server.url}{ROOT}/usage", key, ours),
        Side(f"{server.url}/billing_baseline/insert", {}, plain),
        Side(f"{server.url}/billing_baseline/empty", {}, plain),
    )


def measure_pushes(ours, insert, empty, table):
    for side in (ours, insert, empty):
        for _warm in range(10):
            side.push(BATCH)
    took = {side: [] for side in (ours, empty)}
    for _round in range(SINGLE):
        for side, seconds in took.items():
            seconds.append(side.push() if side is ours else side.push(1))
    table.add(
        f"{SINGLE} single pushes: p50", p50(took[ours]) * 1000, p50(took[empty]) * 1000, 3, "ms"
    )
    with ThreadPoolExecutor(CLIENTS) as pool:
        spent = {ours: 0.0, insert: 0.0}
        for _round in range(10):
            for side in spent:
                spent[side] += side.push_many(REQUESTS // 10, pool)
    table.add(
        f"{REQUESTS * BATCH:,} counters, batches of 100, 2 clients",
        spent[ours] * 1000, spent[insert] * 1000, 1 / 0.6, "ms",
    )  # fmt: skip


def p95(side):
    return sorted(side.push(BATCH) for _number in range(100))[94] * 1000


def measure_growth(runner, ours, table):
    small = p95(ours)
    databases.run_script(
        runner, DATABASE, "bench_billing_fill.py", "bench-billing-fill", "filling",
        COUNT=str(LARGE),
    )  # fmt: skip
    table.add(f"p95 of a batch with {LARGE:,} rows beside few", p95(ours), small, 1.3, "ms")


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


def measure_dispatch(runner, table):
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    answer = databases.run_script(
        runner, DATABASE, "bench_billing_dispatch.py", "bench-billing-dispatch", "dispatching",
        URL=f"http://127.0.0.1:{receiver.server_port}/", EVENTS=str(EVENTS),
    )  # fmt: skip
    receiver.shutdown()
    facts = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    ours, plain = float(facts["OURS"]), float(facts["PLAIN"])
    table.add(f"{EVENTS} events beside requests.post", ours, plain, 4, "ms")
    table.add("statements of an event", float(facts["STATEMENTS"]), 6, 1, "")


def main():
    runner, table = odoo(), Table("billing_http")
    facts = make_database(
        runner, DATABASE, ["fusion_centralize_billing", "billing_baseline"], "bench_billing_http.py"
    )
    log = paths.LOGS / "bench-billing-http.log"
    log.unlink(missing_ok=True)
    options = ["--max-cron-threads=0", "--log-level=warn"]
    with Server(runner, DATABASE, free_port(), workers=2, log=log, options=options) as server:
        ours, insert, empty = sides(server, facts)
        measure_pushes(ours, insert, empty, table)
        measure_growth(runner, ours, table)
    measure_dispatch(runner, table)
    databases.drop(runner.database_env, DATABASE)
    return table.finish()


sys.exit(main())
