from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import OTHER_PDF, PDF, ClaimsCase, make_pdf


@tagged("post_install", "-at_install")
class TestIntake(ClaimsCase):
    def setUp(self):
        super().setUp()
        self.order = self.new_case(status="waiting_for_application")

    def wizard(self, **values):
        model = self.env["fusion_claims.application.received.wizard"].with_user(self.clerk)
        return model.with_context(active_model="sale.order", active_id=self.order.id).create(values)

    def last_note(self):
        return self.order.message_ids.sorted("id")[-1].body

    def assertRefused(self, words, wizard):
        with self.assertRaises(UserError) as caught:
            wizard.action_confirm()
        self.assertIn(words, str(caught.exception))
        self.assertEqual(self.order.x_fc_adp_application_status, "waiting_for_application")
        self.assertFalse(self.order.x_fc_original_application)

    def request(self, state):
        return self.env["fusion.page11.sign.request"].create(
            {"sale_order_id": self.order.id, "signer_name": "Clara", "state": state}
        )

    def test_bundled(self):
        wizard = self.wizard(
            original_application=PDF, original_application_filename="a.pdf", notes="<b>late</b>"
        )
        self.assertEqual(
            (wizard.intake_mode, wizard.original_page_count, wizard.original_page_count_text),
            ("bundled", 14, "14 pages"),
        )
        wizard.action_confirm()
        self.assertEqual(self.order.x_fc_adp_application_status, "application_received")
        self.assertTrue(self.order.x_fc_pages_11_12_in_original)
        self.assertTrue(self.order.x_fc_has_signed_pages_11_12)
        self.assertEqual(self.order.x_fc_original_application_filename, "a.pdf")
        self.assertIn("Application Received — bundled", self.last_note())
        self.assertIn("&lt;b&gt;late", self.last_note())

    def test_separate(self):
        self.assertRefused(
            "signed pages 11 and 12 are missing",
            self.wizard(intake_mode="separate", original_application=PDF),
        )
        self.wizard(
            intake_mode="separate", original_application=PDF, signed_pages_11_12=OTHER_PDF,
            signed_pages_filename="signed.pdf",
        ).action_confirm()  # fmt: skip
        self.assertFalse(self.order.x_fc_pages_11_12_in_original)
        self.assertTrue(self.order.x_fc_has_signed_pages_11_12)
        self.assertIn("Application Received — separate files", self.last_note())

    def test_remote(self):
        self.assertRefused(
            "Request Remote Signature", self.wizard(intake_mode="remote", original_application=PDF)
        )
        self.request("draft")
        self.assertRefused(
            "Request Remote Signature", self.wizard(intake_mode="remote", original_application=PDF)
        )
        self.request("sent")
        wizard = self.wizard(original_application=PDF)
        self.assertEqual(wizard.intake_mode, "remote")
        self.assertTrue(wizard.has_pending_page11_request)
        wizard.action_confirm()
        self.assertFalse(self.order.x_fc_has_signed_pages_11_12)
        self.assertIn("remote signature pending", self.last_note())
        self.assertIn("1 request(s)", self.last_note())
        self.order.page11_sign_request_ids[0].state = "signed"
        self.assertTrue(self.order.x_fc_has_signed_pages_11_12)

    def test_an_upload_before_the_mode_changed_is_dropped(self):
        self.wizard(
            intake_mode="bundled", original_application=PDF, signed_pages_11_12=OTHER_PDF
        ).action_confirm()
        self.assertFalse(self.order.x_fc_signed_pages_11_12)

    def test_what_is_stored_stays_and_is_offered_again(self):
        self.order.write({"x_fc_signed_pages_11_12": OTHER_PDF, "x_fc_original_application": PDF})
        wizard = self.wizard()
        self.assertEqual(wizard.intake_mode, "separate")
        self.assertTrue(wizard.original_application)
        wizard.intake_mode = "bundled"
        wizard.action_confirm()
        self.assertTrue(self.order.x_fc_signed_pages_11_12)
        self.order.action_fc_set_status("waiting_for_application")
        self.assertEqual(self.wizard().intake_mode, "bundled")

    def test_refusals(self):
        self.assertRefused("Upload the original", self.wizard())
        fake = "bm90IGEgcGRm"
        self.assertRefused("content check failed", self.wizard(original_application=fake))
        self.assertRefused(
            "password-protected", self.wizard(original_application=make_pdf(2, "secret"))
        )
        with self.assertRaises(ValidationError):
            self.wizard(original_application=PDF, original_application_filename="a.docx")
        self.jump(self.order, "quotation")
        with self.assertRaises(UserError) as caught:
            self.wizard(original_application=PDF).action_confirm()
        self.assertIn("Assessment Completed", str(caught.exception))
        self.assertIn("Waiting for Application", str(caught.exception))

    def test_asking_for_a_signature_leads_back(self):
        action = self.wizard().action_request_page11_signature()
        model = self.env[action["res_model"]].with_user(self.clerk)
        wizard = model.with_context(**action["context"]).create({})
        self.assertEqual(
            (wizard.signer_name, wizard.signer_email), ("Clara Client", "clara@example.com")
        )
        back = wizard.action_confirm()
        self.assertEqual(back["res_model"], "fusion_claims.application.received.wizard")
        self.assertEqual(self.order.page11_sign_request_ids.state, "sent")
