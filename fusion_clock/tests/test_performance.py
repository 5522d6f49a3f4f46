from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ClockCase

MORNING = datetime(2026, 6, 1, 12)
# Measured, then fixed: a tap's own queries, without what HTTP adds (session, user, company).
TAP_IN_QUERIES = 18
TAP_OUT_QUERIES = 27
DEBOUNCE_QUERIES = 6


@tagged("post_install", "-at_install")
class TestPerformance(ClockCase):
    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.env = cls.env["base"].with_context(tracking_disable=False).env
        return result

    def queries_of(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def tap_queries(self, moment):
        with freeze_time(moment):
            return self.queries_of(lambda: self.assertIn("action", self.tap()))

    def day(self, number):
        start = MORNING + timedelta(days=number)
        return self.tap_queries(start), self.tap_queries(start + timedelta(hours=8))

    def test_a_tap_s_queries_do_not_grow(self):
        for number in (-2, -1):  # caches
            self.day(number)
        came, went = self.day(1)
        self.env["hr.employee"].create(
            [
                {
                    "name": f"Crowd {n}",
                    "company_id": self.company.id,
                    "x_fclk_nfc_card_uid": f"05{n:012X}",
                }
                for n in range(100)
            ]
        )
        self.day(2)  # creating people emptied caches
        self.assertEqual(self.day(3), (came, went))
        self.assertLessEqual(came, TAP_IN_QUERIES)
        self.assertLessEqual(went, TAP_OUT_QUERIES)

    def test_a_debounced_tap_is_cheap(self):
        with freeze_time(MORNING):
            self.tap()
            self.tap()
        with freeze_time(MORNING + timedelta(seconds=2)):
            queries = self.queries_of(lambda: self.assertEqual(self.tap()["error"], "debounce"))
        self.assertLessEqual(queries, DEBOUNCE_QUERIES)

    def test_at_most_two_and_a_half_times_core_s_toggle(self):
        for number in (-2, -1):
            self.day(number)
        ours = self.day(1)

        def core(moment):
            with freeze_time(moment):
                clocking = self.core_clocking()
                employee = self.colleague.with_context(fclk_clocking=clocking)
                return self.queries_of(
                    lambda: employee._attendance_action_change({"mode": "kiosk"})
                )

        start = MORNING + timedelta(days=2)
        bare = core(start), core(start + timedelta(hours=8))
        self.assertLessEqual(ours[0], 2.5 * bare[0])
        self.assertLessEqual(ours[1], 2.5 * bare[1])

    def core_clocking(self):
        from ..models.hr_employee_clock import Clocking

        return Clocking("native_kiosk")  # core's own code runs, without our steps

    def test_plans_take_a_fixed_number_of_queries(self):
        few = self.env["hr.employee"].create(
            [{"name": f"P{n}", "company_id": self.company.id} for n in range(20)]
        )
        many = few | self.env["hr.employee"].create(
            [{"name": f"Q{n}", "company_id": self.company.id} for n in range(180)]
        )
        shift = self.env["fusion.clock.shift"].create(
            {"name": "Day", "company_id": self.company.id}
        )
        many.x_fclk_shift_id = shift
        self.env["fusion.clock.schedule"].create(
            [
                {
                    "employee_id": person.id,
                    "date": date(2026, 6, 2),
                    "state": "posted",
                    "start_time": 8,
                    "end_time": 16,
                }
                for person in many
            ]
        )
        counts = [
            self.queries_of(
                lambda group=group: group._get_fclk_day_plans("2026-06-01", "2026-06-14")
            )
            for group in (few, few, many)
        ]
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 8)

    def test_breaks_are_computed_in_batch(self):
        def make(count, start):
            return self.Attendance.create(
                [
                    {
                        "employee_id": self.employee.id,
                        "check_in": start + timedelta(days=n),
                        "check_out": start + timedelta(days=n, hours=6),
                    }
                    for n in range(count)
                ]
            )

        few = make(10, datetime(2020, 1, 1, 14))
        many = few | make(90, datetime(2021, 1, 1, 14))

        def recompute(rows):
            for name in ("x_fclk_gross_hours", "x_fclk_break_minutes", "x_fclk_net_hours"):
                self.env.add_to_compute(rows._fields[name], rows)
            rows.with_context(tracking_disable=True).flush_recordset()

        counts = [self.queries_of(lambda rows=rows: recompute(rows)) for rows in (few, few, many)]
        self.assertEqual(counts[1], counts[2])

    def test_search_takes_three_queries(self):
        self.env["hr.employee"].create(
            [{"name": f"Find {n}", "company_id": self.company.id} for n in range(30)]
        )
        count = self.queries_of(
            lambda: self.assertEqual(len(self.Employee._fclk_search("find", self.company)), 20)
        )
        self.assertLessEqual(count, 3)

    def test_an_unknown_card_is_cheap(self):
        self.tap("04:00:00:00:00:09")
        count = self.queries_of(lambda: self.tap("04:00:00:00:00:0A"))
        self.assertLessEqual(count, 16)
