from odoo.tests import tagged

from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestTermination(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe()

    def bill(self, on):
        with freeze_time(f"{on} 16:00:00"):
            return self.order._create_recurring_invoice()

    def end(self, on, **values):
        with freeze_time(f"{on} 16:00:00"):
            return self.maps._api_terminate_subscription(self.order, **values)

    def notes(self):
        return self.env["account.move"].search(
            [("move_type", "=", "out_refund"), ("x_fc_billing_service_id", "=", self.maps.id)]
        )

    def test_unused_days_are_credited_with_their_tax_and_lower_what_is_open(self):
        may = self.bill("2026-05-01")
        self.end("2026-05-10")
        # 21 days after the 10th of 31: 49 x 21/31 = 33.19, and 13 %
        self.assertRecordValues(
            self.notes(),
            [{"amount_untaxed": 33.19, "amount_tax": 4.31, "reversed_entry_id": may.id}],
        )
        self.assertEqual(may.amount_residual, 17.87)  # 55.37 - 37.50
        self.assertFalse(self.notes().invoice_line_ids.sale_line_ids)
        self.end("2026-05-11")
        self.assertEqual(len(self.notes()), 1)

    def test_no_credit_when_it_is_not_asked_for(self):
        self.bill("2026-05-01")
        self.end("2026-05-10", on_termination_credit_note="skip")
        self.assertFalse(self.notes())

    def test_the_last_day_of_a_period_leaves_nothing_to_credit(self):
        self.bill("2026-05-01")
        self.end("2026-05-31")
        self.assertFalse(self.notes())

    def test_what_was_not_invoiced_is_invoiced_first(self):
        self.push(5_100_000, "2026-05-02")
        self.end("2026-05-10")
        move = self.order.invoice_ids
        self.assertEqual(move.amount_untaxed, 59)  # May, and 100 started thousands
        self.assertEqual(self.notes().amount_untaxed, 33.19)

    def test_skip_bills_nothing_now_or_later(self):
        self.push(5_100_000, "2026-05-02")
        self.end("2026-05-10", on_termination_invoice="skip")
        self.env["fusion.billing.usage"]._cron_rate_open_periods(moment("2026-06-01 12:00"))
        self.assertFalse(self.order.invoice_ids)

    def test_an_end_by_its_date_is_billed_by_the_hourly_run(self):
        self.bill("2026-05-01")
        self.push(5_100_000, "2026-05-20")
        self.end("2026-05-21", at="period_end")
        self.assertEqual(str(self.order.end_date), "2026-06-01")
        with freeze_time("2026-06-01 16:00:00"):
            self.env["sale.order"]._cron_subscription_expiration()
            self.env["fusion.billing.usage"]._cron_rate_open_periods()
            self.env["fusion.billing.usage"]._cron_rate_open_periods()
        self.assertEqual(self.order.subscription_state, "6_churn")
        self.assertEqual(self.order.invoice_ids.mapped("amount_untaxed"), [49, 10])
        self.assertFalse(self.notes())

    def test_the_credit_of_a_paid_invoice_pays_the_customer_s_next_one(self):
        may = self.bill("2026-05-01")
        with freeze_time("2026-05-02 16:00:00"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=may.ids
            ).create({})._create_payments()
        self.end("2026-05-10")
        self.assertEqual(self.notes().amount_residual, 37.50)
        other = self.subscribe("s-2", on="2026-05-11")
        with freeze_time("2026-05-11 16:00:00"):
            move = other._create_recurring_invoice()
        self.assertEqual((move.amount_total, move.amount_residual), (55.37, 17.87))
        self.assertEqual(self.notes().amount_residual, 0)
