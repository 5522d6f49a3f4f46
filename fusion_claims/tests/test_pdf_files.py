import base64
import resource
import time

from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, tagged

from odoo.addons.fusion_claims import const

from . import hostile
from .common import PDF, ClaimsMixin, make_pdf

WORDS = {
    hostile.NOT_PDF: "must be a PDF file (content check failed)",
    hostile.LOCKED: "is password-protected",
    hostile.EMPTY: "has no page",
}
MB = 1024  # of kilobytes


@tagged("post_install", "-at_install")
class TestHostileFiles(ClaimsMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()
        cls.files = hostile.files()

    def test_there_are_sixty(self):
        self.assertGreaterEqual(len(self.files), 60)

    def test_each_is_refused_or_harmless(self):
        orders = self.env["sale.order"]
        for name, (raw, expected) in self.files.items():
            begin = time.monotonic()
            with self.subTest(name):
                data = base64.b64encode(raw).decode()
                if isinstance(expected, str):
                    with self.assertRaises(UserError) as caught:
                        orders._fc_check_pdf(data, "Letter")
                    self.assertIn(WORDS[expected], str(caught.exception))
                else:
                    self.assertIs(type(orders._fc_check_pdf(data, "Letter")), type(expected))
                    self.assertEqual(orders._fc_check_pdf(data, "Letter"), expected)
                self.assertLess(time.monotonic() - begin, 5, "too long")

    def test_none_of_them_fills_the_memory(self):
        orders = self.env["sale.order"]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for raw, expected in hostile.endless().values():
            if not isinstance(expected, str):
                orders._fc_check_pdf(base64.b64encode(raw).decode(), "Letter")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        self.assertLess(grown, 200 * MB)

    def test_what_is_no_base64(self):
        for text in hostile.texts():
            with self.subTest(text), self.assertRaisesRegex(UserError, "could not decode"):
                self.env["sale.order"]._fc_check_pdf(text, "Letter")

    def test_a_refused_file_leaves_the_case_as_it_was(self):
        order = self.new_case("adp")
        order.x_fc_approval_letter = PDF
        notes = order.message_ids
        for name, (raw, expected) in self.files.items():
            if not isinstance(expected, str):
                continue
            for field in ("x_fc_approval_letter", "x_fc_original_application"):
                with self.subTest(name), self.assertRaises(UserError), self.env.cr.savepoint():
                    order.write({field: base64.b64encode(raw)})
        order.invalidate_recordset()
        order = order.with_context(bin_size=False)
        self.assertEqual(order.x_fc_approval_letter, PDF.encode())
        self.assertFalse(order.x_fc_original_application)
        self.assertEqual(order.message_ids, notes)

    def test_no_paper_of_any_funder_is_left_out(self):
        order = self.new_case("march_of_dimes")
        for field in const.DOCUMENTS:
            with self.subTest(field), self.assertRaises(UserError), self.env.cr.savepoint():
                order.write({field: base64.b64encode(b"<script>alert(1)</script>")})

    def test_a_clerk_is_told_that_it_cannot_be_read(self):
        for size, text in ((60, "(could not read PDF)"), (None, "3 pages")):
            wizard = self.env["fusion_claims.application.received.wizard"].new(
                {"original_application": base64.b64encode(hostile.PLAIN[:size])}
            )
            self.assertEqual(wizard.original_page_count_text, text)


@tagged("post_install", "-at_install")
class TestServedFiles(ClaimsMixin, HttpCase):
    """A PDF that is a web page too must never be shown as one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def test_how_a_paper_is_served(self):
        order = self.new_case()
        raw, _expected = hostile.files()["a web page that is a PDF too"]
        order.write(
            {"x_fc_original_application": base64.b64encode(raw),
             "x_fc_original_application_filename": "a.pdf"}
        )  # fmt: skip
        self.authenticate("fc_clerk", "fc_clerk")
        page = self.url_open(f"/web/content/sale.order/{order.id}/x_fc_original_application")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("html", page.headers["Content-Type"])
        self.assertEqual(page.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.authenticate("fc_rep", "fc_rep")
        page = self.url_open(f"/web/content/sale.order/{order.id}/x_fc_original_application")
        self.assertNotEqual(page.content, raw)

    def test_the_length_of_a_paper_is_a_hint_and_no_gate(self):
        order = self.new_case()
        for pages in (1, 4, 12, 14):
            order.x_fc_original_application = make_pdf(pages)
            self.assertTrue(order.x_fc_trail_has_original_application)
