import re

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import RightsMixin
from odoo.addons.fusion_claims import const

from .common import PDF, ClaimsCase, make_signature

ROLES = ("portal", "employee", "rep", "clerk", "manager")
#: {model: rights by role, letters of read, write, create, unlink}
RIGHTS = {
    "fusion.adp.device.code": ("", "r", "r", "r", "rwcu"),
    "fusion.adp.catalogue.import": ("", "", "", "", "rwcu"),
    "fusion.adp.catalogue.import.line": ("", "", "", "", "r"),
    "fusion.page11.sign.request": ("", "", "", "rwc", "rwc"),
    "fusion.page11.consent": ("", "", "", "r", "rwc"),
    "fusion.claims.status.log": ("", "", "r", "r", "r"),
    "fusion.claims.email.log": ("", "", "", "r", "r"),
    "fusion.phi.access.log": ("", "", "", "", "r"),
    "fusion.mod.income.threshold": ("", "", "", "r", "rwcu"),
    **dict.fromkeys(
        (
            "fusion_claims.application.received.wizard",
            "fusion_claims.client.health.wizard",
            "fusion_claims.page11.request.wizard",
            "fusion_claims.ready.for.submission.wizard",
            "fusion_claims.submission.check.wizard",
            "fusion_claims.device.approval.wizard",
            "fusion_claims.device.approval.wizard.line",
            "fusion_claims.case.close.verification.wizard",
            "fusion_claims.pipeline.step.wizard",
        ),
        ("", "", "", "rwcu", "rwcu"),
    ),
}


@tagged("post_install", "-at_install")
class TestSecurity(RightsMixin, ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls.new_user("fc_employee")
        cls.portal = cls.env["res.users"].create(
            {
                "name": "Portal",
                "login": "fc_portal",
                "partner_id": cls.client.id,
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )

    def test_every_model_and_role(self):
        self.assert_rights("fusion_claims", RIGHTS, [getattr(self, role) for role in ROLES])

    def test_health_information_is_for_its_group(self):
        order = self.new_case()
        order.x_fc_original_application = PDF
        for user in (self.rep, self.portal):
            for name in const.DOCUMENTS:
                with self.assertRaises(AccessError):
                    order.with_user(user).read([name])
            for name in ("x_fc_health_card_number", "x_fc_date_of_birth", "x_fc_odsp_member_id"):
                with self.assertRaises(AccessError):
                    self.client.with_user(user).read([name])
        document = order._fc_get_document("x_fc_original_application").sudo(False)
        for user in (self.rep, self.portal, self.employee):
            with self.assertRaises(AccessError):
                document.with_user(user).read(["datas"])
        self.assertEqual(self.client.with_user(self.clerk).x_fc_health_card_masked, "••••••7897")

    def test_a_signature_is_health_information(self):
        sign_request = self.env["fusion.page11.sign.request"].create(
            {"sale_order_id": self.new_case().id, "signer_name": "Clara",
             "signature": make_signature()}
        )  # fmt: skip
        self.clerk.group_ids = [Command.unlink(self.env.ref("fusion_claims.group_health_info").id)]
        with self.assertRaises(AccessError):
            sign_request.with_user(self.rep).read(["signature"])
        with self.assertRaises(AccessError):
            sign_request.with_user(self.clerk).read(["token_hash"])

    def test_a_health_card(self):
        partners = self.env["res.partner"]
        self.assertEqual(partners._fc_validate_health_card(" 1234-567 897 "), "1234567897")
        for wrong in ("1234567890", "123456789", "12345678AB", "", None, "١٢٣٤٥٦٧٨٩٧"):
            with self.assertRaises(ValidationError) as caught:
                partners._fc_validate_health_card(wrong)
            self.assertFalse(re.search(r"\d{4}", str(caught.exception)))
        self.client.x_fc_health_card_version = " ab "
        self.assertEqual(self.client.x_fc_health_card_version, "AB")
        with self.assertRaises(ValidationError):
            self.client.x_fc_health_card_version = "1"

    def test_logs_are_added_to_only(self):
        order = self.new_case()
        order.action_fc_set_status("on_hold", "x")
        row = order.x_fc_status_log_ids
        for user in (self.clerk, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                row.with_user(user).write({"reason": "y"})
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
        self.assertEqual(row.reason, "x")

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        order = self.new_case()
        order.action_fc_set_status("on_hold", "x")
        sign_request = self.env["fusion.page11.sign.request"].create(
            {"sale_order_id": order.id, "signer_name": "Clara"}
        )
        self.clerk.write({"company_id": company.id, "company_ids": [Command.set(company.ids)]})
        for record in (order, order.x_fc_status_log_ids, sign_request):
            self.assertFalse(record.with_user(self.clerk).has_access("read"))

    def test_a_sales_rep_sees_the_states_of_own_cases(self):
        mine, other = self.new_case(), self.new_case(user_id=self.manager.id)
        for order in (mine, other):
            order.action_fc_set_status("on_hold", "x")
        logs = self.env["fusion.claims.status.log"].with_user(self.rep).search([])
        self.assertIn(mine, logs.order_id.sudo())
        self.assertNotIn(other, logs.order_id.sudo())

    def test_the_start_page(self):
        starts = self.env["fusion.start"]
        labels = [row["label"] for row in starts.with_user(self.clerk)._fusion_start_links()]
        self.assertIn("Funding cases", labels)
        labels = [row["label"] for row in starts.with_user(self.rep)._fusion_start_links()]
        self.assertNotIn("Funding cases", labels)
