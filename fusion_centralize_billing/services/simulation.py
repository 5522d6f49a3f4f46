"""What a plan would cost month by month: the engine's own prices, without a subscription."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .period import Periods
from .pricing import bill, round_quantity, round_to


@dataclass(frozen=True)
class Price:
    """One charge of a plan: how its metric is counted, and the charge's ``pricing.Terms``."""

    metric: str
    aggregation: str
    rounding: str
    decimals: int
    terms: object


@dataclass(frozen=True)
class Offer:
    """A plan: ``flat`` for a period of ``value`` x ``unit``, in a currency of step ``step``."""

    flat: Decimal
    value: int
    unit: str
    prices: tuple
    step: Decimal


def combine(aggregation, quantities):
    """:return: one period's quantity from its parts; heads cannot be told apart, so of counted ones
    the largest part stands for all"""
    if not quantities:
        return Decimal(0)
    if aggregation == "sum":
        return sum(quantities, Decimal(0))
    return quantities[-1] if aggregation == "last" else max(quantities)


def simulate(offer, start, months, usage):
    """What each month from ``start`` on costs: flat prices count where their period begins, usage
    where its period ends, so that every day that is used is paid within the table.

    :param start: date on which month 0 and the first period begin
    :param months: number of months
    :param usage: {metric: [Decimal of each month]}; the quantity of a shorter period is its part by
        days, that of a longer one is combined from its months
    :return: [(flat, usage)], Decimals before tax, one for each month
    """
    calendar = Periods(start, 1, "month", "UTC")
    periods = Periods(start, offer.value, offer.unit, "UTC")
    last = calendar.day(months)
    rows = [[Decimal(0), Decimal(0)] for _month in range(months)]
    number = 0
    while (begin := periods.day(number)) < last:
        end = periods.day(number + 1)
        rows[calendar.number_on(begin)][0] += offer.flat
        if end <= last:
            month = calendar.number_on(end - timedelta(days=1))
            rows[month][1] += _usage(offer, calendar, begin, end, usage)
        number += 1
    return [tuple(row) for row in rows]


def _usage(offer, calendar, begin, end, usage):
    total = Decimal(0)
    for price in offer.prices:
        parts = []
        for month, quantity in enumerate(usage.get(price.metric, ())):
            first, after = calendar.day(month), calendar.day(month + 1)
            days = (min(end, after) - max(begin, first)).days
            if days > 0:
                is_part = price.aggregation == "sum" and days < (after - first).days
                parts.append(quantity * days / (after - first).days if is_part else quantity)
        quantity = combine(price.aggregation, parts)
        quantity = round_quantity(quantity, price.rounding, price.decimals)
        _units, amount = bill(quantity, price.terms)
        total += round_to(amount, offer.step)
    return total
