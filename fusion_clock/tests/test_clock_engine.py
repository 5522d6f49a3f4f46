from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ClockCase, make_photo

ANSWER_KEYS = {
    "success",
    "action",
    "attendance_id",
    "employee_id",
    "employee_name",
    "employee_avatar_url",
    "message",
    "time",
    "net_hours_today",
    "unscheduled",
    "late_minutes",
    "pending_reason",
    "notes",
}


@tagged("post_install", "-at_install")
class TestClockEngine(ClockCase):
    def clock(self, source="portal", employee=None, **kw):
        return (employee or self.employee)._fclk_clock(source, **kw)

    def row(self, answer):
        return self.Attendance.browse(answer["attendance_id"])

    def test_in_and_out(self):
        with freeze_time("2026-06-01 12:02:00"):
            came = self.clock()
        with freeze_time("2026-06-01 20:32:00"):
            went = self.clock()

        self.assertEqual(set(came), ANSWER_KEYS)
        self.assertEqual(
            (came["success"], came["action"], came["time"]), (True, "clock_in", "08:02")
        )
        self.assertEqual(came["net_hours_today"], 0.0)
        self.assertEqual(came["employee_name"], "Amira Tremblay")
        self.assertEqual((went["action"], went["time"]), ("clock_out", "16:32"))
        self.assertEqual(went["net_hours_today"], 8.0)
        row = self.row(went)
        self.assertEqual(came["attendance_id"], row.id)
        self.assertEqual(row.check_in, datetime(2026, 6, 1, 12, 2))
        self.assertEqual(row.check_out, datetime(2026, 6, 1, 20, 32))
        self.assertEqual(
            (row.x_fclk_clock_source, row.x_fclk_clock_out_source), ("portal", "portal")
        )
        self.assertEqual((row.in_mode, row.out_mode), ("portal", "portal"))
        self.assertEqual(self.events(self.employee), ["clock_in", "unscheduled_shift", "clock_out"])

    def test_a_clocking_posts_no_message_and_an_edit_does(self):
        employee = self.employee.with_context(tracking_disable=False)
        with freeze_time("2026-06-01 12:02:00"):
            employee._fclk_clock("portal")
        with freeze_time("2026-06-01 20:32:00"):
            row = self.row(employee._fclk_clock("portal"))
        self.env.cr.precommit.run()
        self.assertFalse(row.message_ids)

        row.with_context(tracking_disable=False).check_out = "2026-06-01 20:00:00"
        self.env.cr.precommit.run()
        self.assertIn(
            "check_out", row.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        )

    def test_hours_today_add_up(self):
        self.make_attendance("2026-06-01 12:00", "2026-06-01 14:00")
        with freeze_time("2026-06-01 16:00:00"):
            self.clock()
        with freeze_time("2026-06-01 17:30:00"):
            self.assertEqual(self.employee._fclk_get_status()["net_hours_today"], 3.5)
            self.assertEqual(self.clock()["net_hours_today"], 3.5)

    def test_a_night_counts_on_leaving(self):
        with freeze_time("2026-06-02 02:00:00"):
            self.clock()
        with freeze_time("2026-06-02 10:00:00"):
            self.assertEqual(self.clock()["net_hours_today"], 7.5)

    def test_unexpected_state_is_refused_silently(self):
        answer = self.clock(expected="clock_out")
        self.assertEqual((answer["error"], answer["state"]), ("state_changed", "checked_out"))
        self.assertTrue(answer["message"])
        self.assertFalse(self.employee.attendance_ids)
        self.assertEqual(self.events(self.employee), [])
        self.assertEqual(self.clock(expected="clock_in")["action"], "clock_in")
        self.assertEqual(self.clock(expected="clock_in")["error"], "state_changed")

    def test_disabled_and_archived_are_refused(self):
        self.employee.x_fclk_enable_clock = False
        self.colleague.active = False
        for employee in (self.employee, self.colleague):
            answer = self.clock(employee=employee)
            self.assertEqual(answer["error"], "clock_disabled")
            self.assertEqual(answer["message"], "Clock disabled for this account.")
            self.assertFalse(employee.attendance_ids)
            self.assertEqual(self.events(employee), ["clock_refused"])

    def test_photo_is_checked_before_anything(self):
        for photo in (None, "", "§", make_photo()[:100]):
            answer = self.clock("nfc_kiosk", photo=photo, photo_required=True)
            self.assertEqual(answer["error"], "photo_required")
            self.assertEqual(answer["message"], "Camera unavailable. Ask IT to check the kiosk.")
        self.assertFalse(self.employee.attendance_ids)
        self.assertEqual(self.events(self.employee), ["photo_missing"] * 4)

    def test_photo_is_kept(self):
        came = self.clock("nfc_kiosk", photo=make_photo(), photo_required=True)
        went = self.clock("nfc_kiosk", photo=make_photo(colour="blue"), photo_required=True)
        row = self.row(came)
        self.assertEqual(row.id, went["attendance_id"])
        self.assertTrue(row.x_fclk_check_in_photo)
        self.assertTrue(row.x_fclk_check_out_photo)
        self.assertNotEqual(row.x_fclk_check_in_photo, row.x_fclk_check_out_photo)

    def test_a_bad_photo_that_nobody_asked_for_is_dropped(self):
        answer = self.clock("nfc_kiosk", photo="§")
        self.assertTrue(answer["success"])
        self.assertFalse(self.row(answer).x_fclk_check_in_photo)
        self.assertIn("photo_missing", self.events(self.employee))

    def test_a_company_without_photos_drops_them(self):
        self.company.x_fclk_take_photos = False
        answer = self.clock("nfc_kiosk", photo=make_photo(), photo_required=True)
        self.assertTrue(answer["success"])
        self.assertFalse(self.row(answer).x_fclk_check_in_photo)

    def test_geofence(self):
        self.location.write({"latitude": 43.6532, "longitude": -79.3832})
        outside = self.clock(latitude=43.6632, longitude=-79.3832)
        self.assertEqual(outside["error"], "outside_geofence")
        self.assertAlmostEqual(outside["distance"], 1112, 0)
        self.assertIn("Front Door", outside["message"])
        self.assertIn("1112 m", outside["message"])
        self.assertEqual(self.events(self.employee), ["geofence_reject"])
        self.assertFalse(self.employee.attendance_ids)

        inside = self.row(self.clock(latitude=43.6533, longitude=-79.3832, ip="192.0.2.1"))
        self.assertEqual(inside.x_fclk_location_id, self.location)
        self.assertAlmostEqual(inside.x_fclk_in_distance, 11.12, 1)
        self.assertEqual((inside.in_latitude, inside.in_longitude), (0.0, 0.0))
        self.assertEqual((inside.in_location, inside.in_ip_address), ("Front Door", "192.0.2.1"))

    def test_flag_policy_carries_the_distance(self):
        self.location.write({"latitude": 43.6532, "longitude": -79.3832})
        self.set_config(geofence_policy="flag")
        row = self.row(self.clock(latitude=43.6632, longitude=-79.3832))
        self.assertAlmostEqual(row.x_fclk_in_distance, 1112, 0)
        self.assertFalse(row.x_fclk_location_id)
        self.assertIn("geofence_flag", self.events(self.employee))

    def test_positions_are_stored_only_when_tracked(self):
        self.company.attendance_device_tracking = True
        row = self.row(self.clock(latitude=43.6533, longitude=-79.3832))
        self.assertEqual((row.in_latitude, row.in_longitude), (43.6533, -79.3832))
        other = self.row(self.clock(employee=self.colleague, latitude=0, longitude=0))
        self.assertEqual((other.in_latitude, other.in_longitude), (0.0, 0.0))

    def test_kiosks_are_not_asked_where_they_are(self):
        self.location.write({"latitude": 43.6532, "longitude": -79.3832})
        row = self.row(self.clock("nfc_kiosk", location=self.location))
        self.assertEqual((row.x_fclk_location_id, row.x_fclk_in_distance), (self.location, 0.0))
        self.assertEqual(row.in_mode, "kiosk")

    def test_core_s_refusal_becomes_an_answer(self):
        with freeze_time("2026-06-01 12:00:00"):
            self.clock()
        self.make_attendance("2026-06-01 13:00", "2026-06-01 14:00")
        with freeze_time("2026-06-01 20:00:00"):
            answer = self.clock()
        self.assertEqual(answer["error"], "attendance_conflict")
        self.assertIn("Amira Tremblay", answer["message"])
        self.assertEqual(self.events(self.employee)[-1], "clock_refused")
        self.assertEqual(len(self.employee.attendance_ids), 2)
        self.assertEqual(len(self.employee.attendance_ids.filtered("check_out")), 1)

    def test_an_old_open_attendance_is_closed(self):
        row = self.make_attendance("2026-05-31 12:00")
        with freeze_time("2026-06-01 12:00:00"):
            answer = self.clock("nfc_kiosk")
        self.assertEqual((answer["action"], answer["attendance_id"]), ("clock_out", row.id))

    def test_the_plan_is_kept_and_lateness_told(self):
        self.env["fusion.clock.schedule"].create(
            {
                "employee_id": self.employee.id,
                "date": "2026-06-01",
                "state": "posted",
                "start_time": 8,
                "end_time": 16,
            }
        )
        with freeze_time("2026-06-01 12:07:30"):
            answer = self.clock()
        self.assertEqual((answer["late_minutes"], answer["unscheduled"]), (7, False))
        row = self.row(answer)
        self.assertEqual(row.x_fclk_schedule_source, "schedule")
        self.assertEqual(row.x_fclk_scheduled_in, datetime(2026, 6, 1, 12))
        self.assertEqual(row.x_fclk_scheduled_out, datetime(2026, 6, 1, 20))
        self.assertEqual(self.events(self.employee), ["clock_in", "late_in"])
        self.assertFalse(row.x_fclk_penalty_ids)
        with freeze_time("2026-06-01 16:00:00"):
            self.clock()
        with freeze_time("2026-06-01 16:30:00"):
            self.assertEqual(self.clock()["late_minutes"], 0)

    def test_unscheduled_is_said(self):
        answer = self.clock("nfc_kiosk")
        self.assertTrue(answer["unscheduled"])
        self.assertEqual(answer["notes"], ["Not scheduled today."])
        self.assertFalse(self.clock("nfc_kiosk")["unscheduled"])

    def test_a_pending_explanation_is_said(self):
        row = self.make_attendance("2026-05-31 12:00", "2026-05-31 20:00")
        self.assertFalse(self.employee.x_fclk_pending_reason)
        row.x_fclk_pending_reason = True
        self.employee.invalidate_recordset()
        self.assertTrue(self.employee.x_fclk_pending_reason)
        self.assertTrue(self.clock()["pending_reason"])

    def test_core_s_own_toggle_is_recorded(self):
        with freeze_time("2026-06-01 12:00:00"):
            row = self.employee._attendance_action_change({"mode": "kiosk"})
        with freeze_time("2026-06-01 13:00:00"):
            self.employee._attendance_action_change({"mode": "systray"})
        self.assertEqual(
            (row.x_fclk_clock_source, row.x_fclk_clock_out_source), ("native_kiosk", "systray")
        )
        self.assertEqual(row.x_fclk_schedule_source, "none")
        self.assertEqual(self.events(self.employee), ["clock_in", "unscheduled_shift", "clock_out"])

    def test_clients_cannot_pass_the_engine_s_values(self):
        forged = {"values": {"x_fclk_clock_source": "nfc_kiosk"}}
        row = self.Attendance.with_context(fclk_clocking=forged).create(
            {"employee_id": self.employee.id, "check_in": "2026-06-01 12:00"}
        )
        self.assertEqual(row.x_fclk_clock_source, "manual")

    def test_same_second_attendances_lock_nobody_out(self):
        """On plain Odoo the tie leaves the person checked in forever."""
        moment = "2026-06-01 12:00:00"
        self.make_attendance(moment, moment)
        row = self.make_attendance(moment)
        self.assertEqual(self.employee.last_attendance_id, row)
        self.assertEqual(self.employee.attendance_state, "checked_in")
        with freeze_time("2026-06-01 12:00:00"):
            for expected in ["clock_out", "clock_in"] * 5:
                self.assertEqual(self.clock().get("action"), expected)
        self.assertEqual(len(self.employee.attendance_ids), 7)

    def test_many_taps_a_second_after_older_work(self):
        self.make_attendance("2026-05-31 12:00", "2026-05-31 20:00")
        for second in range(3):
            with freeze_time(f"2026-06-01 12:00:0{second}"):
                for expected in ["clock_in", "clock_out"] * 4:
                    self.assertEqual(self.clock().get("action"), expected)

    def test_real_overlaps_are_still_refused(self):
        self.make_attendance("2026-06-01 12:00", "2026-06-01 16:00")
        for start, end in [
            ("2026-06-01 13:00", "2026-06-01 14:00"),
            ("2026-06-01 11:00", "2026-06-01 13:00"),
            ("2026-06-01 15:00", False),
            ("2026-06-01 12:00", "2026-06-01 13:00"),
        ]:
            with self.subTest(start=start), self.assertRaises(ValidationError):
                self.make_attendance(start, end)

    def test_status(self):
        self.employee.user_id = self.env.user
        with freeze_time("2026-06-01 12:00:00"):
            self.clock()
        with freeze_time("2026-06-01 14:00:00"):
            status = self.env["hr.employee"]._fclk_get_own()._fclk_get_status()
        self.assertEqual(
            status,
            {
                "state": "checked_in",
                "since": "2026-06-01 12:00:00",
                "net_hours_today": 2.0,
                "week_net_hours": 2.0,
                "today": {"label": "", "scheduled": False, "is_off": False},
                "pending_reason": False,
            },
        )
