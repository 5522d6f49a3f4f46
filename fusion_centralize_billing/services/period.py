"""Billing periods: local midnights, counted from an anchor, as naive UTC."""

from datetime import datetime, time
from fractions import Fraction

import pytz
from dateutil.relativedelta import relativedelta

MONTHS = {"week": Fraction(12, 52), "month": Fraction(1), "year": Fraction(12)}
UNITS = {"week": "weeks", "month": "months", "year": "years"}
DAYS = {"week": 7, "month": 28, "year": 365}  # the least that a unit lasts


class Periods:
    """:param anchor: date on which period 0 begins
    :param value: number of units of a period
    :param unit: ``week``, ``month`` or ``year``
    :param timezone: name of the zone whose midnights are the bounds
    """

    def __init__(self, anchor, value, unit, timezone):
        self.anchor = anchor
        self.value = value
        self.unit = unit
        self.zone = pytz.timezone(timezone)

    def day(self, number):
        """:return: first day of a period; 31 January gives 28 February, then 31 March"""
        return self.anchor + relativedelta(**{UNITS[self.unit]: self.value * number})

    def bound(self, number):
        """:return: naive UTC of the local midnight that begins a period"""
        return midnight(self.day(number), self.zone)

    def number_at(self, moment):
        """:return: number of the period of a naive UTC moment, below 0 before the anchor"""
        begin = self.bound(0)
        number = (moment - begin).days // (DAYS[self.unit] * self.value)
        while self.bound(number) > moment:
            number -= 1
        while self.bound(number + 1) <= moment:
            number += 1
        return number

    def number_on(self, day):
        """:return: number of the period of a local date"""
        return self.number_at(midnight(day, self.zone))

    def days(self, start, end):
        """:return: local calendar days between two naive UTC moments"""
        return (local_day(end, self.zone) - local_day(start, self.zone)).days

    def at(self, moment):
        """:return: (start, end) of the period that holds a naive UTC moment, half open"""
        number = self.number_at(moment)
        return self.bound(number), self.bound(number + 1)

    def closed(self, since, until):
        """:return: [(start, end)] of the periods from the anchor on that end after ``since`` and
        not after ``until``, oldest first"""
        number = max(self.number_at(since), 0)
        found = []
        while self.bound(number + 1) <= until:
            if self.bound(number + 1) > since:
                found.append((self.bound(number), self.bound(number + 1)))
            number += 1
        return found


def midnight(day, zone):
    """:return: naive UTC of the first moment of a local day: its midnight; the earlier one where a
    clock change makes two, what follows where it skips it, or the whole day"""
    clock = datetime.combine(day, time.min)
    candidates = [zone.normalize(zone.localize(clock, is_dst=flag)) for flag in (True, False)]
    first = min(moment for moment in candidates if moment.date() >= day)
    return first.astimezone(pytz.utc).replace(tzinfo=None)


def local_day(moment, zone):
    """:return: the local date of a naive UTC moment"""
    return pytz.utc.localize(moment).astimezone(zone).date()
