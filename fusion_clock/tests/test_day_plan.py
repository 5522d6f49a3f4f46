from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClockCase

MONDAY = date(2026, 6, 1)
KEYS = {
    "scheduled",
    "source",
    "is_off",
    "start_time",
    "end_time",
    "break_minutes",
    "hours",
    "label",
    "schedule_id",
}


@tagged("post_install", "-at_install")
class TestDayPlan(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Schedule = cls.env["fusion.clock.schedule"]
        cls.day_shift = cls.env["fusion.clock.shift"].create(
            {"name": "Day", "company_id": cls.company.id, "start_time": 9, "end_time": 17}
        )

    def post(self, day, **values):
        return self.Schedule.create(
            {
                "employee_id": self.employee.id,
                "date": day,
                "state": "posted",
                "start_time": 8,
                "end_time": 16,
                "break_minutes": 30,
                **values,
            }
        )

    def plan(self, day=MONDAY):
        return self.employee._get_fclk_day_plan(day)

    def test_nothing_makes_nobody_expected(self):
        plan = self.plan()
        self.assertLessEqual(KEYS, set(plan))
        self.assertEqual(
            {key: plan[key] for key in ("scheduled", "source", "is_off", "label", "hours")},
            {"scheduled": False, "source": "none", "is_off": False, "label": "", "hours": 0.0},
        )
        self.assertEqual((plan["start_time"], plan["end_time"]), (9.0, 17.0))
        self.assertEqual(self.employee._get_fclk_scheduled_times(MONDAY), (False, False))

    def test_posted_entry(self):
        entry = self.post(MONDAY, note="Bring boots")
        plan = self.plan()
        self.assertEqual(
            (plan["scheduled"], plan["source"], plan["hours"], plan["schedule_id"], plan["note"]),
            (True, "schedule", 7.5, entry.id, "Bring boots"),
        )
        self.assertEqual(plan["start_dt"], datetime(2026, 6, 1, 12))  # Toronto is UTC-4
        self.assertEqual(plan["end_dt"], datetime(2026, 6, 1, 20))
        self.assertEqual(plan["label"].replace("\u202f", " "), "8:00 AM – 4:00 PM (7.5 h)")
        self.assertEqual(self.employee._get_fclk_break_minutes(MONDAY), 30.0)

    def test_posted_day_off(self):
        self.employee.x_fclk_shift_id = self.day_shift
        self.post(MONDAY, is_off=True)
        plan = self.plan()
        self.assertEqual(
            (plan["scheduled"], plan["source"], plan["is_off"], plan["label"], plan["hours"]),
            (False, "schedule", True, "OFF", 0.0),
        )

    def test_drafts_drive_nothing(self):
        self.post(MONDAY, state="draft")
        self.assertEqual(self.plan()["source"], "none")
        self.post(MONDAY, start_time=10)
        self.assertEqual(self.plan()["start_time"], 10)

    def test_recurring_shift_covers_its_weekdays(self):
        self.employee.x_fclk_shift_id = self.day_shift
        monday, saturday = self.plan(), self.plan(date(2026, 6, 6))
        self.assertEqual((monday["scheduled"], monday["source"]), (True, "shift"))
        self.assertEqual(monday["shift_id"], self.day_shift.id)
        self.assertEqual(saturday["scheduled"], False)
        self.day_shift.day_sat = True
        self.assertTrue(self.plan(date(2026, 6, 6))["scheduled"])
        self.day_shift.active = False
        self.assertFalse(self.plan()["scheduled"])

    def test_overnight_belongs_to_its_start(self):
        self.post(MONDAY, start_time=22, end_time=6, break_minutes=0)
        plan = self.plan()
        self.assertTrue(plan["crosses_midnight"])
        self.assertEqual(plan["hours"], 8.0)
        self.assertEqual(
            (plan["start_dt"], plan["end_dt"]), (datetime(2026, 6, 2, 2), datetime(2026, 6, 2, 10))
        )
        self.assertFalse(self.plan(date(2026, 6, 2))["scheduled"])

    def test_spring_and_autumn(self):
        spring = self.post(date(2026, 3, 8), start_time=2.5, end_time=10)
        self.assertEqual(
            self.employee._get_fclk_scheduled_times(spring.date)[0], datetime(2026, 3, 8, 7, 30)
        )
        autumn = self.post(date(2026, 11, 1), start_time=1.5, end_time=10)
        self.assertEqual(
            self.employee._get_fclk_scheduled_times(autumn.date),
            (datetime(2026, 11, 1, 5, 30), datetime(2026, 11, 1, 15)),
        )

    def test_another_zone(self):
        calendar = self.company.resource_calendar_id.copy({"tz": "America/Vancouver"})
        self.employee.resource_calendar_id = calendar
        self.post(MONDAY)
        self.assertEqual(self.plan()["start_dt"], datetime(2026, 6, 1, 15))

    def test_the_plan_of_a_moment(self):
        night = self.post(MONDAY, start_time=22, end_time=6)
        day = self.post(date(2026, 6, 2), start_time=9, end_time=17)
        for moment, expected in [
            (datetime(2026, 6, 2, 1, 59), night.id),  # Monday 21:59
            (datetime(2026, 6, 2, 9, 59), night.id),  # Tuesday 5:59, also 4 h before 9:00
            (datetime(2026, 6, 2, 10), night.id),
            (datetime(2026, 6, 2, 10, 1), day.id),
            (datetime(2026, 6, 2, 22), day.id),  # an hour after its end: the local day's plan
            (datetime(2026, 6, 1, 21, 59), night.id),  # the local day's plan again
        ]:
            with self.subTest(moment=moment):
                self.assertEqual(self.employee._fclk_plan_for(moment)["schedule_id"], expected)

    def test_batch_equals_single(self):
        self.employee.x_fclk_shift_id = self.day_shift
        self.post(date(2026, 6, 2))
        both = self.employee | self.colleague
        plans = both._get_fclk_day_plans("2026-05-30", "2026-06-05")
        self.assertEqual(len(plans), 14)
        for employee in both:
            for day in (MONDAY, date(2026, 6, 2), date(2026, 5, 30)):
                self.assertEqual(plans[employee.id, day], employee._get_fclk_day_plan(day))

    def test_refused_shifts_and_entries(self):
        with self.assertRaises(ValidationError):
            self.day_shift.end_time = 9
        with self.assertRaises(ValidationError):
            self.post(MONDAY, start_time=8, end_time=8)
        self.post(MONDAY, is_off=True, start_time=0, end_time=0)
        for values in ({"start_time": 24}, {"end_time": -1}, {"break_minutes": -1}):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
                mute_logger("odoo.sql_db"),
            ):
                self.day_shift.write(values)
                self.env.flush_all()

    def test_template_gives_times_once(self):
        entry = self.Schedule.create(
            {"employee_id": self.employee.id, "date": MONDAY, "shift_id": self.day_shift.id}
        )
        self.assertEqual((entry.start_time, entry.end_time, entry.planned_hours), (9, 17, 7.5))
        self.assertEqual(entry.state, "draft")
        own = self.Schedule.create(
            {
                "employee_id": self.employee.id,
                "date": date(2026, 6, 2),
                "shift_id": self.day_shift.id,
                "start_time": 11,
            }
        )
        self.assertEqual((own.start_time, own.end_time), (11, 17))
        self.assertEqual(self.day_shift.hours, 7.5)
        night = self.day_shift.copy({"start_time": 22, "end_time": 6})
        self.assertTrue(night.crosses_midnight)
        self.assertEqual(night.hours, 7.5)
