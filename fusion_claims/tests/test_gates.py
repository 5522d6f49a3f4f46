from datetime import timedelta

from dateutil.relativedelta import relativedelta
from lxml import etree
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.sale_order_requirement import _REQUIREMENTS
from .common import OTHER_PDF, PDF, ClaimsCase


@tagged("post_install", "-at_install")
class TestGates(ClaimsCase):
    def codes(self, order, target):
        return [row["code"] for row in order._fc_missing_requirements(target)]

    def step(self, order, target, reason=None, **values):
        """The dialog of a step, filled in."""
        wizard = self.env["fusion_claims.pipeline.step.wizard"].with_user(order.env.user)
        wizard = wizard.with_context(default_sale_order_id=order.id, default_target_state=target)
        return wizard.create({"reason": reason, **values}).action_confirm()

    def test_adp_from_quotation_to_closed(self):
        order = self.new_case()
        self.assertEqual(self.codes(order, "assessment_scheduled"), ["assessment_start"])
        self.step(order, "assessment_scheduled", x_fc_assessment_start_date="2026-05-04")
        self.assertEqual(self.codes(order, "assessment_completed"), ["assessment_end"])
        self.complete(order)
        self.step(order, "assessment_completed")
        order.action_fc_set_status("application_received")
        wizard = self.env["fusion_claims.ready.for.submission.wizard"].with_user(self.clerk)
        wizard.create({"sale_order_id": order.id}).action_confirm()
        self.assertEqual(
            self.codes(order, "submitted"), ["submission_verified", "final_application"]
        )
        self.submit(order, PDF)
        self.assertEqual(order.x_fc_submission_date, fields.Date.today())
        self.assertEqual(
            self.codes(order, "approved_deduction"),
            ["claim_number", "approval_date", "approval_letter", "deduction"],
        )
        self.step(
            order, "approved", x_fc_claim_number=" C-77 ", x_fc_claim_approval_date="2026-05-20",
            x_fc_approval_letter=PDF, x_fc_approval_letter_filename="letter.pdf",
        )  # fmt: skip
        order.x_fc_claim_approval_date = fields.Date.today()
        self.assertEqual(order.x_fc_claim_number, "C-77")
        self.assertEqual(
            self.codes(order, "ready_delivery"), ["order_confirmed", "devices_verified"]
        )
        order.action_confirm()
        self.approve_devices(order)
        order.action_fc_set_status("ready_delivery")
        self.assertEqual(
            self.codes(order, "delivered"), ["delivery_date", "proof_of_delivery", "serials"]
        )
        order.order_line.x_fc_serial_number = "sn-9"
        self.step(
            order, "delivered", x_fc_proof_of_delivery=PDF,
            x_fc_proof_of_delivery_filename="pod.pdf",
        )  # fmt: skip
        self.assertEqual(order.x_fc_adp_delivery_date, fields.Date.today())
        order.action_fc_set_status("ready_bill")
        self.assertEqual(self.codes(order, "billed"), ["invoices_posted"])
        moves = order.sudo()._fc_create_funding_invoices()
        moves.action_post()
        order.action_fc_set_status("billed")
        self.assertEqual(self.codes(order, "paid"), ["funder_paid"])
        with self.assertRaises(UserError):
            order.action_fc_set_status("paid", "I think so")
        self.pay(moves)
        order.action_fc_set_status("paid")
        close = self.env["fusion_claims.case.close.verification.wizard"].with_user(self.clerk)
        close = close.create({"sale_order_id": order.id})
        self.assertTrue(close.can_close)
        close.action_close_case()
        self.assertTrue(order.x_fc_case_locked)
        self.assertEqual(len(order.x_fc_status_log_ids), 12)

    def submit(self, order, final, target="submitted"):
        wizard = self.env["fusion_claims.submission.check.wizard"].with_user(self.clerk)
        wizard = wizard.create(
            {
                "sale_order_id": order.id,
                "target_state": target,
                "final_application": final,
                "final_application_filename": "final.pdf",
            }
        )
        self.assertEqual(wizard.device_types, "1 × WM100 — Manual wheelchair")
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.devices_match = True
        wizard.action_confirm()

    def approve_devices(self, order):
        wizard = self.env["fusion_claims.device.approval.wizard"].with_user(self.clerk)
        wizard = wizard.with_context(default_sale_order_id=order.id).create({})
        self.assertIs(wizard.warning, False)
        wizard.action_confirm()

    def pay(self, moves):
        for move in moves:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({}).action_create_payments()

    def test_everything_missing_is_told_at_once(self):
        order = self.new_case(status="application_received")
        wizard = self.env["fusion_claims.ready.for.submission.wizard"].with_user(self.clerk)
        wizard = wizard.create({"sale_order_id": order.id})
        self.assertFalse(wizard.can_confirm)
        with self.assertRaises(UserError) as caught:
            wizard.action_confirm()
        message = str(caught.exception)
        for text in ("Both assessment dates", "Both client references", "signed pages 11 and 12"):
            self.assertIn(text, message)
        self.assertEqual(order.x_fc_adp_application_status, "application_received")

    def test_each_check_of_the_submission(self):
        order = self.new_case(status="application_received")
        self.complete(order)
        wizards = self.env["fusion_claims.ready.for.submission.wizard"]
        self.assertEqual(wizards._get_missing(order), [])
        for name, values in (
            ("has_authorizer", {"x_fc_authorizer_id": False}),
            ("has_authorization_date", {"x_fc_authorization_date": False}),
            ("has_client_refs", {"x_fc_client_ref_2": False}),
            ("has_reason", {"x_fc_reason_for_application": False}),
            ("has_documents", {"x_fc_pages_11_12_in_original": False}),
            ("has_assessment_dates", {"x_fc_assessment_start_date": False}),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                order.write(values)
                failing = [key for key, holds in wizards._get_checks(order).items() if not holds]
                self.assertEqual(failing, [name])
                savepoint.rollback()
                order.invalidate_recordset()
        order.order_line.product_uom_qty = 3
        self.assertFalse(wizards._get_checks(order)["quantities_ok"])
        order.order_line.write({"product_uom_qty": 1, "price_unit": 1200})
        self.assertFalse(wizards._get_checks(order)["prices_ok"])

    def test_an_old_assessment_is_not_submitted(self):
        order = self.new_case(status="ready_submission")
        old = fields.Date.today() - relativedelta(months=3, days=1)
        order.write(
            {
                "x_fc_assessment_start_date": old,
                "x_fc_assessment_end_date": old,
                "x_fc_submission_verified": True,
                "x_fc_final_application": PDF,
            }
        )
        self.assertEqual(self.codes(order, "submitted"), ["assessment_recent"])
        order.write({"x_fc_assessment_end_date": old + timedelta(days=1)})
        self.assertEqual(self.codes(order, "submitted"), [])

    def test_a_correction_needs_a_new_file(self):
        order = self.new_case(status="ready_submission")
        self.complete(order)
        self.submit(order, PDF)
        order.action_fc_set_status("needs_correction", "Page 3")
        self.assertEqual(
            self.codes(order, "resubmitted"), ["submission_verified", "final_application_replaced"]
        )
        self.submit(order, OTHER_PDF, "resubmitted")
        self.assertEqual(order.x_fc_adp_application_status, "resubmitted")

    def test_an_approval_that_has_lapsed(self):
        order = self.new_case(status="approved")
        order.write({"x_fc_device_verification_complete": True})
        order.action_confirm()
        today = fields.Date.today()
        order.x_fc_claim_approval_date = today - relativedelta(months=6, days=1)
        self.assertEqual(self.codes(order, "ready_delivery"), ["approval_valid"])
        order.x_fc_claim_approval_date = today - relativedelta(months=6)
        self.assertEqual(self.codes(order, "ready_delivery"), [])

    def test_late_billing_needs_a_permission(self):
        order = self.new_case(status="ready_bill")
        order.x_fc_claim_approval_date = fields.Date.today() - relativedelta(months=12, days=1)
        self.assertIn("billing_in_time", self.codes(order, "billed"))
        order.x_fc_billing_permission_note = "A. Smith, by phone, May 4"
        self.assertNotIn("billing_in_time", self.codes(order, "billed"))

    def test_reopening_is_the_manager_s_with_a_reason(self):
        order = self.new_case(status="case_closed")
        with self.assertRaises(UserError):
            order.action_fc_set_status("paid", "Wrong amount")
        order = order.with_user(self.manager)
        with self.assertRaises(UserError):
            order.action_fc_set_status("paid")
        order.action_fc_set_status("paid", "Wrong amount")
        self.assertFalse(order.x_fc_case_locked)

    def test_an_incomplete_case_is_closed_by_a_manager_with_a_reason(self):
        order = self.new_case(status="paid")
        wizards = self.env["fusion_claims.case.close.verification.wizard"]
        values = {"sale_order_id": order.id, "override_reason": "Papers were lost in the flood"}
        with self.assertRaises(UserError):
            wizards.with_user(self.clerk).create(values).action_close_case()
        wizards.with_user(self.manager).create(values).action_close_case()
        self.assertEqual(order.x_fc_adp_application_status, "case_closed")
        self.assertEqual(order.x_fc_status_log_ids[0].reason, values["override_reason"])

    def test_march_of_dimes_to_closed(self):
        order = self.new_case("march_of_dimes")
        self.step(order, "assessment_scheduled", x_fc_mod_assessment_scheduled_date="2026-05-04")
        self.step(order, "assessment_completed")
        with self.assertRaises(UserError):
            order.action_confirm()
        order.action_fc_set_status("processing_drawings")
        self.step(
            order, "quote_submitted", x_fc_mod_drawing=PDF, x_fc_mod_drawing_filename="plan.pdf"
        )
        self.assertEqual(
            self.codes(order, "application_submitted"),
            ["mod_application", "mod_quote", "mod_notice", "mod_reference"],
        )
        self.step(
            order, "application_submitted", x_fc_mod_application_form=PDF,
            x_fc_mod_quote_document=PDF, x_fc_mod_notice_of_assessment=PDF,
            x_fc_mod_hvmp_reference="H-1",
        )  # fmt: skip
        order.action_fc_set_status("awaiting_funding")
        self.assertEqual(
            self.codes(order, "funding_approved"), ["mod_approved_amount", "mod_approval_date"]
        )
        self.step(
            order, "funding_approved", x_fc_mod_approved_amount=800,
            x_fc_mod_approval_date="2026-06-01",
        )  # fmt: skip
        with self.assertRaises(UserError):
            order.action_confirm()
        self.step(order, "pca_received", x_fc_mod_pca_document=PDF)
        order.action_confirm()
        order.action_fc_set_status("in_production")
        self.step(order, "project_complete")
        self.assertEqual(self.codes(order, "pod_submitted"), ["mod_pod", "funder_invoice_posted"])
        moves = order.sudo()._fc_create_funder_invoice()
        moves.action_post()
        self.step(order, "pod_submitted", x_fc_mod_pod_document=PDF)
        self.assertEqual(self.codes(order, "case_closed"), ["mod_payment"])
        self.step(order, "case_closed", x_fc_mod_payment_amount=800)
        self.assertEqual(order.x_fc_mod_status, "case_closed")
        self.assertEqual(self.client._fc_mod_lifetime_used(), 800)
        self.assertEqual(self.client._fc_mod_lifetime_used(exclude_order=order), 0)

    def test_confirming_early_is_the_manager_s(self):
        order = self.new_case("march_of_dimes")
        with self.assertRaises(AccessError):
            order.x_fc_confirm_reason = "Because"
        order.with_user(self.manager).x_fc_confirm_reason = "The client pays for it anyway"
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_measured_elsewhere(self):
        order = self.new_case("march_of_dimes")
        self.assertNotIn("assessment_completed", order._fc_allowed_transitions())
        order.x_fc_mod_assessment_completed_date = "2026-05-04"
        order.action_fc_set_status("assessment_completed")

    def test_odsp(self):
        order = self.new_case("odsp")
        order.action_fc_set_status("form_requested")
        self.step(order, "submitted", x_fc_odsp_msn_form=PDF)
        self.assertEqual(self.codes(order, "approved"), ["odsp_letter", "odsp_amount", "odsp_date"])
        self.step(
            order, "approved", x_fc_odsp_decision_letter=PDF, x_fc_odsp_approved_amount=900,
            x_fc_odsp_decision_date="2026-06-01",
        )  # fmt: skip
        order.action_fc_set_status("ready_delivery")
        self.step(order, "delivered")
        self.assertEqual(self.codes(order, "billed"), ["invoice_posted"])
        order.action_confirm()
        order.sudo()._create_invoices().action_post()
        order.action_fc_set_status("billed")
        order.action_fc_set_status("case_closed")

    def test_hardship_pays_no_more_than_the_client_s_portion(self):
        order = self.new_case("hardship")
        order.action_fc_set_status("documents_pending")
        self.step(order, "submitted", x_fc_funder_id=self.funder.id, x_fc_funder_reference="T-4")
        order.write(
            {"x_fc_funder_approved_amount": 1000.01, "x_fc_funder_decision_date": "2026-06-01"}
        )
        self.assertEqual(self.codes(order, "approved"), ["hardship_within_client_portion"])
        order.x_fc_funder_approved_amount = 1000
        order.action_fc_set_status("approved")

    def test_a_step_that_fails_writes_nothing(self):
        order = self.new_case(status="submitted")
        with self.assertRaises(UserError):
            self.step(order, "approved", x_fc_claim_number="C-5")
        self.assertFalse(order.x_fc_claim_number)
        self.assertEqual(order.x_fc_adp_application_status, "submitted")

    def test_what_the_form_says(self):
        order = self.new_case()
        form = Form(order)
        self.assertEqual(form.x_fc_next_label, "Assessment Scheduled")
        self.assertEqual(
            [row["name"] for row in form.x_fc_checklist], ["x_fc_assessment_start_date"]
        )
        self.assertEqual(order.x_fc_waiting_on, "office")

    def test_every_requirement_has_a_place(self):
        order = self.new_case(status="ready_bill")
        form = order.get_view(self.env.ref("sale.view_order_form").id, "form")["arch"]
        names = set(etree.fromstring(form).xpath("//@name | //@id"))
        dialogs = ("submission_package", "closing_audit")
        parts = [
            name
            for wizard in ("ready.for.submission", "case.close.verification")
            for name in order.env[f"fusion_claims.{wizard}.wizard"]._fields
            if name.startswith("has_") or name.endswith("_ok")
        ]
        for code in [*(set(_REQUIREMENTS) - set(dialogs)), *parts]:
            with self.subTest(code):
                place = order._fc_get_place(code, "ready_bill")
                self.assertTrue(place["method"] or place["name"])
                if place["method"]:
                    self.assertTrue(hasattr(order, place["method"]))
                elif place["name"] != "action_fc_create_funding_invoices":  # bookkeepers only
                    self.assertIn(place["name"], names)

    def test_the_checklist_names_the_parts_of_a_package(self):
        order = self.new_case(status="application_received")
        order.x_fc_client_ref_1 = "AB"
        rows = {row["name"] or row["method"] for row in order.x_fc_checklist}
        self.assertIn("x_fc_client_ref_2", rows)
        self.assertIn("x_fc_authorization_date", rows)
        self.assertNotIn("action_fc_client_health", rows)
        self.client.x_fc_date_of_birth = False
        order.invalidate_recordset()
        self.assertIn("action_fc_client_health", [row["method"] for row in order.x_fc_checklist])

    def test_dates_and_references(self):
        order = self.new_case(x_fc_client_ref_1="ab")
        self.assertEqual(order.x_fc_client_ref_1, "AB")
        with self.assertRaises(ValidationError):
            order.write(
                {
                    "x_fc_assessment_start_date": "2026-05-04",
                    "x_fc_assessment_end_date": "2026-05-03",
                }
            )
        with self.assertRaises(ValidationError):
            order.x_fc_reason_for_application = "replacement_worn"
        other = self.new_case(x_fc_claim_number="C-9")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            order.x_fc_claim_number = "C-9"
            order.flush_recordset()
        self.assertTrue(other)

    def test_lines_have_a_price_on_a_quote(self):
        order = self.new_case("march_of_dimes", lines=False, status="processing_drawings")
        order.x_fc_mod_drawing = PDF
        self.assertEqual(self.codes(order, "quote_submitted"), ["priced_line"])
        order.order_line = [Command.create({"product_id": self.product.id})]
        self.assertEqual(self.codes(order, "quote_submitted"), [])
