from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ClockCase


@tagged("post_install", "-at_install")
class TestPeriod(ClockCase):
    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.Period = cls.env["fusion.clock.period"]
        cls.row = cls.Attendance.create(
            {
                "employee_id": cls.employee.id,
                "check_in": "2026-05-04 13:00:00",
                "check_out": "2026-05-04 21:00:00",
            }
        )
        cls.period = cls.Period.create(
            {
                "company_id": cls.company.id,
                "date_from": "2026-05-01",
                "date_to": "2026-05-15",
            }
        )
        return result

    def lock(self):
        self.period.action_approve()
        self.period.action_lock()

    def test_a_locked_period_holds_its_hours(self):
        entry = self.env["fusion.clock.schedule"].create(
            {
                "employee_id": self.employee.id,
                "date": "2026-05-05",
                "start_time": 9,
                "end_time": 17,
            }
        )
        penalty = self.env["fusion.clock.penalty"].create(
            {
                "attendance_id": self.row.id,
                "employee_id": self.employee.id,
                "penalty_type": "late_in",
                "date": "2026-05-04",
                "penalty_minutes": 15,
            }
        )
        before = self.row.x_fclk_net_hours
        self.lock()
        refused = (
            lambda: self.row.write({"check_out": "2026-05-04 22:00:00"}),
            self.row.unlink,
            lambda: self.make_attendance("2026-05-06 13:00:00", "2026-05-06 14:00:00"),
            lambda: self.make_attendance("2026-05-20 13:00:00", "2026-05-20 14:00:00").write(
                {"check_in": "2026-05-15 13:00:00"}
            ),
            lambda: penalty.write({"penalty_minutes": 0}),
            lambda: penalty.action_waive("mercy"),
            lambda: entry.write({"end_time": 18}),
            entry.unlink,
            lambda: entry.copy({"date": "2026-05-07"}),
            lambda: self.period.write({"date_to": "2026-05-10"}),
            self.period.unlink,
        )
        for number, change in enumerate(refused):
            with self.subTest(number=number):
                with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                    change()
                self.assertIn("2026-05-01", str(caught.exception))
        self.assertEqual(self.row.x_fclk_net_hours, before)
        self.row.x_fclk_photo_review = "suspect"
        self.assertEqual(self.row.x_fclk_photo_review, "suspect")
        outside = self.make_attendance("2026-05-16 13:00:00", "2026-05-16 14:00:00")
        self.assertTrue(outside)

    def test_the_local_day_decides(self):
        self.lock()
        # 2026-05-16 03:00 UTC is still the 15th in Toronto.
        with self.assertRaises(UserError):
            self.make_attendance("2026-05-16 03:00:00", "2026-05-16 03:30:00")

    def test_another_company_s_lock_does_not_matter(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.Period.create(
            {"company_id": other.id, "date_from": "2026-05-01", "date_to": "2026-05-15"}
        ).write({"state": "locked"})
        self.row.check_out = "2026-05-04 22:00:00"

    def test_a_tap_in_a_locked_period_is_refused_and_logged(self):
        self.period.write({"date_from": "2026-06-01", "date_to": "2026-06-30"})
        self.lock()
        with freeze_time("2026-06-03 13:00:00"):
            answer = self.tap()
        self.assertEqual(answer["error"], "attendance_conflict")
        self.assertIn("2026-06-01", answer["message"])
        self.assertEqual(self.events(self.employee), ["clock_refused"])

    def test_open_attendances_keep_it_from_being_locked(self):
        self.make_attendance("2026-05-05 13:00:00")
        self.period.action_approve()
        with self.assertRaises(UserError):
            self.period.action_lock()
        self.assertEqual(self.period.state, "approved")

    def test_steps(self):
        with self.assertRaises(UserError):
            self.period.action_unlock("why not")
        self.lock()
        self.assertEqual(self.events(event="period_locked"), ["period_locked"])
        for reason in (None, "", "   "):
            with self.assertRaises(UserError):
                self.period.action_unlock(reason)
        self.period.action_unlock("A shift was missing")
        self.assertEqual(self.period.state, "open")
        row = self.Log.search([("event", "=", "period_locked")], order="id desc", limit=1)
        self.assertEqual(row.message, "A shift was missing")
        self.row.check_out = "2026-05-04 22:00:00"

    @mute_logger("odoo.sql_db")
    def test_periods_do_not_overlap(self):
        values = {"company_id": self.company.id, "date_from": "2026-05-15", "date_to": "2026-05-31"}
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.Period.create(values)
        self.Period.create({**values, "date_from": "2026-05-16"})
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO fusion_clock_period (company_id, date_from, date_to, state)"
                " VALUES (%s, '2026-05-10', '2026-05-11', 'open')",
                [self.company.id],
            )

    def test_only_managers(self):
        common = {"company_id": self.company.id}
        lead = new_test_user(
            self.env, "per_lead", groups="fusion_clock.group_fusion_clock_team_lead", **common
        )
        user = new_test_user(self.env, "per_user", groups="base.group_user", **common)
        self.assertEqual(self.period.with_user(lead).state, "open")
        with self.assertRaises(AccessError):
            self.period.with_user(lead).action_approve()
        with self.assertRaises(AccessError):
            self.period.with_user(user).read(["state"])
        self.assertEqual(self.period.state, "open")

    def test_a_rule_is_recomputed_outside_locked_periods(self):
        rule = self.employee._get_fclk_break_rule()
        later = self.make_attendance("2026-05-20 13:00:00", "2026-05-20 21:00:00")
        self.lock()
        rule.break1_minutes = 45
        self.assertEqual((self.row.x_fclk_break_minutes, later.x_fclk_break_minutes), (30, 30))

        self.assertEqual(rule.action_recompute_from("2026-05-01"), 1)

        self.assertEqual((self.row.x_fclk_break_minutes, later.x_fclk_break_minutes), (30, 45))
        self.assertEqual(later.x_fclk_net_hours, 7.25)

    def test_an_employee_s_own_rule(self):
        own = self.env["fusion.clock.break.rule"].create(
            {"name": "Own", "break1_after_hours": 4, "break1_minutes": 20, "break2_minutes": 0}
        )
        self.employee.x_fclk_break_rule_id = own
        self.assertEqual(self.employee._get_fclk_break_rule(), own)
        self.assertEqual(self.row.x_fclk_break_minutes, 30)
        mine = self.make_attendance("2026-05-21 13:00:00", "2026-05-21 17:00:00")
        theirs = self.make_attendance(
            "2026-05-21 13:00:00", "2026-05-21 17:00:00", employee=self.colleague
        )
        self.assertEqual((mine.x_fclk_break_minutes, theirs.x_fclk_break_minutes), (20, 0))
        own.active = False
        self.assertNotEqual(self.employee._get_fclk_break_rule(), own)
