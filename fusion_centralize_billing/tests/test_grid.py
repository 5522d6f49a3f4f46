"""Every combination of what a price depends on, against an oracle in exact fractions.

The axes are read from the fields' own selections: a new value without an oracle here fails.
"""

import itertools
from datetime import timedelta
from fractions import Fraction

from odoo.tests import tagged

from .. import const
from ..models.sale_order_plan import Stretch
from ..models.sale_order_rating import LinePlan
from .common import BillingCase, freeze_time

TIERS = ((100, "0.50", "2"), (400, "0.25", "0"), (0, "0.10", "7"))
PRICE, BATCH = "0.35", 20
COUNTERS = ((120, "a"), (75.5, "b"), (310, "a"), (64, "c"))  # in the order of time


def half_up(value, step):
    step = Fraction(step)
    return Fraction(int(abs(value) / step + Fraction(1, 2))) * step * (1 if value >= 0 else -1)


def standard(units):
    return units / BATCH * Fraction(PRICE)


def package(units):
    return -(-units // BATCH) * Fraction(PRICE)


def graduated(units):
    total, floor = Fraction(0), Fraction(0)
    for top, price, flat in TIERS:
        inside = min(units, Fraction(top)) - floor if top else units - floor
        if inside > 0:
            total += inside / BATCH * Fraction(price) + Fraction(flat)
        floor = Fraction(top)
    return total


def volume(units):
    if not units:
        return Fraction(0)
    _top, price, flat = next(tier for tier in TIERS if not tier[0] or units <= tier[0])
    return units / BATCH * Fraction(price) + Fraction(flat)


MODELS = {"standard": standard, "package": package, "graduated": graduated, "volume": volume}
AGGREGATIONS = {
    "sum": lambda rows: sum(Fraction(str(number)) for number, _value in rows),
    "max": lambda rows: max(Fraction(str(number)) for number, _value in rows),
    "last": lambda rows: Fraction(str(rows[-1][0])),
    "unique_count": lambda rows: Fraction(len({value for _number, value in rows})),
}
ROUNDINGS = {
    "none": lambda value: value,
    "ceil": lambda value: Fraction(-(-value // 1)),
    "floor": lambda value: Fraction(value // 1),
    "round": lambda value: half_up(value, 1),
}
#: {interval of the API: (unit, value)}
INTERVALS = {
    "weekly": ("week", 1),
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "semiannual": ("month", 6),
    "yearly": ("year", 1),
}
TAXES = {"HST": ("13",), "GST and QST": ("5", "9.975"), "GST": ("5",), "exempt": ()}
STEPS = {"CAD": "0.01", "JPY": "1"}
SPLIT_DAYS = 3  # the plan begins so many days into the period


@tagged("post_install", "-at_install")
class TestGrid(BillingCase):
    def values(self, model, field):
        return {value for value, _label in self.env[model]._fields[field].selection}

    def test_every_value_has_an_oracle(self):
        self.assertEqual(self.values("fusion.billing.charge", "charge_model"), set(MODELS))
        self.assertEqual(self.values("fusion.billing.metric", "aggregation"), set(AGGREGATIONS))
        self.assertEqual(self.values("fusion.billing.metric", "rounding"), set(ROUNDINGS))
        self.assertEqual(const.INTERVALS, {unit: name for name, unit in INTERVALS.items()})
        self.assertEqual(
            self.values("sale.subscription.plan", "billing_period_unit"),
            {unit for unit, _value in INTERVALS.values()},
        )

    def start_subscriptions(self):
        """:return: {interval: order with the counters on the fifth day of its period}"""
        found = {}
        for name, (unit, value) in INTERVALS.items():
            recurrence = self.env["sale.subscription.plan"].create(
                {"name": name, "billing_period_unit": unit, "billing_period_value": value}
            )
            self.make_plan(self.maps, f"grid-{name}", self.flat, 10, plan_id=recurrence.id)
            found[name] = self.subscribe(f"grid-{name}", plan_code=f"grid-{name}")
        for name, order in found.items():
            for number, (quantity, value) in enumerate(COUNTERS):
                self.push(
                    quantity, "2026-05-05", external_subscription_id=order.x_fc_billing_external_id,
                    unique_value=value, idempotency_key=f"{name}-{number}",
                    period_start=f"2026-05-05T{10 + number}:00:00-04:00",
                    period_end=f"2026-05-05T{10 + number}:30:00-04:00",
                )  # fmt: skip
        return found

    def make_charges(self):
        """:return: {(model, currency, quota, whether it is prorated): charge}"""
        tiers = [
            (0, 0, {"sequence": place, "up_to": top, "price_per_unit": price, "flat_amount": flat})
            for place, (top, price, flat) in enumerate(TIERS)
        ]
        currencies = {name: self.setup_other_currency(name) for name in STEPS if name != "CAD"}
        currencies["CAD"] = self.env.ref("base.CAD")
        found = {}
        for cell in itertools.product(MODELS, STEPS, (0, 90), (True, False)):
            model, currency, quota, prorates = cell
            found[cell] = self.make_charge(
                name="Grid", plan_id=False, plan_code="grid", charge_model=model,
                price_per_unit=float(PRICE), unit_batch=BATCH, included_quota=quota,
                prorate_quota=prorates, tier_ids=tiers, currency_id=currencies[currency].id,
            )  # fmt: skip
        return found

    def test_every_cell_costs_what_the_oracle_says(self):
        orders, charges = self.start_subscriptions(), self.make_charges()
        none, cells = self.env["sale.order.line"], 0
        for interval, order in orders.items():
            periods = order._fc_get_periods()
            start, end = periods.bound(0), periods.bound(1)
            split = periods.day(0) + timedelta(days=SPLIT_DAYS)
            late = Stretch(order.plan_id, "grid", split, None, periods)
            whole = Stretch(order.plan_id, "grid", None, None, periods)
            length = (periods.day(1) - periods.day(0)).days
            shares = {whole: Fraction(1), late: Fraction(length - SPLIT_DAYS, length)}
            for stretch, share in shares.items():
                begin, stop, found = stretch.cut(start, end)
                self.assertEqual(found, share)
                window = (order.id, self.calls.id, begin, stop)
                counters = self.env["fusion.billing.usage"]._fc_aggregate([window])[window]
                for aggregation, rounding in itertools.product(AGGREGATIONS, ROUNDINGS):
                    self.calls.write({"aggregation": aggregation, "rounding": rounding})
                    quantity = ROUNDINGS[rounding](AGGREGATIONS[aggregation](COUNTERS))
                    for (model, currency, quota, prorates), charge in charges.items():
                        order.currency_id = charge.currency_id
                        plan = LinePlan(charge, begin, stop, counters, none, order, share)
                        included = half_up(quota * (share if prorates else 1), "0.000001")
                        units = max(quantity - included, Fraction(0))
                        precise = half_up(MODELS[model](units), "0.000001")
                        cell = (interval, share, aggregation, rounding, model, currency, quota)
                        self.assertEqual(Fraction(plan.units), units, cell)
                        self.assertEqual(Fraction(plan.precise), precise, cell)
                        self.assertEqual(
                            Fraction(plan.total), half_up(precise, STEPS[currency]), cell
                        )
                        cells += 1
        self.assertEqual(cells, 5 * 2 * 4 * 4 * 4 * 2 * 2 * 2)

    def make_tax(self, name, rates):
        taxes = self.env["account.tax"].create(
            [
                {"name": f"{name} {rate}", "amount": float(rate), "amount_type": "percent",
                 "type_tax_use": "sale"}
                for rate in rates
            ]
        )  # fmt: skip
        if len(taxes) < 2:
            return taxes
        return self.env["account.tax"].create(
            {"name": name, "amount_type": "group", "type_tax_use": "sale",
             "children_tax_ids": [(6, 0, taxes.ids)]}
        )  # fmt: skip

    def test_the_books_hold_each_tax_to_the_cent(self):
        """Flat price, usage and proration of one invoice, by kind of tax: what the customer owes,
        what is revenue and what is owed to each government."""
        for number, (name, rates) in enumerate(TAXES.items()):
            tax = self.make_tax(name, rates)
            (self.flat | self.overage).taxes_id = [(6, 0, tax.ids)]
            order = self.subscribe(f"tax-{number}")
            self.push(5_100_000, external_subscription_id=f"tax-{number}")  # 10.00
            move = self.bill(order, "2026-05-01")
            june = self.bill(order, "2026-06-01")
            for bill, untaxed in ((move, 49), (june, 59)):
                expected = {rate: half_up(untaxed * Fraction(rate) / 100, "0.01") for rate in rates}
                lines = bill.line_ids
                found = {
                    line.tax_line_id.amount: Fraction(str(line.credit))
                    for line in lines.filtered("tax_line_id")
                }
                self.assertEqual(found, {float(rate): amount for rate, amount in expected.items()})
                income = lines.filtered(lambda line: line.display_type == "product")
                self.assertEqual(sum(income.mapped("credit")), untaxed, name)
                owed = lines.filtered(lambda line: line.account_type == "asset_receivable")
                self.assertEqual(
                    Fraction(str(sum(owed.mapped("debit")))), untaxed + sum(expected.values()), name
                )
                self.assertAlmostEqual(sum(lines.mapped("balance")), 0, 2)

    def bill(self, order, on):
        with freeze_time(f"{on} 16:00:00"):
            return order._create_recurring_invoice()
