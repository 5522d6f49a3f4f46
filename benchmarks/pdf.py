"""Preview, print and download of one report against one standard download, over real HTTP.

The report is rendered by the real wkhtmltopdf; the two take turns on one server.
"""

import json
import os
import re
import sys
import time

import requests
from support import Table, odoo, p50, queries_of

from toolbox import databases, paths
from toolbox.server import Server, free_port

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
DATABASE = "bench_pdf"
REPORT = "base.report_irmodulereference"
OPEN = "/fusion_pdf_preview/open"
ASSET = re.compile(r'(?:src|href)="(/web/assets/[^"]+\.(?:js|css))"')


class Visitor:
    def __init__(self, server):
        self.url = server.url
        self.session = requests.Session()
        self.call("/web/session/authenticate", db=DATABASE, login="admin", password="admin")
        page = self.session.get(f"{self.url}/odoo", timeout=60).text
        self.token = re.search(r'csrf_token: "([^"]+)"', page).group(1)

    def call(self, route, **params):
        body = {"jsonrpc": "2.0", "id": 1, "params": params}
        answer = self.session.post(self.url + route, json=body, timeout=60).json()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def post(self, route, **values):
        values["csrf_token"] = self.token
        answer = self.session.post(self.url + route, data=values, timeout=120)
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF"), answer.text[:300]
        return answer

    def preview(self, record_id):
        answer = self.post(
            "/fusion_pdf_preview/report", report_name=REPORT, docids=json.dumps([record_id])
        )
        for event in ("print", "download"):
            log_id = int(answer.headers["X-Fusion-Log-Id"])
            self.call("/fusion_pdf_preview/event", log_id=log_id, event=event)

    def download(self, record_id):
        data = json.dumps([f"/report/pdf/{REPORT}/{record_id}", "qweb-pdf"])
        self.post("/report/download", data=data, context="{}")


def timed(work, record_id):
    begin = time.perf_counter()
    work(record_id)
    return (time.perf_counter() - begin) * 1000


def add_report(table, visitor):
    (module,) = visitor.call(
        "/web/dataset/call_kw/ir.module.module/search", model="ir.module.module", method="search",
        args=[[["name", "=", "fusion_pdf_preview"]]], kwargs={},
    )  # fmt: skip
    works = (visitor.preview, visitor.download)
    taken = [[], []]
    for number in range(ROUNDS + 2):
        for times, work in zip(taken, works, strict=True):
            found = timed(work, module)
            if number >= 2:
                times.append(found)
    ours, standard = map(p50, taken)
    table.add("preview + print + download of a report", ours, standard, 1.1, "ms")


def add_open(table, visitor, log):
    attachment = visitor.call(
        "/web/dataset/call_kw/ir.attachment/create", model="ir.attachment", method="create",
        args=[[{"name": "a.pdf", "raw": "%PDF-1.4 bench", "mimetype": "application/pdf"}]],
        kwargs={},
    )[0]  # fmt: skip
    for _round in range(ROUNDS):
        visitor.call(OPEN, attachment_id=attachment)
    table.add("statements of an opening (at most 12)", p50(queries_of(log, OPEN)), 12, 1.0, "sql")


def bundle_bytes(visitor):
    """:return: bytes of the scripts and styles of the back office, minified as Odoo serves them"""
    page = visitor.session.get(f"{visitor.url}/odoo", timeout=60).text
    urls = dict.fromkeys(ASSET.findall(page))
    assert urls, "the page names no bundle"
    return sum(len(visitor.session.get(visitor.url + url, timeout=300).content) for url in urls)


def serve(runner, log, work):
    """:return: what ``work`` answers, called with a visitor of a server of its own"""
    log.unlink(missing_ok=True)
    options = ["--max-cron-threads=0"]
    with Server(runner, DATABASE, free_port(), log=log, options=options) as server:
        return work(Visitor(server))


def main():
    runner, table = odoo(), Table("pdf")
    log = paths.LOGS / "bench-pdf-server.log"

    def measure(visitor):
        add_report(table, visitor)
        add_open(table, visitor, log)
        return bundle_bytes(visitor)

    databases.drop(runner.database_env, DATABASE)
    databases.install(runner, DATABASE, ["base_setup", "fusion_base"], "bench-pdf-plain")
    plain = serve(runner, log, bundle_bytes)
    databases.install(runner, DATABASE, ["fusion_pdf_preview"], "bench-pdf")
    grown = serve(runner, log, measure)
    table.add("growth of the bundle (at most 15 KiB)", (grown - plain) / 1024, 15, 1.0, "KiB")
    databases.drop(runner.database_env, DATABASE)
    return table.finish()


sys.exit(main())
