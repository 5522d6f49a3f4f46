from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubscriptionCase


@tagged("post_install", "-at_install")
class TestPlan(SubscriptionCase):
    def test_the_period_in_words(self):
        plan = self.env["sale.subscription.plan"]
        for value, unit, expected in [
            (1, "week", "Weekly"), (1, "month", "Monthly"), (1, "year", "Yearly"),
            (3, "month", "3 months"), (2, "week", "2 weeks"), (5, "year", "5 years"),
        ]:  # fmt: skip
            found = plan.new({"billing_period_value": value, "billing_period_unit": unit})
            self.assertEqual(found.billing_period_display, expected)

    def test_a_plan_recurs_every_one_or_more_periods(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.month.billing_period_value = 0
            self.month.flush_recordset()

    def test_a_used_plan_is_not_deleted(self):
        self.make_order()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.month.unlink()
        self.assertTrue(self.month.exists())

    def test_a_confirmed_order_keeps_its_plan(self):
        order = self.start("2026-05-01")
        with self.assertRaisesRegex(UserError, "renew it instead"):
            order.plan_id = self.year
        self.assertEqual(order.plan_id, self.month)

    def test_an_order_without_a_plan_is_untouched(self):
        order = self.make_order(
            plan=self.env["sale.subscription.plan"], lines=[(self.setup_fee, 1)]
        )
        order.plan_id = False
        order.action_confirm()

        self.assertFalse(order.is_subscription)
        self.assertFalse(order.subscription_state)
        self.assertFalse(order.next_invoice_date)
        self.assertEqual(order.invoice_status, "to invoice")
        order._create_invoices()
        self.assertEqual(order.invoice_status, "invoiced")

    def test_a_recurring_product_without_a_plan_only_warns(self):
        order = self.make_order()
        self.assertFalse(order.lacks_plan)
        order.plan_id = False
        self.assertTrue(order.lacks_plan)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_plan_needs_a_recurring_product(self):
        order = self.make_order(lines=[(self.setup_fee, 1)])
        with self.assertRaisesRegex(UserError, "no subscription product"):
            order.action_confirm()
        self.assertEqual((order.state, order.subscription_state), ("draft", "1_draft"))

    def test_revenue_a_period_a_month_a_year(self):
        self.assertRecordValues(
            self.make_order(lines=[(self.hosting, 3), (self.setup_fee, 1)]),
            [{"recurring_total": 60, "recurring_monthly": 60, "recurring_yearly": 720}],
        )
        self.assertRecordValues(
            self.make_order(plan=self.year, lines=[(self.hosting, 5)]),
            [{"recurring_total": 100, "recurring_monthly": 8.33, "recurring_yearly": 100}],
        )
        weekly = self.month.copy({"billing_period_unit": "week"})
        self.assertRecordValues(
            self.make_order(plan=weekly),
            [{"recurring_total": 20, "recurring_monthly": 86.67, "recurring_yearly": 1040}],
        )

    def test_a_price_that_was_typed_is_kept(self):
        order = self.make_order()
        order.order_line.price_unit = 17.5
        order.order_line.product_uom_qty = 4
        order.action_confirm()
        self.assertEqual(order.order_line.price_unit, 17.5)

    def test_an_end_before_the_start_is_refused(self):
        order = self.make_order(start="2026-05-10")
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            order.end_date = "2026-05-09"
