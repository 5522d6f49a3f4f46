from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SubscriptionCase, day, freeze_time


@tagged("post_install", "-at_install")
class TestPayment(SubscriptionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", cls.env.company.id)], limit=1
        )
        if not cls.provider:
            base = cls.env.ref("payment.payment_provider_demo")
            cls.provider = base.copy({"company_id": cls.env.company.id})
        cls.provider.write({"state": "test", "allow_tokenization": True})

    def make_token(self, state, partner=None):
        return self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_card").id,
                "partner_id": (partner or self.customer).id,
                "payment_details": "4242",
                "provider_ref": f"demo {state}",
                "demo_simulated_state": state,
            }
        )

    def start_with(self, state):
        token = self.make_token(state)
        order = self.start("2026-05-01", payment_token_id=token.id)
        self.run_on("2026-05-01")
        return order

    def test_a_good_card_pays(self):
        order = self.start_with("done")
        self.assertIn(order.invoice_ids.payment_state, ("paid", "in_payment"))
        self.assertEqual(order.invoice_ids.amount_residual, 0)
        self.assertEqual(order.invoice_ids.transaction_ids.operation, "offline")
        self.assertFalse(order.payment_exception)

    def test_a_declined_card_stops_the_automatic_run_once(self):
        order = self.start_with("error")
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(order.invoice_ids.payment_state, "not_paid")
        self.assertTrue(order.payment_exception)
        self.assertEqual(order.activity_ids.mapped("summary"), ["A saved card was declined"])
        mails = self.env["mail.mail"].search([("subject", "like", "We could not charge")])
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails.recipient_ids, self.customer)

        self.run_on("2026-06-01")
        self.assertEqual(len(order.invoice_ids), 1)
        order.action_clear_exception()
        order.payment_token_id = self.make_token("done")
        self.run_on("2026-06-01")
        self.assertEqual(len(order.invoice_ids), 2)
        self.assertEqual(order.next_invoice_date, day("2026-07-01"))

    def test_a_pending_charge_is_left_alone(self):
        order = self.start_with("pending")
        transaction = order.invoice_ids.transaction_ids
        self.assertEqual(transaction.state, "pending")
        self.assertFalse(order.payment_exception)
        self.assertFalse(order._charge_invoice(order.invoice_ids))
        self.assertEqual(order.invoice_ids.transaction_ids, transaction)

    def test_a_charge_that_was_only_written_down_is_sent_under_its_reference(self):
        order = self.start("2026-05-01", payment_token_id=self.make_token("done").id)
        with freeze_time("2026-05-01 16:00:00"):
            order._invoice_missed_periods(order)
        transaction = order.invoice_ids.transaction_ids
        self.assertEqual(transaction.state, "draft")
        self.assertEqual(order._find_or_create_charge(order.invoice_ids), transaction)

        self.env["sale.order"]._charge_waiting_invoices()

        self.assertEqual(transaction.state, "done")
        self.assertEqual(order.invoice_ids.transaction_ids, transaction)

    def test_without_a_card_nothing_is_charged(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        self.assertFalse(order.invoice_ids.transaction_ids)

    def test_a_card_of_somebody_else_is_refused(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(ValidationError, "another customer"):
            self.make_order(payment_token_id=self.make_token("done", stranger).id)
        contact = self.env["res.partner"].create(
            {"name": "Bookkeeper", "parent_id": self.customer.id}
        )
        order = self.make_order(payment_token_id=self.make_token("done", contact).id)
        self.assertTrue(order.payment_token_id)
