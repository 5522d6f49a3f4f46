from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import PDF, ClaimsMixin
from .test_page11 import Page11Mixin

CLERK = Path(__file__).with_name("clerk_story.js").read_text()
CHECKLIST = Path(__file__).with_name("checklist_story.js").read_text()


@tagged("post_install", "-at_install")
class TestBrowser(Page11Mixin, ClaimsMixin, HttpCase):
    browser_size = "1366x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def test_a_clerk_takes_a_case_to_submitted(self):
        order = self.new_case(status="waiting_for_application")
        self.complete(order)
        order.write({"x_fc_original_application": False, "x_fc_pages_11_12_in_original": False})
        self.browser_js(
            f"/odoo/action-fusion_claims.action_adp_cases/{order.id}",
            CLERK.replace("PDF_OF_THE_TEST", PDF),
            ready="!!document.querySelector('.o_fusion_claims_ribbon button')",
            login="fc_clerk",
            timeout=120,
        )
        self.env.invalidate_all()
        self.assertEqual(order.x_fc_adp_application_status, "submitted")
        self.assertTrue(order.x_fc_pages_11_12_in_original)
        self.assertTrue(order.x_fc_trail_has_final_application)

    def test_what_is_missing_is_one_click_away(self):
        order = self.new_case(status="application_received", lines=False)
        self.client.x_fc_date_of_birth = False
        self.browser_js(
            f"/odoo/action-fusion_claims.action_adp_cases/{order.id}",
            CHECKLIST,
            ready="!!document.querySelector('.o_fusion_claims_missing')",
            login="fc_clerk",
        )


@tagged("post_install", "-at_install")
class TestPhone(Page11Mixin, ClaimsMixin, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_claims()

    def test_an_agent_signs_on_a_phone(self):
        sign_request, token = self.sent()
        self.start_tour(f"/page11/sign/{token}", "fusion_claims_page11", timeout=90)
        self.env.invalidate_all()
        self.assertEqual(
            (sign_request.state, sign_request.signer_type, sign_request.signer_relationship),
            ("signed", "agent", "spouse"),
        )
        self.assertTrue(sign_request.viewed_date)
