import calendar
import itertools
import os
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytz

from odoo.tests import BaseCase, tagged

from .. import const
from ..services.period import Periods, midnight
from .common import moment


@tagged("post_install", "-at_install")
class TestPeriods(BaseCase):
    def test_bounds_are_local_midnights(self):
        periods = Periods(date(2026, 1, 31), 1, "month", "America/Toronto")
        self.assertEqual(
            [str(periods.bound(number)) for number in range(5)],
            [
                "2026-01-31 05:00:00",
                "2026-02-28 05:00:00",
                "2026-03-31 04:00:00",
                "2026-04-30 04:00:00",
                "2026-05-31 04:00:00",
            ],
        )

    def test_a_clock_change_loses_and_doubles_no_hour(self):
        periods = Periods(date(2026, 3, 1), 1, "week", "America/Toronto")
        start, end = periods.at(moment("2026-03-08 06:30"))
        self.assertEqual((end - start).total_seconds() / 3600, 24 * 7 - 1)

    def test_midnights_that_come_twice_or_never(self):
        azores = pytz.timezone("Atlantic/Azores")
        # at 01:00 the clock went back to 00:00; at 00:00 it went on to 01:00
        self.assertEqual(midnight(date(2026, 10, 25), azores), moment("2026-10-25 00:00"))
        self.assertEqual(midnight(date(2026, 3, 29), azores), moment("2026-03-29 01:00"))
        apia = pytz.timezone("Pacific/Apia")  # went from the 29th to the 31st, over the date line
        self.assertEqual(midnight(date(2011, 12, 30), apia), moment("2011-12-30 10:00"))

    def test_the_period_of_a_moment_is_half_open(self):
        periods = Periods(date(2026, 5, 1), 1, "month", "America/Toronto")
        may = (moment("2026-05-01 04:00"), moment("2026-06-01 04:00"))
        self.assertEqual(periods.at(moment("2026-05-01 04:00")), may)
        self.assertEqual(periods.at(moment("2026-06-01 03:59")), may)
        self.assertEqual(periods.at(moment("2026-06-01 04:00"))[0], may[1])
        self.assertEqual(periods.at(moment("2026-04-30 12:00"))[1], may[0])

    def test_closed_periods(self):
        periods = Periods(date(2026, 1, 1), 1, "month", "UTC")
        found = periods.closed(moment("2026-02-15 00:00"), moment("2026-04-01 00:00"))
        self.assertEqual([str(start.date()) for start, _end in found], ["2026-02-01", "2026-03-01"])
        self.assertEqual(periods.closed(moment("2025-01-01 00:00"), moment("2025-12-01 00:00")), [])


#: calendar periods begin on the first, or on a Monday; anniversaries on days that are not always
#: there, on nights whose clock changes, and at the end of a year
ANCHORS = {
    "first": date(2026, 1, 1),
    "monday": date(2026, 1, 5),
    "leap day": date(2024, 2, 29),
    "31st": date(2026, 1, 31),
    "spring": date(2026, 3, 8),
    "autumn": date(2026, 11, 1),
    "year end": date(2025, 12, 31),
}
ZONES = (
    "America/Toronto", "America/St_Johns", "America/Vancouver", "America/Sao_Paulo",
    "Atlantic/Azores", "UTC", "Europe/Paris", "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Auckland",
)  # fmt: skip
#: local days on which usage begins, around every awkward night
DAYS = [
    day + timedelta(days=shift)
    for day in (
        date(2024, 2, 29), date(2026, 2, 28), date(2026, 3, 8), date(2026, 3, 29),
        date(2026, 4, 5), date(2026, 9, 27), date(2026, 10, 25), date(2026, 11, 1),
        date(2026, 12, 31), date(2027, 1, 31), date(2028, 2, 29),
    )
    for shift in (-1, 0, 1)
]  # fmt: skip
HOURS = range(24) if os.environ.get("FUSION_HEAVY") else (0, 2, 23)


def count_periods(anchor, unit, value, day):
    """An oracle without the library's arithmetic.

    :return: number of the period that holds a local day, counted from the anchor's"""
    if unit == "week":
        return (day - anchor).days // (7 * value)
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    last = calendar.monthrange(day.year, day.month)[1]
    if day.day < min(anchor.day, last):
        months -= 1
    step = value * (12 if unit == "year" else 1)
    # A bound of another month of the step is no bound: only whole steps count.
    return months // step


@tagged("post_install", "-at_install")
class TestPeriodGrid(BaseCase):
    def test_each_row_of_usage_is_in_exactly_one_period(self):
        """Intervals x anchors x 12 zones x hours; each row weighs its own power of two, so that
        equal sums mean equal sets."""
        cells = 0
        rows = [(day, 1 << place) for place, day in enumerate(DAYS)]
        for unit, value in const.INTERVALS:
            for (name, anchor), zone in itertools.product(ANCHORS.items(), ZONES):
                periods = Periods(anchor, value, unit, zone)
                for hour in HOURS:
                    with self.subTest(unit=unit, value=value, anchor=name, zone=zone, hour=hour):
                        self.check_cell(periods, zone, rows, hour)
                        cells += 1
        self.assertEqual(cells, 5 * 7 * 12 * len(HOURS))

    def check_cell(self, periods, zone, rows, hour):
        found, expected = Counter(), Counter()
        for day, weight in rows:
            local = datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZoneInfo(zone))
            at = local.astimezone(timezone.utc)
            day = at.astimezone(ZoneInfo(zone)).date()  # an hour that a clock change skips moves on
            at = at.replace(tzinfo=None)
            number = periods.number_at(at)
            start, end = periods.at(at)
            self.assertTrue(start <= at < end)
            self.assertEqual((start, end), (periods.bound(number), periods.bound(number + 1)))
            found[number] += weight
            expected[count_periods(periods.anchor, periods.unit, periods.value, day)] += weight
        self.assertEqual(found, expected)
        self.assertEqual(found.total(), (1 << len(rows)) - 1)
