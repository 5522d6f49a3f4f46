"""The preview of a report and of an attachment on a running server, wkhtmltopdf included."""

import json
import re

from .support import TIMEOUT_S, Client, ServerCase

REPORT = "base.report_irmodulereference"


class TestPdfReport(ServerCase):
    workers = 2

    def setUp(self):
        self.client = Client(self.server, self.name, "admin")
        page = self.client.session.get(f"{self.server.url}/odoo", timeout=TIMEOUT_S).text
        self.token = re.search(r'csrf_token: "([^"]+)"', page).group(1)
        self.module = self.rpc("ir.module.module", "search", [["name", "=", "fusion_pdf_preview"]])

    def post_report(self, **values):
        return self.client.session.post(
            f"{self.server.url}/fusion_pdf_preview/report",
            data={"report_name": REPORT, "docids": json.dumps(self.module), **values},
            timeout=TIMEOUT_S * 2,
        )

    def read_log(self):
        fields = ["event", "document_name", "report_name", "record_ids"]
        return [
            {name: row[name] for name in fields}
            for row in self.rpc("fusion.pdf.preview.log", "search_read", [], fields, order="id")
        ]

    def test_report_is_a_pdf_and_each_step_is_logged(self):
        before = len(self.read_log())

        answer = self.post_report(csrf_token=self.token)

        self.assertEqual(answer.status_code, 200, answer.text[:500])
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/pdf")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("inline"))
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertGreater(len(answer.content), 2_000)
        log_id = int(answer.headers["X-Fusion-Log-Id"])
        for event in ("print", "download"):
            self.client.call("/fusion_pdf_preview/event", log_id=log_id, event=event)
        rows = self.read_log()[before:]
        self.assertEqual([row["event"] for row in rows], ["open", "print", "download"])
        self.assertEqual({row["report_name"] for row in rows}, {REPORT})
        self.assertEqual({row["record_ids"] for row in rows}, {str(self.module[0])})

    def test_without_a_token_nothing_is_rendered(self):
        before = self.read_log()
        self.assertEqual(self.post_report().status_code, 400)
        self.assertEqual(self.read_log(), before)

    def test_forged_steps_are_refused(self):
        before = self.read_log()
        for route, params in (
            ("/fusion_pdf_preview/event", {"log_id": 999_999, "event": "print"}),
            ("/fusion_pdf_preview/open", {"attachment_id": 999_999}),
            ("/fusion_pdf_preview/download_all", {"attachment_ids": [999_999]}),
        ):
            with self.subTest(route=route), self.assertRaises(AssertionError):
                self.client.call(route, **params)
        self.assertEqual(self.read_log(), before)
