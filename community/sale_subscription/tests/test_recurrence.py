from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ..services.recurrence import Recurrence
from .common import day


@tagged("post_install", "-at_install")
class TestRecurrence(BaseCase):
    def bounds(self, recurrence, anchor, count):
        return [str(recurrence.bound(day(anchor), number)) for number in range(count)]

    def test_a_month_end_stays_one(self):
        self.assertEqual(
            self.bounds(Recurrence(1, "month"), "2026-01-31", 6),
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"],
        )
        self.assertEqual(
            self.bounds(Recurrence(1, "month"), "2028-01-30", 3),
            ["2028-01-30", "2028-02-29", "2028-03-30"],
        )

    def test_a_year_from_leap_day(self):
        self.assertEqual(
            self.bounds(Recurrence(1, "year"), "2028-02-29", 5),
            ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"],
        )

    def test_weeks_are_seven_days_over_clock_changes(self):
        self.assertEqual(
            self.bounds(Recurrence(2, "week"), "2026-02-25", 4),
            ["2026-02-25", "2026-03-11", "2026-03-25", "2026-04-08"],
        )

    def test_aligned_periods_begin_with_the_calendar(self):
        cases = [
            (Recurrence(1, "month", True), ["2026-05-15", "2026-06-01", "2026-07-01"]),
            (Recurrence(3, "month", True), ["2026-05-15", "2026-07-01", "2026-10-01"]),
            (Recurrence(1, "year", True), ["2026-05-15", "2027-01-01", "2028-01-01"]),
            (Recurrence(1, "week", True), ["2026-05-15", "2026-05-18", "2026-05-25"]),
        ]
        for recurrence, expected in cases:
            with self.subTest(recurrence=recurrence):
                self.assertEqual(self.bounds(recurrence, "2026-05-15", 3), expected)

    def test_the_first_aligned_period_costs_its_days(self):
        self.assertAlmostEqual(Recurrence(1, "month", True).first_share(day("2026-05-15")), 17 / 31)
        self.assertEqual(Recurrence(1, "month", True).first_share(day("2026-05-01")), 1.0)
        self.assertEqual(Recurrence(1, "month").first_share(day("2026-05-15")), 1.0)

    def test_the_next_bound_is_the_first_one_after_a_day(self):
        monthly = Recurrence(1, "month")
        for date, expected in [
            ("2026-01-30", "2026-01-31"),
            ("2026-01-31", "2026-02-28"),
            ("2026-02-28", "2026-03-31"),
            ("2026-03-30", "2026-03-31"),
            ("2025-06-01", "2026-01-31"),
            ("2036-02-29", "2036-03-31"),
        ]:
            with self.subTest(date=date):
                found = monthly.next_bound(day("2026-01-31"), day(date))
                self.assertEqual(str(found), expected)

    def test_every_day_is_in_exactly_one_period(self):
        for recurrence in (
            Recurrence(1, "week"), Recurrence(3, "week", True), Recurrence(1, "month"),
            Recurrence(5, "month", True), Recurrence(1, "year", True), Recurrence(2, "year"),
        ):  # fmt: skip
            for anchor in ("2027-12-31", "2028-02-29", "2028-01-01"):
                with self.subTest(recurrence=recurrence, anchor=anchor):
                    bounds = [recurrence.bound(day(anchor), number) for number in range(40)]
                    self.assertEqual(bounds, sorted(set(bounds)))
                    for number in range(0, 1200, 7):
                        date = day(anchor) + timedelta(days=number)
                        found = recurrence.next_bound(day(anchor), date)
                        earlier = [bound for bound in bounds if bound <= date]
                        if found in bounds:
                            self.assertEqual(bounds.index(found), len(earlier))

    def test_months_of_a_period(self):
        self.assertEqual(Recurrence(1, "month").months, 1)
        self.assertEqual(Recurrence(2, "year").months, 24)
        self.assertAlmostEqual(Recurrence(1, "week").months, 12 / 52)
