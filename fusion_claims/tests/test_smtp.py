from collections import Counter

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tests.common import receive_mails

from .common import GATE, ClaimsCase, make_signature
from .test_page11 import Page11Mixin


@tagged("post_install", "-at_install")
class TestSmtp(Page11Mixin, ClaimsCase):
    """What really leaves, through a real SMTP server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(GATE, "True")
        cls.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"

    def setUp(self):
        super().setUp()
        self.sink = receive_mails(self)

    def post(self):
        """The queue, as its cron empties it.

        :return: Counter of the addresses that were reached since the last time
        """
        known = len(self.sink.messages)
        self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        return Counter(message["X-Sink-To"] for message in self.sink.messages[known:])

    def planned(self):
        return self.new_case(x_fc_assessment_start_date="2026-05-04")

    def test_a_step_reaches_each_address_once(self):
        order = self.planned()
        order.action_fc_set_status("assessment_scheduled")
        order.action_fc_set_status("assessment_scheduled")
        order._fc_send_stage_email("assessment_scheduled")
        self.assertEqual(self.post(), {"clara@example.com": 1, "olive@example.com": 1})
        self.assertEqual(self.post(), {})
        for message in self.sink.messages:
            self.assertEqual(message["To"], message["X-Sink-To"])
            self.assertFalse(message["Cc"] or message["Bcc"])
            self.assertIn(order.name, message["Subject"])
            self.assertNotIn("1234567897", message.as_string())

    def test_a_whole_case_tells_nobody_twice(self):
        """Every state of every pipeline is entered, each twice by a double click."""
        keys = Counter()
        for sale_type, states in (
            ("adp", ("submitted", "approved", "delivered", "paid", "case_closed")),
            ("march_of_dimes", ("quote_submitted", "funding_approved", "project_complete")),
            ("odsp", ("submitted", "approved")),
            ("wsib", ("submitted", "approved")),
        ):
            order = self.new_case(sale_type)
            for state in states:
                for _click in range(2):
                    order.sudo().with_context(skip_status_validation=True).write(
                        {order._fc_status_field(): state}
                    )
            rows = self.env["fusion.claims.email.log"].search([("order_id", "=", order.id)])
            keys.update((order.id, row.key, row.recipient_email) for row in rows)
        self.assertEqual(set(keys.values()), {1})
        self.assertEqual(sum(self.post().values()), len(keys))
        self.assertEqual(self.post(), {})

    def test_signing_reaches_the_signer_and_the_office(self):
        sign_request, _token = self.sent()
        self.assertEqual(self.post(), {"clara@example.com": 1})
        self.assertIn("/page11/sign/", self.sink.messages[0].get_body(("html",)).get_content())
        sign_request._sign("Clara Client", make_signature(), consent=True)
        self.assertEqual(self.post(), {"clara@example.com": 1, "claims@example.com": 1})
        self.assertEqual(self.post(), {})

    def test_with_the_switch_off_nothing_leaves(self):
        for text in ("False", "off", None):
            self.env["ir.config_parameter"].search([("key", "=", GATE)]).unlink()
            if text:
                self.env["ir.config_parameter"].create({"key": GATE, "value": text})
            order = self.planned()
            order.action_fc_set_status("assessment_scheduled")
            sign_request, _token = self.sent()
            sign_request._sign("Clara Client", make_signature(), consent=True)
            self.env["sale.order"]._cron_claims_followups()
            self.env["fusion.page11.sign.request"]._cron_page11_requests()
            self.assertEqual((order.x_fc_adp_application_status, sign_request.state),
                             ("assessment_scheduled", "signed"))  # fmt: skip
            self.assertEqual(self.post(), {})

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_server_that_refuses_holds_up_no_case(self):
        order = self.planned()
        self.sink.refuse = "451 try later"
        order.action_fc_set_status("assessment_scheduled")
        self.assertEqual(self.post(), {})
        self.assertEqual(order.x_fc_adp_application_status, "assessment_scheduled")
        self.assertEqual(set(self.mails(order).mapped("state")), {"exception"})
        self.sink.refuse = ""
        self.mails(order).action_retry()
        self.assertEqual(self.post(), {"clara@example.com": 1, "olive@example.com": 1})
