from datetime import date
from decimal import Decimal

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..services.pricing import Terms
from ..services.simulation import Offer, Price, simulate
from .common import BillingCase, freeze_time

CENT = Decimal("0.01")


def offer(flat="10", value=1, unit="month", aggregation="sum", quota="100"):
    terms = Terms("standard", Decimal(quota), Decimal("0.50"), Decimal(1))
    price = Price("calls", aggregation, "none", 0, terms)
    return Offer(Decimal(flat), value, unit, (price,), CENT)


def run(plan, months, *usage):
    rows = simulate(plan, date(2026, 1, 1), months, {"calls": [Decimal(one) for one in usage]})
    return [(float(flat), float(used)) for flat, used in rows]


@tagged("post_install", "-at_install")
class TestSimulation(BillingCase):
    def test_each_month_costs_its_flat_price_and_its_usage(self):
        self.assertEqual(run(offer(), 3, 140, 90, 200), [(10, 20), (10, 0), (10, 50)])

    def test_a_longer_period_combines_its_months(self):
        quarter = offer(flat="27", value=3)
        self.assertEqual(run(quarter, 4, 50, 40, 40, 0), [(27, 0), (0, 0), (0, 15), (27, 0)])
        peak = offer(flat="27", value=3, aggregation="max")
        self.assertEqual(run(peak, 4, 50, 140, 40, 0)[2], (0, 20))
        last = offer(flat="27", value=3, aggregation="last")
        self.assertEqual(run(last, 4, 50, 140, 102, 0)[2], (0, 1))

    def test_a_shorter_period_has_its_days(self):
        # 31 days of 310 calls: 70 a week; four whole weeks end within January
        weekly = offer(flat="1", unit="week", quota="0")
        self.assertEqual(run(weekly, 1, 310), [(5, 4 * 35.0)])

    def test_two_plans_side_by_side(self):
        other = self.make_plan(self.maps, "maps-large", self.flat, 99)
        self.make_charge(plan_code="maps-large", included_quota=10_000_000)
        with Form(self.env["fusion.billing.simulation"]) as form:
            form.plan_id = self.plan
            form.other_plan_id = other
            form.date_start = date(2026, 1, 1)
            form.months = 3
            with form.usage_ids.edit(0) as line:
                line.quantity = 5_600_000
        wizard = form.record
        self.assertEqual(wizard.usage_ids.metric_id, self.calls)
        values = wizard._prepare_result()
        # 49 a month and 600,000 calls above the quota, 0.10 for each started 1,000: 60.00
        self.assertEqual(
            [[part[2].replace("\xa0", "") for part in parts] for _month, parts in values["rows"]],
            [["$109.00", "$99.00"]] * 3,
        )
        self.assertEqual(values["cheaper"], "maps-large")
        self.assertEqual(values["difference"].replace("\xa0", ""), "$30.00")
        self.assertIn("Sum before tax", wizard.result_html)

    def test_as_a_subscription_did(self):
        order = self.subscribe()
        self.push(5_000_000, "2026-05-10")
        self.push(100_000, "2026-05-20")
        self.push(5_000_000, "2026-06-03")
        with freeze_time("2026-07-15"):
            wizard = self.env["fusion.billing.simulation"].create(
                {"plan_id": self.plan.id, "subscription_id": order.id, "months": 3,
                 "date_start": "2026-08-01"}
            )  # fmt: skip
            self.assertEqual(
                wizard._get_usage(),
                {"map_calls": [Decimal(0), Decimal(5_100_000), Decimal(5_000_000)]},
            )
            rows = wizard._simulate(self.plan, wizard._get_usage())
        self.assertEqual([float(used) for _flat, used in rows], [0, 10, 0])

    def test_nothing_is_shown_before_a_plan_is_chosen(self):
        self.assertFalse(self.env["fusion.billing.simulation"].new({}).result_html)

    def test_growth(self):
        wizard = self.env["fusion.billing.simulation"].create(
            {"plan_id": self.plan.id, "months": 3, "date_start": "2026-01-01",
             "usage_ids": [Command.create(
                 {"metric_id": self.calls.id, "quantity": 100, "growth": 10}
             )]}
        )  # fmt: skip
        self.assertEqual(
            wizard._get_usage()["map_calls"], [Decimal(100), Decimal(110), Decimal(121)]
        )

    def test_two_currencies_do_not_compare(self):
        other = self.make_plan(
            self.maps, "maps-eur", self.flat, 9, currency_id=self.setup_other_currency("EUR").id
        )
        with self.assertRaisesRegex(ValidationError, "one currency"):
            self.env["fusion.billing.simulation"].create(
                {"plan_id": self.plan.id, "other_plan_id": other.id}
            )
