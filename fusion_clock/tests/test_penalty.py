from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ClockCase

DAY = "2026-06-01"


@tagged("post_install", "-at_install")
class TestPenalty(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_config(enable_penalties=True)
        cls.env["fusion.clock.schedule"].create(  # 8:00 to 16:00 in Toronto
            {
                "employee_id": cls.employee.id,
                "date": DAY,
                "state": "posted",
                "start_time": 8,
                "end_time": 16,
            }
        )

    def clock(self, time):
        with freeze_time(f"{DAY} {time}"):
            answer = self.employee._fclk_clock("portal")
        return self.Attendance.browse(answer["attendance_id"])

    def test_the_grace_s_edge(self):
        for time, minutes in [("12:05:00", None), ("12:05:01", 5), ("12:20:59", 20)]:
            with self.subTest(time=time):
                row = self.clock(time)
                penalty = row.x_fclk_penalty_ids
                self.assertEqual(len(penalty), 0 if minutes is None else 1)
                if penalty:
                    self.assertEqual(penalty.penalty_type, "late_in")
                    self.assertEqual((penalty.minutes_off, penalty.penalty_minutes), (minutes, 15))
                    self.assertEqual(penalty.scheduled_at, datetime(2026, 6, 1, 12))
                    self.assertEqual(row.x_fclk_break_minutes, 15.0)
                row.unlink()

    def test_early_out_s_edge(self):
        for time, minutes in [("19:55:00", None), ("19:54:59", 5), ("21:00:00", None)]:
            with self.subTest(time=time):
                self.clock("12:00:00")
                row = self.clock(time)
                self.assertEqual(
                    row.x_fclk_penalty_ids.mapped("minutes_off"),
                    [] if minutes is None else [minutes],
                )
                row.unlink()

    def test_real_minutes_and_no_grace(self):
        self.set_config(penalty_mode="actual", late_grace_minutes=0)
        row = self.clock("12:00:01")
        self.assertEqual(row.x_fclk_penalty_ids.mapped("penalty_minutes"), [0.0])
        row.unlink()
        self.assertEqual(self.clock("12:42:30").x_fclk_penalty_ids.penalty_minutes, 42.0)

    def test_lunch_is_no_early_leave(self):
        self.clock("12:00:00")
        morning = self.clock("16:00:00")
        self.assertEqual(morning.x_fclk_penalty_ids.state, "applied")
        self.assertEqual(morning.x_fclk_break_minutes, 15.0)
        afternoon = self.clock("16:30:00")
        self.assertEqual(morning.x_fclk_penalty_ids.state, "cancelled")
        self.assertEqual(morning.x_fclk_break_minutes, 0.0)
        self.assertFalse(afternoon.x_fclk_penalty_ids)

    def test_who_is_never_penalised(self):
        self.employee.x_fclk_exempt_penalties = True
        self.assertFalse(self.clock("13:00:00").x_fclk_penalty_ids)
        self.employee.attendance_ids.unlink()
        self.employee.x_fclk_exempt_penalties = False
        self.set_config(enable_penalties=False)
        self.assertFalse(self.clock("13:00:00").x_fclk_penalty_ids)
        self.employee.attendance_ids.unlink()
        self.set_config(enable_penalties=True)
        row = self.make_attendance(f"{DAY} 12:00", f"{DAY} 15:00")
        row.out_mode = "auto_check_out"
        self.assertFalse(row._fclk_check_penalty("early_out"))
        free = self.make_attendance(f"{DAY} 13:00", f"{DAY} 15:00", self.colleague)
        self.assertFalse(free._fclk_check_penalty("late_in"))

    def test_approved_leave_excuses(self):
        leave_type = self.env["hr.leave.type"].create(
            {"name": "Doctor", "requires_allocation": False, "company_id": self.company.id}
        )
        leave = self.env["hr.leave"].create(
            {
                "holiday_status_id": leave_type.id,
                "employee_id": self.employee.id,
                "request_date_from": DAY,
                "request_date_to": DAY,
            }
        )
        if leave.state != "validate":
            leave.sudo().action_approve()
        self.assertEqual(leave.state, "validate")
        self.assertFalse(self.clock("13:00:00").x_fclk_penalty_ids)

    def test_asked_twice_there_is_one(self):
        row = self.clock("13:00:00")
        penalty = row._fclk_check_penalty("late_in")
        self.assertEqual(penalty, row.x_fclk_penalty_ids)
        self.assertEqual(len(penalty), 1)

    def test_waive(self):
        lead_user = new_test_user(
            self.env,
            "fclk_lead",
            groups="base.group_user,fusion_clock.group_fusion_clock_team_lead",
            company_id=self.company.id,
        )
        own_user = new_test_user(
            self.env,
            "fclk_own",
            groups="base.group_user,fusion_clock.group_fusion_clock_manager",
            company_id=self.company.id,
        )
        stranger = new_test_user(
            self.env,
            "fclk_stranger",
            groups="base.group_user,fusion_clock.group_fusion_clock_team_lead",
            company_id=self.company.id,
        )
        self.employee.user_id = own_user
        self.employee.parent_id = self.make_employee("Lead", user_id=lead_user.id)
        penalty = self.clock("13:00:00").x_fclk_penalty_ids
        for user in (own_user, stranger):
            with self.assertRaises(AccessError):
                penalty.with_user(user).action_waive("please")
        self.assertEqual(penalty.state, "applied")

        penalty.with_user(lead_user).action_waive("Train was late")

        self.assertEqual((penalty.state, penalty.waive_reason), ("waived", "Train was late"))
        self.assertEqual(penalty.waived_by_id, lead_user)
        self.assertEqual(penalty.attendance_id.x_fclk_break_minutes, 0.0)
        self.assertEqual(self.events(self.employee)[-1], "penalty_waived")
        with self.assertRaises(UserError):
            penalty.with_user(lead_user).action_waive("again")
