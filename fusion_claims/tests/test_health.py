from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import HealthMixin

from .common import ClaimsCase


@tagged("post_install", "-at_install")
class TestHealth(HealthMixin, ClaimsCase):
    def test_shares_that_are_not_the_price(self):
        line = self.new_case().sudo().order_line
        self.assertTrue(line.x_fc_adp_portion)
        self.assertNotIn("fusion_claims.portions_add_up", self.broken())
        self.break_row(line, x_fc_client_portion=line.x_fc_client_portion + 0.01)
        self.assertIn("fusion_claims.portions_add_up", self.broken())

    def test_mail_that_could_not_be_sent_warns(self):
        before = self.check("fusion_claims.mail_failed")["value"]
        mail = self.env["mail.mail"].sudo().create({"email_to": "clara@example.com"})
        self.env["fusion.claims.email.log"].sudo().create(
            {
                "order_id": self.new_case().id,
                "stage": "submitted",
                "key": "submitted",
                "recipient_email": "clara@example.com",
                "recipient_role": "client",
                "mail_id": mail.id,
            }
        )
        self.assertEqual(self.check("fusion_claims.mail_failed")["value"], before)
        mail.state = "exception"
        row = self.check("fusion_claims.mail_failed")
        self.assertEqual((row["value"], row["state"]), (before + 1, "warning"))

    def test_a_job_that_fails_warns(self):
        self.keep_jobs_in_time()
        self.assertEqual(self.check("fusion_claims.jobs")["value"], 0)
        self.break_row(self.env.ref("fusion_claims.cron_claims_followups"), failure_count=1)
        self.assertEqual(self.check("fusion_claims.jobs")["value"], 1)

    def test_a_copy_takes_no_signatures(self):
        sign_request = self.env["fusion.page11.sign.request"].sudo().create(
            {"sale_order_id": self.new_case().id, "signer_name": "Clara Client",
             "signer_email": "clara@example.com"}
        )  # fmt: skip
        token = sign_request._issue_token()
        self.assertTrue(sign_request._find_by_token(token))
        self.neutralize("fusion_claims")
        self.assertFalse(sign_request._find_by_token(token))
