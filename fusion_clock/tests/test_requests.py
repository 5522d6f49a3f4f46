from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ClockHttpCase

SUBMIT = "/fusion_clock/correction/submit"
CANCEL = "/fusion_clock/correction/cancel"
REASON = "/fusion_clock/reason"
LEAVE = "/fusion_clock/leave/submit"
LEAVE_CANCEL = "/fusion_clock/leave/cancel"


@tagged("post_install", "-at_install")
class TestRequests(ClockHttpCase):
    """A portal user asks over HTTP; the server's clock says Tuesday 11:00 in Toronto."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "fclk_asker",
            groups="base.group_portal",
            password="fclk_asker",
            company_id=cls.company.id,
        )
        cls.employee.user_id = cls.user
        cls.row = cls.Attendance.create(
            {
                "employee_id": cls.employee.id,
                "check_in": "2026-06-01 13:00:00",
                "check_out": "2026-06-01 21:00:00",
            }
        )
        cls.foreign = cls.Attendance.create(
            {
                "employee_id": cls.colleague.id,
                "check_in": "2026-06-01 13:00:00",
                "check_out": "2026-06-01 21:00:00",
            }
        )
        cls.leave_type = cls.env["hr.leave.type"].create(
            {
                "name": "Unpaid day",
                "requires_allocation": False,
                "leave_validation_type": "hr",
                "request_unit": "half_day",
                "company_id": cls.company.id,
            }
        )
        cls.Correction = cls.env["fusion.clock.correction"]

    def setUp(self):
        super().setUp()
        self.authenticate("fclk_asker", "fclk_asker")
        frozen = freeze_time("2026-06-02 15:00:00", tick=True)
        frozen.start()
        self.addCleanup(frozen.stop)

    def submit(self, **values):
        params = {
            "kind": "wrong_times",
            "date": "2026-06-01",
            "attendance_id": self.row.id,
            "check_out": "2026-06-01 22:00:00",
            "reason": "Inventory",
        }
        return self.call(SUBMIT, **{**params, **values})

    def test_a_request_is_filed_once(self):
        answer = self.submit()
        self.assertEqual(self.submit(), answer)
        correction = self.Correction.browse(answer["id"])
        self.assertEqual(correction.employee_id, self.employee)
        self.assertEqual(correction.requested_check_out, datetime(2026, 6, 1, 22))
        self.assertEqual((correction.reason, correction.origin), ("Inventory", "employee"))
        other = self.submit(check_out="2026-06-01 22:30:00")
        self.assertEqual(other["error"], "invalid")
        self.assertIn("open request", other["message"])
        self.assertEqual(
            self.Correction.search([("employee_id", "=", self.employee.id)]), correction
        )
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 21))

    def test_bad_requests_leave_nothing(self):
        for values, code in [
            ({"attendance_id": self.foreign.id}, "not_found"),
            ({"attendance_id": 10**12}, "not_found"),
            ({"attendance_id": "1 or 1"}, "not_found"),
            ({"attendance_id": True}, "not_found"),
            ({"kind": "bonus"}, "invalid"),
            ({"kind": None}, "invalid"),
            ({"kind": ["wrong_times"]}, "invalid"),
            ({"date": "June"}, "invalid"),
            ({"date": 5}, "invalid"),
            ({"reason": "  "}, "invalid"),
            ({"reason": None}, "invalid"),
            ({"check_out": "tomorrow"}, "invalid"),
            ({"check_out": "2026-06-01"}, "invalid"),
            ({"check_out": 17}, "invalid"),
            ({"check_out": "2026-06-02 16:00:00"}, "invalid"),
            ({"check_out": "2026-06-01 12:00:00"}, "invalid"),
            ({"check_out": None}, "invalid"),
            ({"attendance_id": None}, "invalid"),
        ]:
            with self.subTest(values=values):
                answer = self.submit(**values)
                self.assertEqual(answer["error"], code)
                self.assertTrue(answer["message"])
        self.assertFalse(self.Correction.search([("employee_id", "=", self.employee.id)]))

    def test_the_employee_field_cannot_be_sent(self):
        answer = self.submit(employee_id=self.colleague.id, origin="offline", state="approved")
        correction = self.Correction.browse(answer["id"])
        self.assertEqual(correction.employee_id, self.employee)
        self.assertEqual((correction.origin, correction.state), ("employee", "submitted"))

    def test_cancelling_one_s_own(self):
        correction = self.Correction.browse(self.submit()["id"])
        foreign = self.Correction.create(
            {
                "employee_id": self.colleague.id,
                "kind": "worked_break",
                "attendance_id": self.foreign.id,
                "reason": "Busy",
            }
        )
        for bad in (foreign.id, 0, -1, "x", None, 10**12):
            self.assertEqual(self.call(CANCEL, id=bad)["error"], "not_found", bad)
        self.assertEqual(self.call(CANCEL, id=correction.id), {"success": True})
        self.assertEqual(self.call(CANCEL, id=correction.id)["error"], "not_found")
        (correction | foreign).invalidate_recordset()
        self.assertEqual((correction.state, foreign.state), ("cancelled", "submitted"))

    def test_the_question_is_answered(self):
        self.row.x_fclk_pending_reason = True
        self.env.flush_all()
        self.assertTrue(self.call("/fusion_clock/status")["pending_reason"])
        for reason in ("", None, 3):
            answer = self.call(REASON, attendance_id=self.row.id, reason=reason)
            self.assertEqual(answer["error"], "invalid")
        answer = {"attendance_id": self.row.id, "reason": "I forgot"}
        self.assertEqual(self.call(REASON, **answer), {"success": True})
        self.assertEqual(self.call(REASON, **answer), {"success": True})
        self.row.invalidate_recordset()
        self.assertEqual(
            (self.row.x_fclk_close_reason, self.row.x_fclk_pending_reason), ("I forgot", False)
        )
        self.assertFalse(self.Correction.search([("employee_id", "=", self.employee.id)]))
        self.assertEqual(
            self.call(REASON, attendance_id=self.row.id, reason="else")["error"], "not_found"
        )

    def test_the_real_time_of_leaving_becomes_a_request(self):
        self.row.x_fclk_pending_reason = True
        self.env.flush_all()
        params = {"attendance_id": self.row.id, "reason": "Left by the back door"}
        for bad in ("2026-06-02 20:00:00", "2026-06-01 12:00:00", "noon"):
            self.assertEqual(self.call(REASON, check_out=bad, **params)["error"], "invalid")
        self.row.invalidate_recordset()
        self.assertTrue(self.row.x_fclk_pending_reason)
        self.assertFalse(self.row.x_fclk_close_reason)

        answer = self.call(REASON, check_out="2026-06-01 20:15:00", **params)
        self.assertEqual(answer, {"success": True})
        correction = self.Correction.search([("employee_id", "=", self.employee.id)])
        self.assertEqual((correction.kind, correction.origin), ("missed_out", "auto_close"))
        self.assertEqual(correction.attendance_id, self.row)
        self.assertEqual(correction.requested_check_out, datetime(2026, 6, 1, 20, 15))
        self.row.invalidate_recordset()
        self.assertFalse(self.row.x_fclk_pending_reason)
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 21))

    def test_only_one_s_own_question(self):
        (self.row | self.foreign).x_fclk_pending_reason = True
        self.env.flush_all()
        answer = self.call(REASON, attendance_id=self.foreign.id, reason="mine")
        self.assertEqual(answer["error"], "not_found")
        self.foreign.invalidate_recordset()
        self.assertTrue(self.foreign.x_fclk_pending_reason)
        self.assertFalse(self.foreign.x_fclk_close_reason)

    def leave(self, **values):
        params = {
            "leave_type_id": self.leave_type.id,
            "date_from": "2026-06-08",
            "date_to": "2026-06-09",
            "note": "Moving house",
        }
        return self.call(LEAVE, **{**params, **values})

    def test_time_off_is_asked_for_and_taken_back(self):
        answer = self.leave()
        self.assertEqual(answer["state"], "confirm")
        self.assertEqual(self.leave(), answer)
        leave = self.env["hr.leave"].browse(answer["id"])
        self.assertEqual(leave.employee_id, self.employee)
        self.assertEqual(
            (leave.request_date_from, leave.request_date_to),
            (date(2026, 6, 8), date(2026, 6, 9)),
        )
        self.assertEqual((leave.private_name, leave.number_of_days), ("Moving house", 2.0))
        self.assertEqual(self.events(self.employee), ["leave_requested"])
        self.assertEqual(self.call(LEAVE_CANCEL, id=leave.id), {"success": True})
        leave.invalidate_recordset()
        self.assertEqual(leave.state, "cancel")
        self.assertEqual(self.call(LEAVE_CANCEL, id=leave.id)["error"], "not_found")

    def test_half_a_day(self):
        answer = self.leave(date_to="2026-06-08", half="am")
        leave = self.env["hr.leave"].browse(answer["id"])
        self.assertEqual(leave.number_of_days, 0.5)
        self.assertEqual(self.leave(half="am")["error"], "invalid")
        self.assertEqual(self.leave(half="noon")["error"], "invalid")

    def test_odoo_s_refusal_comes_back_as_text(self):
        self.leave()
        answer = self.leave(date_from="2026-06-09")
        self.assertEqual(answer["error"], "invalid")
        self.assertGreater(len(answer["message"]), 20)
        for values, code in [
            ({"leave_type_id": 10**12}, "not_found"),
            ({"leave_type_id": None}, "not_found"),
            ({"date_from": "soon"}, "invalid"),
            ({"date_from": "2026-06-10", "date_to": "2026-06-08"}, "invalid"),
            ({"date_from": "2026-06-13", "date_to": "2026-06-14"}, "invalid"),  # weekend
        ]:
            with self.subTest(values=values):
                self.assertEqual(self.leave(**values)["error"], code)
        self.assertEqual(
            self.env["hr.leave"].search_count([("employee_id", "=", self.employee.id)]), 1
        )

    def test_types_on_offer(self):
        paid = self.leave_type.copy({"name": "Vacation", "requires_allocation": True})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.leave_type.copy({"name": "Theirs", "company_id": other.id})
        offered = self.employee._fclk_get_leave_types()
        self.assertIn(self.leave_type, offered)
        self.assertFalse((paid | theirs) & offered)
        self.assertEqual(self.leave(leave_type_id=paid.id)["error"], "not_found")

    def test_one_cannot_take_back_another_s_leave(self):
        leave = self.env["hr.leave"].create(
            {
                "employee_id": self.colleague.id,
                "holiday_status_id": self.leave_type.id,
                "request_date_from": "2026-06-08",
                "request_date_to": "2026-06-08",
            }
        )
        self.assertEqual(self.call(LEAVE_CANCEL, id=leave.id)["error"], "not_found")
        leave.invalidate_recordset()
        self.assertEqual(leave.state, "confirm")

    def test_without_an_employee(self):
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        for path in (SUBMIT, CANCEL, REASON, LEAVE, LEAVE_CANCEL):
            self.assertEqual(self.call(path)["error"], "no_employee", path)

    @mute_logger("odoo.http")
    def test_anonymous_may_not(self):
        self.authenticate(None, None)
        for path in (SUBMIT, CANCEL, REASON, LEAVE, LEAVE_CANCEL):
            self.assertIn("error", self.call_raw(path), path)
