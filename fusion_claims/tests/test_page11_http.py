import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import ClaimsMixin, make_signature
from .test_page11 import Page11Mixin


@tagged("post_install", "-at_install")
class TestPage11Http(Page11Mixin, ClaimsMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def setUp(self):
        super().setUp()
        self.sign_request, self.token = self.sent()
        self.url = f"/page11/sign/{self.token}"

    def submit(self, **values):
        values = {"name": "Clara Client", "signature": make_signature(), "consent": True, **values}
        return self.make_jsonrpc_request(f"{self.url}/submit", values)

    def test_the_token_stays_out_of_the_log(self):
        record = logging.makeLogRecord({"msg": "GET %s 200", "args": (f"{self.url}/pdf",)})
        logging.getLogger("werkzeug").filter(record)
        self.assertEqual(record.getMessage(), "GET /page11/sign/***/pdf 200")

    def test_get_changes_nothing(self):
        before = self.sign_request.read()
        for _time in range(3):
            page = self.url_open(self.url)
            self.assertEqual(page.status_code, 200)
            self.assertEqual(self.opener.head(self.base_url() + self.url).status_code, 200)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("Clara Client", page.text)
        self.assertNotIn("1234567897", page.text)
        self.env.invalidate_all()
        self.assertEqual(self.sign_request.read(), before)
        self.assertEqual(self.make_jsonrpc_request(f"{self.url}/viewed", {}), {"ok": True})
        self.env.invalidate_all()
        self.assertTrue(self.sign_request.viewed_date)

    def test_sign_and_read_again(self):
        self.assertEqual(self.url_open(f"{self.url}/pdf").status_code, 404)
        self.assertIn("error", self.submit(consent=False))
        self.assertEqual(self.submit(), {"force_refresh": True, "redirect_url": self.url})
        self.assertIn("already", self.submit()["error"])
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Already signed, thank you", page.text)
        pdf = self.url_open(f"{self.url}/pdf")
        self.assertEqual(pdf.status_code, 200)
        self.assertTrue(pdf.content.startswith(b"%PDF-"))
        self.env.invalidate_all()
        self.sign_request.sudo().signed_date = fields.Datetime.now() - timedelta(days=31)
        self.assertEqual(self.url_open(f"{self.url}/pdf").status_code, 404)

    def test_links_that_do_not_work(self):
        for token in ("x" * 43, "short", "%27%20OR%201=1", "%00"):
            page = self.url_open(f"/page11/sign/{token}")
            self.assertEqual(page.status_code, 404)
            self.assertIn("There is no such page", page.text)
        self.sign_request.sudo().expiry_date = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(self.url_open(self.url).status_code, 410)
        self.assertIn("error", self.submit())
        self.sign_request.sudo().state = "cancelled"
        self.assertEqual(self.url_open(self.url).status_code, 410)
        answer = self.make_jsonrpc_request(f"/page11/sign/{'x' * 43}/submit", {"name": "A"})
        self.assertIn("error", answer)

    def test_too_many_requests(self):
        with patch("odoo.addons.fusion_claims.controllers.page11._PAGES_PER_ADDRESS", (2, 86400)):
            statuses = [self.url_open(self.url).status_code for _time in range(3)]
        self.assertEqual(statuses, [200, 200, 429])

    def test_the_client_sees_where_the_case_stands(self):
        order = self.sign_request.sale_order_id
        self.jump(order, "submitted")
        order = order.sudo()
        page = self.url_open(order.get_portal_url())
        self.assertIn("Where your funding stands", page.text)
        self.assertIn("we are here", page.text)
