from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..services.period import Periods
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

    def test_every_hour_is_in_exactly_one_period(self):
        for zone in ("America/Toronto", "America/St_Johns", "Pacific/Auckland", "Asia/Kolkata",
                     "America/Sao_Paulo", "UTC"):  # fmt: skip
            for anchor, value, unit in (
                (date(2028, 2, 29), 1, "year"), (date(2026, 1, 31), 1, "month"),
                (date(2025, 12, 29), 1, "week"), (date(2026, 3, 31), 3, "month"),
            ):  # fmt: skip
                with self.subTest(zone=zone, anchor=anchor, unit=unit):
                    periods = Periods(anchor, value, unit, zone)
                    at = periods.bound(0)
                    for _step in range(400):
                        start, end = periods.at(at)
                        self.assertTrue(start <= at < end)
                        self.assertEqual(periods.at(end)[0], end)
                        at += timedelta(hours=49)
