from fractions import Fraction

from odoo.tests import new_test_user, tagged

from ..exceptions import BillingApiError
from ..models.sale_order_line import replay_proration
from ..services import pricing
from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestPlanChange(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.large_product = cls.make_product("Maps Large", 99, recurring_invoice=True)
        cls.large = cls.make_plan(cls.maps, "maps-large", cls.large_product, 99)
        cls.large_charge = cls.make_charge(
            plan_code="maps-large", included_quota=9_300_000, charge_model="standard"
        )
        cls.charge.included_quota = 3_100_000
        cls.order = cls.subscribe()

    def change(self, on, code="maps-large", **values):
        with freeze_time(f"{on} 16:00:00"):
            return self.maps._api_update_subscription(self.order, {"plan_code": code, **values})

    def bill(self, on):
        with freeze_time(f"{on} 16:00:00"):
            return self.order._create_recurring_invoice()

    def rate(self, on):
        return self.env["fusion.billing.usage"]._cron_rate_open_periods(moment(on))

    def history(self):
        return [
            (one.plan_code, str(one.date_start), str(one.date_end or ""))
            for one in self.order.x_fc_segment_ids
        ]

    def prorations(self):
        lines = self.order.order_line.filtered(lambda one: one.x_fc_usage_kind == "proration")
        return lines.mapped("price_unit")

    def test_a_dearer_plan_begins_at_once_and_is_prorated_by_days(self):
        self.bill("2026-05-01")
        self.change("2026-05-16")
        self.assertEqual(
            self.history(),
            [("maps-standard", "2026-05-01", "2026-05-16"), ("maps-large", "2026-05-16", "")],
        )
        # 16 of 31 days: 49 x 16/31 = 25.290, 99 x 16/31 = 51.096
        self.assertEqual(self.prorations(), [-25.29, 51.10])
        self.assertRecordValues(
            self.order,
            [{"x_fc_billing_plan_code": "maps-large", "recurring_total": 99,
              "plan_id": self.month.id, "start_date": moment("2026-05-01 00:00").date()}],
        )  # fmt: skip
        june = self.bill("2026-06-01")
        self.assertEqual(june.amount_untaxed, 124.81)  # 99 + 51.10 - 25.29
        self.assertEqual(june.amount_tax, 16.23)
        self.assertEqual(self.bill("2026-07-01").amount_untaxed, 99)

    def test_a_period_that_is_not_invoiced_is_invoiced_first(self):
        self.change("2026-05-16")
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 49)
        self.assertEqual(self.prorations(), [-25.29, 51.10])

    def test_the_first_day_of_a_period_is_the_new_plan_s(self):
        self.bill("2026-05-01")
        self.change("2026-05-01")
        self.assertEqual(self.history(), [("maps-large", "2026-05-01", "")])
        self.assertEqual(self.prorations(), [-49, 99])

    def test_usage_before_and_after_has_its_own_plan_s_charge(self):
        self.bill("2026-05-01")
        self.push(2_000_000, "2026-05-10")  # 500,000 above 3.1 M x 15/31
        self.push(5_000_000, "2026-05-20")  # 200,000 above 9.3 M x 16/31
        self.change("2026-05-16")
        self.assertEqual(self.rate("2026-05-31 12:00")["lines"], 0)
        self.assertEqual(self.rate("2026-06-01 12:00")["lines"], 2)
        usage = [line for line in self.usage_lines(self.order) if line[0] == "usage"]
        self.assertEqual(usage, [("usage", 50), ("usage", 20)])
        self.assertEqual(self.rate("2026-06-02 12:00")["lines"], 0)
        first = self.order.order_line.filtered(lambda one: one.x_fc_usage_kind == "usage")[0]
        found = first._fc_explain_usage()
        self.assertEqual(found["result"], 50)
        self.assertEqual(
            [step["value"] for step in found["steps"]],
            ["2000000", "2000000", "3100000", "15/31", "1500000", "500000", "0.1", "50.000000",
             "50.00"],
        )  # fmt: skip

    def test_a_quota_that_is_not_prorated_stays_whole(self):
        (self.charge | self.large_charge).prorate_quota = False
        self.push(3_200_000, "2026-05-10")
        self.change("2026-05-16")
        self.rate("2026-06-01 12:00")
        self.assertIn(("usage", 10), self.usage_lines(self.order))

    def test_largest_and_latest_counters_are_those_of_each_plan(self):
        (self.charge | self.large_charge).write({"included_quota": 0, "unit_batch": 1})
        (self.charge | self.large_charge).price_per_unit = 1
        for quantity, day in ((70, "2026-05-10"), (40, "2026-05-12"), (20, "2026-05-20")):
            self.push(quantity, day)
        self.change("2026-05-16")
        for aggregation, first in (("max", 70), ("last", 40)):
            self.calls.aggregation = aggregation
            self.rate("2026-06-01 12:00")
            usage = [line for line in self.usage_lines(self.order) if line[0] == "usage"]
            self.assertEqual(usage, [("usage", first), ("usage", 20)], aggregation)

    def test_the_running_period_shows_both_plans_and_the_quota_of_days(self):
        self.push(2_000_000, "2026-05-10")
        self.change("2026-05-16")
        found = self.maps._api_current_usage(self.order, moment("2026-05-20 12:00"))
        self.assertEqual(
            [(row["included_quota"], row["amount_cents"]) for row in found["charges_usage"]],
            [("1500000.000000", 5000), ("4800000.000000", 0)],
        )

    def test_a_cheaper_plan_waits_for_the_period_s_end(self):
        self.change("2026-05-10")
        small = self.make_plan(self.maps, "maps-small", self.flat, 9)
        self.bill("2026-05-10")
        self.change("2026-05-12", small.code)
        with freeze_time("2026-05-12 16:00:00"):
            values = self.order._fc_api_values()
        self.assertEqual(
            [values[key] for key in ("plan_code", "next_plan_code", "plan_change_date",
                                     "previous_plan_code")],
            ["maps-large", "maps-small", "2026-06-01", "maps-standard"],
        )  # fmt: skip
        self.change("2026-05-13", small.code)  # again: nothing changes
        self.assertEqual(len(self.order.x_fc_segment_ids), 3)
        before = self.prorations()
        june = self.bill("2026-06-01")
        flat = june.invoice_line_ids.filtered(lambda line: line.product_id == self.flat)
        self.assertEqual(flat.price_subtotal, 9)
        self.assertEqual(self.prorations(), before)
        self.assertEqual(self.order.x_fc_billing_plan_code, "maps-small")
        with freeze_time("2026-06-02 16:00:00"):
            self.assertIsNone(self.order._fc_api_values()["next_plan_code"])

    def test_a_change_to_come_is_put_in_force_by_the_hourly_run_and_told_once(self):
        self.maps.webhook_url = "https://app.example.com/hook"
        self.bill("2026-05-01")
        self.change("2026-05-10", change_at="period_end")
        with freeze_time("2026-05-31 16:00:00"):
            self.rate("2026-05-31 16:00")
            self.assertEqual(self.order.x_fc_billing_plan_code, "maps-standard")
        with freeze_time("2026-06-01 16:00:00"):
            self.rate("2026-06-01 16:00")
            self.rate("2026-06-01 17:00")
        self.assertEqual(self.order.x_fc_billing_plan_code, "maps-large")
        events = self.env["fusion.billing.webhook"].search([]).mapped("event_type")
        self.assertEqual(events.count("subscription.updated"), 2)  # scheduled, in force

    def test_the_preview_shows_the_plan_to_come(self):
        self.bill("2026-05-01")
        self.change("2026-05-10", change_at="period_end")
        with freeze_time("2026-05-20 16:00:00"):
            shown = self.order._fc_preview_invoice()
        self.assertEqual(shown["fees_amount_cents"], 9900)
        self.assertEqual(self.order.x_fc_billing_plan_code, "maps-standard")

    def test_a_salesperson_without_billing_rights_invoices_all_of_it(self):
        self.bill("2026-05-01")
        self.push(5_000_000, "2026-05-20")
        self.change("2026-05-10", change_at="period_end")
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self.order.user_id = seller
        with freeze_time("2026-06-01 16:00:00"):
            move = self.order.with_user(seller)._create_invoices()
        # 99 for June; 1,900,000 calls above May's quota, each started thousand 0.10
        self.assertEqual(sum(move.sudo().invoice_line_ids.mapped("price_subtotal")), 289)

    def test_a_change_to_come_is_not_put_in_force_after_the_end(self):
        self.bill("2026-05-01")
        self.change("2026-05-10", change_at="period_end")
        with freeze_time("2026-05-20 16:00:00"):
            self.order.set_close()
        self.rate("2026-06-02 12:00")
        self.order._fc_apply_due_plans(moment("2026-06-02 12:00").date())
        self.assertEqual(self.order.x_fc_billing_plan_code, "maps-standard")

    def test_a_change_to_come_is_cancelled(self):
        self.change("2026-05-10", change_at="period_end")
        with freeze_time("2026-05-11 16:00:00"):
            self.maps._api_update_subscription(self.order, {"cancel_scheduled_change": True})
        self.assertEqual(self.history(), [("maps-standard", "2026-05-01", "")])
        self.bill("2026-05-11")
        self.assertEqual(self.bill("2026-06-01").amount_untaxed, 49)

    def test_another_recurrence_begins_at_the_period_s_end_with_its_own_periods(self):
        year = self.env.ref("sale_subscription.subscription_plan_year")
        self.make_plan(self.maps, "maps-year", self.large_product, 990, plan_id=year.id)
        self.make_charge(plan_code="maps-year", plan_id=year.id, included_quota=0)
        self.bill("2026-05-01")
        with self.assertRaises(BillingApiError) as caught:
            self.change("2026-05-10", "maps-year", change_at="now")
        self.assertEqual(caught.exception.details, {"subscription.change_at": ["value_is_invalid"]})
        self.push(3_200_000, "2026-05-20")
        self.change("2026-05-21", "maps-year")
        june = self.bill("2026-06-01")
        self.assertEqual(june.amount_untaxed, 1000)  # 990, and May's usage at May's price
        self.assertEqual(
            (str(self.order.next_invoice_date), self.order.plan_id), ("2027-06-01", year)
        )
        with freeze_time("2026-06-05 16:00:00"):
            start, end = self.order._fc_billing_period()
            values = self.order._fc_api_values()
        self.assertEqual((start, end), (moment("2026-06-01 04:00"), moment("2027-06-01 04:00")))
        self.assertEqual(values["started_at"], "2026-05-01T04:00:00Z")

    def test_wrong_changes(self):
        eur = self.setup_other_currency("EUR")
        self.make_plan(self.maps, "maps-euro", self.flat, 40, currency_id=eur.id)
        for values, code in (
            ({"plan_code": "nothing"}, "plan_not_found"),
            ({"plan_code": "maps-euro"}, "currency_mismatch"),
            ({"change_at": "soon"}, "validation_errors"),
            ({"ending_at": "2026-04-01"}, "validation_errors"),
            ({"ending_at": []}, "validation_errors"),
        ):
            with self.subTest(values=values), self.assertRaises(BillingApiError) as caught:
                self.change(
                    "2026-05-10", **{"code": values.pop("plan_code", "maps-large")}, **values
                )
            self.assertEqual((caught.exception.status, caught.exception.code), (422, code))
        self.assertFalse(self.order.x_fc_segment_ids)
        self.order.pause_subscription()
        with self.assertRaises(BillingApiError) as caught:
            self.change("2026-05-10")
        self.assertEqual(caught.exception.code, "subscription_paused")

    def test_name_and_end(self):
        with freeze_time("2026-05-10 16:00:00"):
            update = self.maps._api_update_subscription
            update(self.order, {"name": "web-02", "ending_at": "2026-08-01"})
            self.assertEqual(str(self.order.end_date), "2026-08-01")
            update(self.order, {"ending_at": None})
        self.assertEqual((self.order.client_order_ref, self.order.end_date), ("web-02", False))
        self.assertFalse(self.order.x_fc_segment_ids)

    def test_credit_and_charge_of_every_day_add_up_to_the_full_price(self):
        # the old plan's days and the new plan's days of one price are the whole price, to the cent
        for length in (28, 29, 30, 31, 365, 366):
            for rest in range(length + 1):
                share = Fraction(rest, length)
                facts = [{"flat": "49.99", "share": str(part)} for part in (share, 1 - share)]
                cents = pricing.to_decimal("0.01")
                total = sum(replay_proration(one, cents) for one in facts)
                self.assertLessEqual(abs(total - pricing.to_decimal("49.99")), cents)
                self.assertEqual(
                    replay_proration({"flat": "49.99", "share": str(-share)}, cents),
                    -replay_proration(facts[0], cents),
                )

    def test_a_proration_line_explains_itself(self):
        self.bill("2026-05-01")
        self.change("2026-05-16")
        lines = self.order.order_line.filtered(lambda one: one.x_fc_usage_kind == "proration")
        found = lines[0]._fc_explain_usage()
        self.assertEqual(found["result"], -25.29)
        self.assertEqual([step["value"] for step in found["steps"]], ["49", "-16/31", "-25.29"])
