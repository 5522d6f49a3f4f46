from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestRating(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe()

    def rate(self, on="2026-06-01 12:00"):
        return self.env["fusion.billing.usage"]._cron_rate_open_periods(moment(on))

    def test_a_closed_period_becomes_one_line_once(self):
        self.push(3_000_000, "2026-05-02")
        self.push(2_001_500, "2026-05-20")
        self.assertEqual(self.rate("2026-05-25 12:00")["lines"], 0)
        self.assertEqual(self.usage_lines(self.order), [])

        self.assertEqual(
            self.rate(), {"subscriptions": 1, "lines": 1, "adjustments": 0, "failed": []}
        )
        self.assertEqual(self.usage_lines(self.order), [("usage", 0.20)])
        line = self.order.order_line.filtered("x_fc_usage_kind")
        self.assertEqual(line.tax_ids, self.hst)
        self.assertEqual(
            line.name,
            "Map calls, 05/01/2026 to 05/31/2026: 5,001,500 calls, 5,000,000 included, "
            "1,500 billed",
        )
        self.assertEqual(self.rate()["lines"], 0)
        self.assertEqual(len(self.usage_lines(self.order)), 1)

    def test_the_invoice_bills_the_coming_period_and_the_usage_of_the_closed_one(self):
        with freeze_time("2026-05-01 16:00:00"):
            self.order._create_recurring_invoice()
        self.push(5_100_000, "2026-05-20")
        with freeze_time("2026-06-01 16:00:00"):
            move = self.order._create_recurring_invoice()
        # 49 for June, 100 started thousands at 0.10 for May
        self.assertRecordValues(move, [{"amount_untaxed": 59, "amount_tax": 7.67}])
        self.assertEqual(move.x_fc_billing_service_id, self.maps)
        self.assertEqual(self.rate("2026-06-02 12:00")["lines"], 0)

    def test_usage_belongs_to_the_period_of_its_start(self):
        row = {
            "period_start": "2026-05-31T23:00:00-04:00",
            "period_end": "2026-06-01T01:00:00-04:00",
        }
        self.push(5_001_000, on="2026-06-02", **row)
        self.rate()
        line = self.order.order_line.filtered("x_fc_usage_kind")
        self.assertEqual(line.x_fc_usage_period_start, moment("2026-05-01 04:00"))

    def test_nothing_above_the_quota_is_no_line(self):
        self.push(4_000_000)
        self.assertEqual(self.rate()["lines"], 0)
        self.assertEqual(self.usage_lines(self.order), [])
        self.env["ir.config_parameter"].set_param("fusion_billing.show_zero_usage_lines", "True")
        self.rate()
        self.assertEqual(self.usage_lines(self.order), [("usage", 0)])

    def test_a_correction_before_the_invoice_changes_or_removes_the_line(self):
        self.push(5_002_000, idempotency_key="k")
        self.rate()
        self.assertEqual(self.usage_lines(self.order), [("usage", 0.20)])
        self.push(5_003_000, idempotency_key="k")
        self.rate()
        self.assertEqual(self.usage_lines(self.order), [("usage", 0.30)])
        self.push(1, idempotency_key="k")
        self.rate()
        self.assertEqual(self.usage_lines(self.order), [])

    def test_late_usage_is_an_adjustment_to_the_cent(self):
        self.push(5_100_000, idempotency_key="k")
        with freeze_time("2026-06-01 16:00:00"):
            self.order._create_recurring_invoice()
        self.push(5_150_000, on="2026-06-03", idempotency_key="k")
        self.assertEqual(self.rate("2026-06-03 18:00")["adjustments"], 1)
        self.assertEqual(self.usage_lines(self.order), [("usage", 10), ("adjustment", 5)])
        with freeze_time("2026-07-01 16:00:00"):
            move = self.order._create_recurring_invoice()
        self.assertEqual(move.amount_untaxed, 54)

        self.push(5_120_000, on="2026-07-02", idempotency_key="k")
        self.rate("2026-07-02 18:00")
        self.assertEqual(
            self.usage_lines(self.order), [("usage", 10), ("adjustment", 5), ("adjustment", -3)]
        )

    def test_usage_that_comes_too_late_is_kept_and_not_billed(self):
        self.push(5_100_000, idempotency_key="k")
        with freeze_time("2026-06-01 16:00:00"):
            self.order._create_recurring_invoice()
        self.push(5_900_000, on="2026-08-03", idempotency_key="k")
        self.assertEqual(self.rate("2026-08-03 18:00")["adjustments"], 0)
        self.assertEqual(self.usage_lines(self.order), [("usage", 10)])

    def test_a_negative_total_becomes_a_credit_note(self):
        self.plan.product_id.list_price = 0
        self.order.order_line.price_unit = 1
        self.push(5_100_000, idempotency_key="k")
        with freeze_time("2026-06-01 16:00:00"):
            self.order._create_recurring_invoice()
        self.push(1, on="2026-06-03", idempotency_key="k")
        with freeze_time("2026-07-01 16:00:00"):
            move = self.order._create_recurring_invoice()
        self.assertRecordValues(move, [{"move_type": "out_refund", "amount_untaxed": 9}])

    def test_no_plan_pays_for_another_one_of_the_same_recurrence(self):
        large = self.make_plan(self.maps, "maps-large", self.flat, 99)
        self.maps._api_upsert_customer({"external_id": "u-2", "name": "Other"})
        other = self.subscribe("s-2", external_customer_id="u-2", plan_code=large.code)
        self.push(9_000_000, external_subscription_id="s-2")
        self.rate()
        self.assertEqual(self.usage_lines(other), [])

    def test_a_shadow_is_never_rated_and_never_confirmed(self):
        self.push(9_000_000)
        self.order.x_fc_shadow = True
        self.assertEqual(self.rate()["subscriptions"], 0)
        self.assertEqual(self.usage_lines(self.order), [])
        shadow = self.order.copy({"x_fc_shadow": True})
        with self.assertRaisesRegex(UserError, "shadow copy"):
            shadow.action_confirm()

    def test_one_that_fails_stops_no_other(self):
        self.maps._api_upsert_customer({"external_id": "u-2", "name": "Other"})
        bad = self.subscribe("s-2", external_customer_id="u-2")
        for name in ("s-1", "s-2"):
            self.push(5_001_000, external_subscription_id=name)
        bad.locked = True
        bad.order_line.product_id.active = True
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'xx_XX' WHERE id = %s", [bad.partner_id.id]
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.fusion_base.tools.batch"):
            result = self.rate()
            self.rate()
        self.assertEqual(self.usage_lines(self.order), [("usage", 0.10)])
        if result["failed"]:
            self.assertEqual(result["failed"], [bad.id])
            self.assertEqual(len(bad.activity_ids), 1)

    def test_another_currency_is_not_rated_but_told(self):
        self.push(5_001_000)
        self.charge.currency_id = self.setup_other_currency("EUR")
        self.rate()
        self.rate()
        self.assertEqual(self.usage_lines(self.order), [])
        self.assertEqual(self.order.activity_ids.mapped("summary"), ["Usage could not be rated"])

    def test_aggregations(self):
        for number, day in ((10, "2026-05-02"), (40, "2026-05-09"), (20, "2026-05-16")):
            self.push(number, day)
        self.charge.write({"included_quota": 0, "unit_batch": 1, "price_per_unit": 1})
        for aggregation, amount in (("sum", 70), ("max", 40), ("last", 20)):
            self.calls.aggregation = aggregation
            self.rate()
            self.assertEqual(self.usage_lines(self.order), [("usage", amount)], aggregation)

    def test_ending_now_closes_the_period_and_bills_it(self):
        self.push(5_100_000, "2026-05-02")
        with freeze_time("2026-05-10 16:00:00"):
            self.maps._api_terminate_subscription(self.order)
            self.maps._api_terminate_subscription(self.order)
        usage = self.order.invoice_ids.invoice_line_ids.filtered("sale_line_ids.x_fc_usage_kind")
        self.assertEqual(usage.price_subtotal, 10)
        self.assertEqual(self.order.subscription_state, "6_churn")
        self.assertEqual(len(self.order.invoice_ids), 1)

    def test_statements_of_a_run_that_changes_nothing(self):
        def cost(count):
            for number in range(count):
                name = f"c{count}-{number}"
                self.subscribe(name)
                self.push(5_001_000, external_subscription_id=name)
            self.rate()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.rate()
            return self.cr.sql_log_count - before

        cost(1)
        few, many = cost(3), cost(12)
        self.assertLessEqual(many, 15)
        self.assertLessEqual(many, few)
