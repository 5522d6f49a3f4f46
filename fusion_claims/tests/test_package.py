import base64
import io

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfReader

from .common import OTHER_PDF, PDF, ClaimsCase, ClaimsMixin, make_pdf, make_signature

LOG = "fusion.phi.access.log"
COVER = base64.b64decode(make_pdf(1))


@tagged("post_install", "-at_install")
class TestPackage(ClaimsCase):
    def setUp(self):
        super().setUp()
        self.order = self.new_case(status="approved")
        self.order.sudo().write(
            {"x_fc_original_application": OTHER_PDF, "x_fc_final_application": PDF,
             "x_fc_approval_letter": OTHER_PDF}
        )  # fmt: skip

    def pages(self, order):
        package = order._fc_build_package(COVER)
        return len(PdfReader(package).pages)

    def test_every_paper_once_after_the_cover(self):
        papers = [(row["label"], row["pages"]) for row in self.order._fc_get_package()]
        self.assertEqual(papers, [("Final Application", 14), ("Approval Letter", 2)])
        self.assertEqual(self.pages(self.order), 17)

    def test_the_cover(self):
        self.order.sudo().x_fc_claim_number = "CL-77"
        reports = self.env["ir.actions.report"].with_user(self.clerk)
        name = "fusion_claims.report_case_package"
        cover = reports._render_qweb_html(name, self.order.ids)[0].decode()
        for part in (self.order.name, "CL-77", "WM100", "Clara Client", "Olive Therapist",
                     "Final Application", "Approval Letter"):  # fmt: skip
            self.assertIn(part, cover)
        self.assertNotIn("1234567897", cover)

    def test_a_signed_page_is_in_it(self):
        sign_request = self.env["fusion.page11.sign.request"].create(
            {"sale_order_id": self.order.id, "signer_name": "Clara Client",
             "signer_email": "clara@example.com"}
        )  # fmt: skip
        sign_request.action_send()
        self.assertEqual(len(self.order._fc_get_package()), 2)
        sign_request._sign(name="Clara Client", signature=make_signature(), consent=True)
        row = self.order._fc_get_package()[-1]
        self.assertEqual(row["label"], "Page 11, signed by Clara Client")
        self.assertEqual(self.pages(self.order), 17 + row["pages"])

    def test_what_cannot_be_read_is_named_and_left_out(self):
        broken = base64.b64encode(b"%PDF-1.4" + b"0" * 500).decode()
        self.order.sudo().x_fc_approval_letter = broken
        papers = [(row["label"], row["pages"]) for row in self.order._fc_get_package()]
        self.assertEqual(papers, [("Final Application", 14), ("Approval Letter", 0)])
        self.assertEqual(self.pages(self.order), 15)

    def test_printing_is_a_look(self):
        self.order._fc_build_package(COVER)
        row = self.env[LOG].search([("res_id", "=", self.order.id), ("action", "=", "print")])
        self.assertEqual((row.user_id, row.detail), (self.clerk, "case package"))

    def test_only_for_who_may_read_the_papers(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.rep)._fc_get_package()


@tagged("post_install", "-at_install")
class TestPackagePdf(ClaimsMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def test_printed(self):
        order = self.new_case(status="approved")
        order.sudo().x_fc_final_application = PDF
        user = self.env["res.users"].search([("login", "=", "fc_clerk")])
        reports = self.env["ir.actions.report"].with_user(user)
        reports = reports.with_context(force_report_rendering=True)
        # Style sheets that are not there yet are first asked for by a reading request.
        with mute_logger("odoo.sql_db", "odoo.http"):
            content, _kind = reports._render_qweb_pdf(
                "fusion_claims.report_case_package", order.ids
            )
        pages = PdfReader(io.BytesIO(content)).pages
        self.assertEqual(len(pages), 15)
        self.assertIn("Page 14", pages[14].extract_text())
