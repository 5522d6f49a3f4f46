from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import GATE, ClaimsCase


@tagged("post_install", "-at_install")
class TestMail(ClaimsCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(GATE, "True")
        self.order = self.new_case(x_fc_assessment_start_date="2026-05-04")

    def addresses(self):
        return sorted(self.mails(self.order).mapped("email_to"))

    def test_each_role_hears_once(self):
        self.order.action_fc_set_status("assessment_scheduled")
        self.assertEqual(self.addresses(), ["clara@example.com", "olive@example.com"])
        rows = self.env["fusion.claims.email.log"].search([("order_id", "=", self.order.id)])
        self.assertEqual(sorted(rows.mapped("recipient_role")), ["authorizer", "client"])
        self.assertFalse(self.order._fc_send_stage_email("assessment_scheduled"))
        self.assertEqual(len(self.addresses()), 2)

    def test_entering_again_tells_again(self):
        self.order.action_fc_set_status("assessment_scheduled")
        self.order.action_fc_set_status("quotation")
        self.order.action_fc_set_status("assessment_scheduled")
        self.assertEqual(len(self.addresses()), 4)

    def test_the_switch(self):
        parameters = self.env["ir.config_parameter"]
        for text in ("False", "maybe", None):
            parameters.search([("key", "=", GATE)]).unlink()
            if text:
                parameters.create({"key": GATE, "value": text})
            self.assertFalse(self.order._fc_email_enabled())
            self.jump(self.order, "quotation")
            self.order.action_fc_set_status("assessment_scheduled")
            self.assertEqual(self.addresses(), [])
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.fc_claims_email_on)
        settings.fc_claims_email_on = True
        settings.execute()
        self.assertEqual(parameters.get_param(GATE), "True")
        self.env["res.config.settings"].create({"fc_claims_email_on": False}).execute()
        self.assertEqual(parameters.get_param(GATE), "False")
        with self.assertRaises(UserError):
            self.env["res.config.settings"].create({"fc_page11_expiry_days": 0}).execute()

    def test_one_address_one_mail_and_who_has_none(self):
        self.authorizer.email = "CLARA@example.com"
        self.order.action_fc_set_status("assessment_scheduled")
        self.assertEqual(self.addresses(), ["clara@example.com"])
        self.authorizer.email = "nonsense"
        self.order.action_fc_set_status("quotation")
        self.order.action_fc_set_status("assessment_scheduled")
        self.assertIn("Not e-mailed, no address: Authorizer", "".join(
            self.order.message_ids.mapped("body")
        ))  # fmt: skip

    def test_words_and_no_health_information(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.client.lang = "fr_CA"
        self.client.name = "<script>alert(1)</script>"
        self.order.action_fc_set_status("assessment_scheduled")
        mail = self.mails(self.order).filtered(lambda row: "clara" in row.email_to)
        self.assertTrue(mail.subject.startswith(f"{self.order.name} : "))
        self.assertIn("L’évaluation est planifiée.", mail.body_html)
        self.assertIn("&lt;script&gt;", mail.body_html)
        self.assertNotIn("<script>", mail.body_html)
        for row in self.mails(self.order):
            for secret in ("1234567897", "1950"):
                self.assertNotIn(secret, row.body_html)
            self.assertTrue(row.auto_delete)

    def test_imports_are_silent(self):
        self.jump(self.order, "approved")
        self.assertEqual(self.addresses(), [])
        self.order.with_context(fc_no_stage_email=True).action_fc_set_status("on_hold", "x")
        self.assertEqual(len(self.addresses()), 2)  # the key counts for the system alone
