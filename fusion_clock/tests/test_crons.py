from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClockCase

# 2026-06-01 is a Monday; Toronto is at UTC-4.
DAY = date(2026, 6, 1)


class CronCase(ClockCase):
    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.env["hr.employee"].search([]).x_fclk_enable_clock = False
        (cls.employee | cls.colleague).x_fclk_enable_clock = True
        cls.lead_user = cls.env["res.users"].create(
            {
                "name": "Lena Lead",
                "login": "lena@example.com",
                "email": "lena@example.com",
                "company_id": cls.company.id,
                "company_ids": [(6, 0, cls.company.ids)],
            }
        )
        cls.lead = cls.make_employee(
            "Lena Lead", user_id=cls.lead_user.id, x_fclk_enable_clock=False
        )
        cls.employee.write({"work_email": "amira@example.com", "parent_id": cls.lead.id})
        cls.colleague.write({"work_email": "ben@example.com", "parent_id": cls.lead.id})
        cls.shift = cls.env["fusion.clock.shift"].create(
            {"name": "Day", "company_id": cls.company.id, "start_time": 9, "end_time": 17}
        )
        cls.employee.x_fclk_shift_id = cls.shift
        cls.set_config(office_emails="office@example.com")
        return result

    def setUp(self):
        super().setUp()
        self.known_mails = self.env["mail.mail"].search([])

    def mails(self):
        """:return: [(to, subject)] of the mails queued since the test began"""
        new = self.env["mail.mail"].search([]) - self.known_mails
        return sorted((mail.email_to, mail.subject) for mail in new)

    def remind(self, moment):
        with freeze_time(moment):
            self.Attendance._cron_fusion_employee_reminders()

    def check_absences(self, moment):
        with freeze_time(moment):
            self.Attendance._cron_fusion_check_absences()

    def close(self, moment):
        with freeze_time(moment):
            self.Attendance._cron_fusion_auto_clock_out()

    def queries_of(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def take_leave(self, state="confirm", day=DAY):
        leave_type = self.env["hr.leave.type"].create(
            {
                "name": "Day off",
                "requires_allocation": False,
                "company_id": self.company.id,
                "leave_validation_type": "hr",
            }
        )
        leave = (
            self.env["hr.leave"]
            .with_context(leave_fast_create=True)
            .create(
                {
                    "employee_id": self.employee.id,
                    "holiday_status_id": leave_type.id,
                    "request_date_from": day,
                    "request_date_to": day,
                }
            )
        )
        if state == "validate":
            leave.action_approve()
        self.assertEqual(leave.state, state)
        return leave

    def add_holiday(self, company=None, **values):
        holidays = self.env["resource.calendar.leaves"].with_company(company or self.company)
        return holidays.create(
            {
                "name": "Holiday",
                "date_from": datetime(2026, 6, 1, 4),
                "date_to": datetime(2026, 6, 2, 4),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestReminders(CronCase):
    def test_a_missing_person_is_reminded_once(self):
        self.remind("2026-06-01 13:30:00")  # 9:30, not yet more than 30 minutes
        self.assertEqual(self.mails(), [])
        self.remind("2026-06-01 13:31:00")
        self.remind("2026-06-01 13:46:00")
        self.assertEqual(self.mails(), [("amira@example.com", "You have not clocked in yet")])
        row = self.Log.search([("event", "=", "reminder_in")])
        self.assertEqual((row.employee_id, row.date), (self.employee, DAY))

    def test_the_mail_names_the_shift(self):
        self.remind("2026-06-01 14:00:00")
        mail = self.env["mail.mail"].search([]) - self.known_mails
        self.assertIn("Amira Tremblay", mail.body_html)
        self.assertIn("9:00", mail.body_html)
        self.assertEqual(mail.state, "outgoing")

    def test_silence_before_a_later_shift_and_after_the_end(self):
        self.shift.write({"start_time": 14, "end_time": 22})
        self.remind("2026-06-01 13:31:00")  # 9:31
        self.assertEqual(self.mails(), [])
        self.remind("2026-06-02 02:00:00")  # 22:00, over
        self.assertEqual(self.mails(), [])
        self.remind("2026-06-02 01:59:00")
        self.assertEqual(len(self.mails()), 1)

    def test_silence_for_who_is_in_or_was_in(self):
        self.make_attendance("2026-06-01 12:50:00", "2026-06-01 13:20:00")
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(self.mails(), [])

    def test_yesterdays_overnight_shift_is_no_presence_today(self):
        self.env["fusion.clock.schedule"].create(
            {
                "employee_id": self.employee.id,
                "date": "2026-05-31",
                "start_time": 22,
                "end_time": 6,
                "state": "posted",
            }
        )
        self.make_attendance("2026-06-01 09:50:00", "2026-06-01 10:05:00")  # 5:50 to 6:05
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(len(self.mails()), 1)

    def test_silence_on_leave_pending_or_approved(self):
        for state in ("confirm", "validate"):
            with self.subTest(state=state):
                leave = self.take_leave(state)
                self.remind("2026-06-01 14:00:00")
                self.assertEqual(self.mails(), [])
                leave.sudo().write({"state": "refuse"})
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(len(self.mails()), 1)

    def test_silence_on_a_public_holiday_of_one_s_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        night = self.company.resource_calendar_id.copy({"name": "Night"})
        self.add_holiday(other)
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(len(self.mails()), 1)
        self.env["resource.calendar.leaves"].search([("name", "=", "Holiday")]).unlink()
        self.add_holiday(calendar_id=night.id)
        self.known_mails = self.env["mail.mail"].search([])
        self.colleague.write({"x_fclk_shift_id": self.shift.id, "resource_calendar_id": night.id})
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(self.mails(), [])

    def test_switches(self):
        self.employee.x_fclk_send_reminders = False
        self.remind("2026-06-01 14:00:00")
        self.employee.write({"x_fclk_send_reminders": True, "x_fclk_enable_clock": False})
        self.remind("2026-06-01 14:00:00")
        self.employee.x_fclk_enable_clock = True
        self.set_config(enable_reminders=False)
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(self.mails(), [])
        self.assertFalse(self.Log.search([("event", "=", "reminder_in")]))

    def test_no_plan_no_reminder(self):
        self.remind("2026-06-06 15:00:00")  # Saturday
        self.employee.x_fclk_shift_id = False
        self.remind("2026-06-01 14:00:00")
        self.assertEqual(self.mails(), [])

    def test_somebody_still_clocked_in_is_told_once(self):
        self.make_attendance("2026-06-01 12:00:00")
        self.remind("2026-06-02 03:29:00")  # 15 h 29
        self.assertEqual(self.mails(), [])
        self.remind("2026-06-02 03:30:00")
        self.remind("2026-06-02 03:45:00")
        self.assertEqual(self.mails(), [("amira@example.com", "You are still clocked in")])

    def test_no_cap_no_clock_out_reminder(self):
        self.set_config(max_shift_hours=0)
        self.make_attendance("2026-06-01 12:00:00")
        self.remind("2026-06-02 11:00:00")
        self.assertEqual(self.mails(), [])

    def test_a_poisoned_employee_does_not_stop_the_others(self):
        self.colleague.x_fclk_shift_id = self.shift
        original = type(self.employee)._fclk_prepare_plan

        def poisoned(employee, *args):
            if employee == self.employee:
                raise ZeroDivisionError
            return original(employee, *args)

        with (
            patch.object(type(self.employee), "_fclk_prepare_plan", poisoned),
            mute_logger("odoo.addons.fusion_clock.models.hr_employee_presence"),
        ):
            self.remind("2026-06-01 14:00:00")
        self.assertEqual(self.mails(), [("ben@example.com", "You have not clocked in yet")])

    def test_nobody_without_an_address_stops_the_others(self):
        self.employee.work_email = False
        self.colleague.x_fclk_shift_id = self.shift
        self.remind("2026-06-01 14:00:00")
        self.assertIn(("ben@example.com", "You have not clocked in yet"), self.mails())

    def test_late_alert_to_the_lead_once_and_off_by_default(self):
        with freeze_time("2026-06-01 13:11:00"):
            self.Attendance._cron_fusion_live_alerts()
            self.assertEqual(self.mails(), [])
            self.set_config(enable_late_alerts=True)
            self.Attendance._cron_fusion_live_alerts()
            self.Attendance._cron_fusion_live_alerts()
        self.assertEqual(self.mails(), [("lena@example.com", "Amira Tremblay has not clocked in")])

    def test_idle_costs(self):
        self.set_config(enable_reminders=False)
        with freeze_time("2026-06-06 15:00:00"):
            self.Attendance._cron_fusion_employee_reminders()
            off = self.queries_of(self.Attendance._cron_fusion_employee_reminders)
        self.set_config(enable_reminders=True)
        self.env["hr.employee"].search([]).x_fclk_enable_clock = False
        with freeze_time("2026-06-06 15:00:00"):
            nobody = self.queries_of(self.Attendance._cron_fusion_employee_reminders)
            absences = self.queries_of(self.Attendance._cron_fusion_check_absences)
        self.assertLessEqual(off, 5)
        self.assertLessEqual(nobody, 5)
        self.assertLessEqual(absences, 5)

    def test_nobody_due_costs_the_same_for_20_and_200(self):
        def make(count):
            people = self.env["hr.employee"].create(
                [{"name": f"P{n}", "company_id": self.company.id} for n in range(count)]
            )
            people.x_fclk_shift_id = self.shift
            self.env["hr.attendance"].create(
                [
                    {"employee_id": person.id, "check_in": f"2026-06-0{day} 13:00:00",
                     "check_out": f"2026-06-0{day} 21:00:00"}
                    for person in people for day in (1, 2)
                ]
            )  # fmt: skip

        self.employee.x_fclk_enable_clock = False
        make(20)
        with freeze_time("2026-06-02 18:00:00"):
            crons = (
                self.Attendance._cron_fusion_employee_reminders,
                self.Attendance._cron_fusion_check_absences,
            )
            for cron in crons:
                cron()
            few = [self.queries_of(cron) for cron in crons]
            make(180)
            for cron in crons:
                cron()
            many = [self.queries_of(cron) for cron in crons]
        self.assertEqual(few, many)
        self.assertLessEqual(max(many), 30)
        self.assertEqual(self.mails(), [])


@tagged("post_install", "-at_install")
class TestAbsences(CronCase):
    def absences(self):
        return [(row.employee_id, row.date) for row in self.Log.search([("event", "=", "absence")])]

    def test_a_no_show_once_with_a_summary_to_the_lead(self):
        self.colleague.x_fclk_shift_id = self.shift
        self.check_absences("2026-06-02 03:00:00")  # 23:00 of Monday itself
        self.assertEqual(self.absences(), [])
        self.check_absences("2026-06-02 04:05:00")  # 0:05 on Tuesday
        self.check_absences("2026-06-02 12:00:00")
        self.assertCountEqual(self.absences(), [(self.employee, DAY), (self.colleague, DAY)])
        self.assertEqual(self.mails(), [("lena@example.com", "Absences: 2")])
        mail = self.env["mail.mail"].search([]) - self.known_mails
        self.assertIn("Amira Tremblay", mail.body_html)
        self.assertIn("Ben Singh", mail.body_html)

    def test_the_office_hears_where_nobody_leads(self):
        self.employee.parent_id = False
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.mails(), [("office@example.com", "Absences: 1")])

    def test_yesterday_only_however_late_the_run(self):
        self.check_absences("2026-06-05 12:00:00")  # Friday
        self.assertEqual(self.absences(), [(self.employee, date(2026, 6, 4))])

    def test_a_worked_day_is_none_and_a_technical_marker_is_no_work(self):
        row = self.make_attendance("2026-06-01 13:30:00", "2026-06-01 15:00:00")
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.absences(), [])
        row.in_mode = "technical"
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.absences(), [(self.employee, DAY)])

    def test_weekend_shift_counts_and_a_free_day_does_not(self):
        self.shift.day_sat = True
        self.check_absences("2026-06-07 12:00:00")  # Sunday: Saturday was planned
        self.assertEqual(self.absences(), [(self.employee, date(2026, 6, 6))])
        self.check_absences("2026-06-08 12:00:00")  # Monday: Sunday was not
        self.assertEqual(len(self.absences()), 1)

    def test_leave_even_pending_and_holiday_excuse(self):
        leave = self.take_leave("confirm")
        self.check_absences("2026-06-02 12:00:00")
        leave.sudo().state = "refuse"
        holiday = self.add_holiday()
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.absences(), [])
        holiday.unlink()
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(len(self.absences()), 1)

    def test_an_overnight_plan_waits_for_its_end_and_a_late_arrival_counts(self):
        self.shift.write({"start_time": 22, "end_time": 6})
        self.check_absences("2026-06-02 09:00:00")  # 5:00 on Tuesday, still running
        self.assertEqual(self.absences(), [])
        row = self.make_attendance("2026-06-02 09:30:00", "2026-06-02 10:05:00")
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.absences(), [])
        row.unlink()
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.absences(), [(self.employee, DAY)])

    def test_local_yesterday_around_utc_midnight(self):
        # UTC-7; the shift ends at 0:00 UTC
        self.employee.resource_calendar_id = self.company.resource_calendar_id.copy(
            {"tz": "America/Vancouver"}
        )
        self.check_absences("2026-06-02 05:00:00")  # 22:00 on Monday in Vancouver
        self.assertEqual(self.absences(), [])
        self.check_absences("2026-06-02 07:05:00")
        self.assertEqual(self.absences(), [(self.employee, DAY)])

    def test_a_later_attendance_clears_it_once(self):
        self.check_absences("2026-06-02 12:00:00")
        self.make_attendance("2026-06-02 13:00:00", "2026-06-02 14:00:00")  # another day
        self.assertNotIn("absence_cleared", self.events(self.employee))
        self.make_attendance("2026-06-01 13:00:00", "2026-06-01 17:00:00")
        self.make_attendance("2026-06-01 18:00:00", "2026-06-01 20:00:00")
        self.assertEqual(self.events(self.employee).count("absence_cleared"), 1)
        row = self.Log.search([("event", "=", "absence_cleared")])
        self.assertEqual(row.date, DAY)

    def test_once_even_when_another_worker_was_faster(self):
        self.assertTrue(self.Log._fclk_log_once("absence", self.employee, date=DAY))
        self.assertFalse(self.Log._fclk_log_once("absence", self.employee, date=DAY))
        self.check_absences("2026-06-02 12:00:00")
        self.assertEqual((len(self.absences()), self.mails()), (1, []))

    @mute_logger("odoo.addons.fusion_base.tools.batch")
    def test_one_lead_s_fault_does_not_stop_another_s(self):
        other_lead = self.make_employee(
            "Omar", work_email="omar@example.com", x_fclk_enable_clock=False
        )
        self.colleague.write({"x_fclk_shift_id": self.shift.id, "parent_id": other_lead.id})
        template = type(self.env["mail.template"])
        original = template.send_mail

        def fail_for_lena(record, res_id, **kw):
            if kw.get("email_values", {}).get("email_to") == "lena@example.com":
                raise ZeroDivisionError
            return original(record, res_id, **kw)

        with patch.object(template, "send_mail", fail_for_lena):
            self.check_absences("2026-06-02 12:00:00")
        self.assertEqual(self.mails(), [("omar@example.com", "Absences: 1")])
        self.assertEqual(self.absences(), [(self.colleague, DAY)])
        self.check_absences("2026-06-02 13:00:00")  # the next run makes up for it
        self.assertEqual(len(self.absences()), 2)


@tagged("post_install", "-at_install")
class TestAutoClockOut(CronCase):
    def test_closed_at_the_cap_and_never_before(self):
        row = self.make_attendance("2026-06-01 12:00:00")
        self.close("2026-06-02 03:59:00")
        self.assertFalse(row.check_out)
        self.close("2026-06-04 09:00:00")  # the run comes days late
        self.assertEqual(row.check_out, datetime(2026, 6, 2, 4))
        self.assertEqual((row.out_mode, row.x_fclk_clock_out_source), ("auto_check_out", "auto"))
        self.assertTrue(row.x_fclk_pending_reason)
        self.assertTrue(self.employee.x_fclk_pending_reason)
        self.assertEqual(row.x_fclk_break_minutes, 60.0)
        self.assertEqual(self.events(self.employee), ["auto_clock_out"])
        mail = self.env["mail.mail"].search([]) - self.known_mails
        self.assertEqual(mail.email_to, "amira@example.com")
        self.assertEqual(mail.email_cc, "office@example.com")

    def test_zero_is_never(self):
        self.set_config(max_shift_hours=0)
        row = self.make_attendance("2026-06-01 12:00:00")
        self.close("2026-07-01 12:00:00")
        self.assertFalse(row.check_out)

    def test_no_early_out_penalty(self):
        self.set_config(enable_penalties=True, max_shift_hours=2)
        row = self.make_attendance("2026-06-01 13:00:00")
        self.close("2026-06-01 16:00:00")
        self.assertEqual(row.check_out, datetime(2026, 6, 1, 15))
        self.assertFalse(row.x_fclk_penalty_ids)

    @mute_logger("odoo.addons.fusion_base.tools.batch")
    def test_one_bad_row_does_not_stop_the_rest(self):
        bad = self.make_attendance("2026-06-01 11:00:00")
        good = self.make_attendance("2026-06-01 12:00:00", employee=self.colleague)
        original = type(bad)._fclk_auto_close

        def poisoned(row, cap):
            if row == bad:
                raise ZeroDivisionError
            return original(row, cap)

        with patch.object(type(bad), "_fclk_auto_close", poisoned):
            self.close("2026-06-02 12:00:00")
        self.assertFalse(bad.check_out)
        self.assertTrue(good.check_out)

    def test_never_into_the_next_attendance(self):
        row = self.make_attendance("2026-06-01 12:00:00")
        self.env.cr.execute(
            "INSERT INTO hr_attendance (employee_id, check_in, check_out, date) "
            "VALUES (%s, '2026-06-01 18:00', '2026-06-01 20:00', '2026-06-01')",
            [self.employee.id],
        )
        self.env.invalidate_all()
        self.close("2026-06-02 12:00:00")
        self.assertEqual(row.check_out, datetime(2026, 6, 1, 18))

    def test_through_the_cron_itself(self):
        row = self.make_attendance(datetime.now() - timedelta(hours=20))  # noqa: DTZ005
        with self.enter_registry_test_mode():
            self.env.ref("fusion_clock.ir_cron_fusion_auto_clock_out").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(row.out_mode, "auto_check_out")

    def test_idle_costs(self):
        with freeze_time("2026-06-02 12:00:00"):
            self.Attendance._cron_fusion_auto_clock_out()
            self.assertLessEqual(self.queries_of(self.Attendance._cron_fusion_auto_clock_out), 5)

    def test_cost_per_row_against_a_plain_write(self):
        count = 20
        people = self.env["hr.employee"].create(
            [
                {"name": f"P{n}", "company_id": self.company.id, "work_email": f"p{n}@example.com"}
                for n in range(2 * count)
            ]
        )
        rows = self.Attendance.create(
            [{"employee_id": p.id, "check_in": "2026-06-01 12:00:00"} for p in people]
        )
        plain, rest = rows[:count], rows[count:]

        def close_plainly():
            for row in plain:
                row.write({"check_out": "2026-06-02 04:00:00"})
                self.env.flush_all()

        with freeze_time("2026-06-02 12:00:00"):
            baseline = self.queries_of(close_plainly)
            ours = self.queries_of(self.Attendance._cron_fusion_auto_clock_out)
        self.assertFalse(rest.filtered(lambda row: not row.check_out))
        self.assertLessEqual(ours, 1.5 * baseline + 10 * count)


@tagged("post_install", "-at_install")
class TestRetention(CronCase):
    def test_photos_positions_and_log_go_and_hours_stay(self):
        old = self.make_attendance("2026-01-05 14:00:00", "2026-01-05 22:00:00")
        new = self.make_attendance("2026-05-25 14:00:00", "2026-05-25 22:00:00")
        for row in old | new:
            row.write(
                {
                    "x_fclk_check_in_photo": b"aGVsbG8=",
                    "in_latitude": 43.6,
                    "in_longitude": -79.4,
                }
            )
        hours = old.x_fclk_net_hours
        with freeze_time("2024-01-01 12:00:00"):
            ancient = self.Log._fclk_log("clock_in", self.employee, latitude=43.6, longitude=-79.4)
        with freeze_time("2026-01-05 14:00:00"):
            aged = self.Log._fclk_log("clock_in", self.employee, latitude=43.6, longitude=-79.4)

        with freeze_time("2026-06-01 12:00:00"):
            self.Attendance._cron_fusion_retention()

        self.env.invalidate_all()
        self.assertFalse(old.x_fclk_check_in_photo)
        self.assertEqual((old.in_latitude, old.in_longitude), (0.0, 0.0))
        self.assertEqual((old.x_fclk_net_hours, old.check_in), (hours, datetime(2026, 1, 5, 14)))
        self.assertTrue(new.x_fclk_check_in_photo)
        self.assertEqual(new.in_latitude, 43.6)
        self.assertFalse(ancient.exists())
        self.assertEqual((aged.latitude, aged.longitude), (0.0, 0.0))

    def test_zero_keeps(self):
        self.set_config(photo_retention_days=0, gps_retention_days=0, log_retention_days=0)
        row = self.make_attendance("2020-01-06 14:00:00", "2020-01-06 22:00:00")
        row.write({"x_fclk_check_in_photo": b"aGVsbG8=", "in_latitude": 43.6})
        with freeze_time("2020-01-06 14:00:00"):
            kept = self.Log._fclk_log("clock_in", self.employee)
        self.Attendance._cron_fusion_retention()
        self.env.invalidate_all()
        self.assertTrue(row.x_fclk_check_in_photo and row.in_latitude and kept.exists())
