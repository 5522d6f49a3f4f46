"""Dates of a recurrence, in plain Python."""

from dataclasses import dataclass
from datetime import timedelta

from dateutil.relativedelta import relativedelta

UNITS = {"week": "weeks", "month": "months", "year": "years"}
WEEKS_A_MONTH = 52 / 12
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Recurrence:
    """Every ``value`` units; each bound is counted from the anchor: a month's end stays one.

    :param value: at least 1
    :param unit: ``week``, ``month`` or ``year``
    :param is_aligned: periods begin on a Monday, a first of the month or a first of January; the
        first one, from the anchor on, is then shorter. Months that divide a year count from
        January: three months are the calendar's quarters.
    """

    value: int
    unit: str
    is_aligned: bool = False

    @property
    def months(self):
        """:return: length in months; a week is 12/52 of one"""
        if self.unit == "week":
            return self.value / WEEKS_A_MONTH
        return self.value * (MONTHS_A_YEAR if self.unit == "year" else 1)

    def bound(self, anchor, number):
        """:return: date on which period ``number`` begins; 0 is the anchor itself

        31 January gives 28 (29) February, then 31 March: never 28 March.
        """
        if number and self.is_aligned:
            return self._first_aligned(anchor) + self._length(number - 1)
        return anchor + self._length(number)

    def next_bound(self, anchor, date):
        """:return: the first bound after ``date``, which may lie before the anchor"""
        number = max(self._guess(anchor, date) - 1, 0)
        while self.bound(anchor, number) <= date:
            number += 1
        return self.bound(anchor, number)

    def first_share(self, anchor):
        """:return: the part of a whole period that the first one lasts, by days, 0 < share <= 1"""
        end = self.bound(anchor, 1)
        begin = end - self._length(1)
        return min((end - anchor).days / (end - begin).days, 1.0) if self.is_aligned else 1.0

    def _length(self, number):
        return relativedelta(**{UNITS[self.unit]: self.value * number})

    def _guess(self, anchor, date):
        """:return: about the number of the period that holds ``date``, never above it by 2"""
        if self.unit == "week":
            return (date - anchor).days // (7 * self.value)
        months = (date.year - anchor.year) * MONTHS_A_YEAR + date.month - anchor.month
        return months // (self.value * (MONTHS_A_YEAR if self.unit == "year" else 1))

    def _first_aligned(self, anchor):
        """:return: the first period start of the calendar after the anchor"""
        if self.unit == "week":
            return anchor + timedelta(days=7 - anchor.weekday())
        if self.unit == "year":
            return anchor.replace(year=anchor.year + 1, month=1, day=1)
        step = self.value if MONTHS_A_YEAR % self.value == 0 else 1
        months = step - (anchor.month - 1) % step
        return anchor.replace(day=1) + relativedelta(months=months)
