import base64
import hashlib

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import OTHER_PDF, PDF, ClaimsCase, make_pdf, make_signature


@tagged("post_install", "-at_install")
class TestDocuments(ClaimsCase):
    def check(self, data):
        return self.env["sale.order"]._fc_check_pdf(data, "Letter")

    def assertFault(self, message, data):
        with self.assertRaises(UserError) as caught:
            self.check(data)
        self.assertIn(message, str(caught.exception))

    def b64(self, raw):
        return base64.b64encode(raw).decode()

    def test_what_a_pdf_is(self):
        self.assertEqual(self.check(PDF), 14)
        self.assertEqual(self.check(self.b64(b"junk" * 200 + base64.b64decode(PDF))), 14)
        self.assertFalse(self.check(self.b64(b"%PDF-1.4 nothing behind it")))
        self.assertFault("Letter: could not decode the uploaded file.", "§§§")
        self.assertFault("Letter must be a PDF file (content check failed).", self.b64(b"MZ" * 900))
        self.assertFault("content check failed", self.b64(b" " * 1024 + base64.b64decode(PDF)))
        self.assertFault("Letter is password-protected", make_pdf(1, "secret"))
        self.env["ir.config_parameter"].set_param("fusion_claims.max_document_mb", "1")
        self.assertFault("at most 1 MB", self.b64(b"%PDF-" + b"0" * 1_100_000))

    def test_a_paper_is_checked_on_every_path(self):
        order = self.new_case()
        with self.assertRaises(UserError):
            order.x_fc_approval_letter = self.b64(b"text")
        with self.assertRaises(ValidationError):
            order.write({"x_fc_approval_letter": PDF, "x_fc_approval_letter_filename": "a.exe"})
        with self.assertRaises(UserError):
            self.new_case(x_fc_original_application=self.b64(b"text"))
        self.assertFalse(order.x_fc_approval_letter)

    def test_a_drawing_may_be_a_picture(self):
        order = self.new_case("march_of_dimes")
        order.write({"x_fc_mod_drawing": make_signature(), "x_fc_mod_drawing_filename": "a.png"})
        self.assertTrue(order.x_fc_mod_drawing)
        with self.assertRaises(UserError):
            order.x_fc_mod_pca_document = make_signature()

    def test_each_change_leaves_a_note(self):
        order = self.new_case()
        order.write({"x_fc_approval_letter": PDF, "x_fc_approval_letter_filename": "ok.pdf"})
        note = order.message_ids[0].body
        digest = hashlib.sha256(base64.b64decode(PDF)).hexdigest()[:16]
        for text in ("Approval Letter", "ok.pdf", digest):
            self.assertIn(text, note)
        order.x_fc_approval_letter = False
        self.assertIn("removed", order.message_ids[0].body)

    def test_papers_of_a_submission_stay(self):
        order = self.new_case()
        order.write(
            {"x_fc_original_application": PDF, "x_fc_original_application_filename": "a.pdf"}
        )
        self.jump(order, "submitted")
        with self.assertRaises(UserError):
            order.x_fc_original_application = OTHER_PDF
        order.with_user(self.manager).x_fc_original_application = OTHER_PDF
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", order.id),
             ("res_field", "=", "x_fc_replaced_document")]
        )  # fmt: skip
        self.assertTrue(kept.name.startswith("a.pdf (replaced "))
        self.assertEqual(kept.datas, PDF.encode())
        self.assertEqual(
            order.with_context(bin_size=False).x_fc_original_application, OTHER_PDF.encode()
        )

    def test_the_preview_is_logged_and_closed_to_others(self):
        order = self.new_case()
        order.x_fc_approval_letter = PDF
        action = order.action_fc_preview_document("x_fc_approval_letter")
        self.assertTrue(action)
        order.action_fc_preview_document("x_fc_approval_letter")
        log = self.env["fusion.phi.access.log"].search([("res_id", "=", order.id)])
        self.assertEqual(
            (log.user_id, log.partner_id, log.action, log.detail),
            (self.clerk, self.client, "view", "x_fc_approval_letter"),
        )
        for user, name in ((self.rep, "x_fc_approval_letter"), (self.clerk, "x_fc_denial_letter"),
                           (self.clerk, "signature")):  # fmt: skip
            with self.assertRaises(UserError):
                order.with_user(user).action_fc_preview_document(name)

    def test_the_trail(self):
        order = self.new_case()
        self.complete(order)
        self.assertTrue(order.x_fc_trail_has_original_application)
        self.assertTrue(order.x_fc_trail_has_signed_pages)
        self.assertTrue(order.x_fc_trail_has_assessment_dates)
        self.assertFalse(order.x_fc_trail_has_final_application)
        self.assertFalse(order.x_fc_trail_has_invoices)
        of_rep = order.with_user(self.rep)
        self.assertTrue(of_rep.x_fc_trail_has_original_application)
