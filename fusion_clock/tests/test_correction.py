from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ClockCase

NOW = "2026-06-02 15:00:00"  # Tuesday, 11:00 in Toronto


class CorrectionCase(ClockCase):
    """An employee, their lead, two managers; Monday 9:00 to 17:00 in Toronto is on the books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: new_test_user(
                cls.env,
                f"fclk_cor_{name}",
                groups=f"base.group_user{group}",
                company_id=cls.company.id,
                email=f"{name}@example.com",
            )
            for name, group in {
                "worker": "",
                "lead": ",fusion_clock.group_fusion_clock_team_lead",
                "stranger": ",fusion_clock.group_fusion_clock_team_lead",
                "manager": ",fusion_clock.group_fusion_clock_manager",
            }.items()
        }
        cls.lead_employee = cls.make_employee("Lead", user_id=cls.users["lead"].id)
        cls.employee.write({"parent_id": cls.lead_employee.id, "user_id": cls.users["worker"].id})
        cls.Correction = cls.env["fusion.clock.correction"]
        cls.row = cls.Attendance.create(
            {
                "employee_id": cls.employee.id,
                "check_in": "2026-06-01 13:00:00",
                "check_out": "2026-06-01 21:00:00",
            }
        )

    def setUp(self):
        super().setUp()
        frozen = freeze_time(NOW)
        frozen.start()
        self.addCleanup(frozen.stop)

    def ask(self, kind="wrong_times", **values):
        return self.Correction.create(
            {
                "employee_id": self.employee.id,
                "kind": kind,
                "attendance_id": self.row.id,
                "reason": "The reader was off",
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestCorrection(CorrectionCase):
    def test_approving_changes_the_times_and_the_hours(self):
        correction = self.ask(requested_check_out="2026-06-01 23:30:00")
        self.assertEqual((correction.state, correction.date), ("submitted", date(2026, 6, 1)))
        self.assertEqual(correction.origin, "employee")

        correction.with_user(self.users["lead"]).action_approve()

        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 23, 30))
        self.assertEqual(self.row.check_in, datetime(2026, 6, 1, 13))
        self.assertEqual(self.row.x_fclk_clock_out_source, "correction")
        self.assertEqual(self.row.x_fclk_clock_source, "manual")
        self.assertEqual((self.row.x_fclk_break_minutes, self.row.x_fclk_net_hours), (60.0, 9.5))
        self.assertEqual(correction.state, "approved")
        self.assertEqual(correction.old_check_in, datetime(2026, 6, 1, 13))
        self.assertEqual(correction.old_check_out, datetime(2026, 6, 1, 21))
        self.assertEqual(correction.reviewer_id, self.users["lead"])
        self.assertEqual(correction.reviewed_at, datetime(2026, 6, 2, 15))
        self.assertEqual(
            self.events(self.employee), ["correction_submitted", "correction_approved"]
        )
        self.assertIn("The reader was off", self.row.message_ids[:1].body)

    def test_a_forgotten_day_becomes_an_attendance(self):
        correction = self.ask(
            "forgot_both",
            attendance_id=False,
            requested_check_in="2026-05-29 12:00:00",
            requested_check_out="2026-05-29 16:00:00",
        )
        correction.with_user(self.users["manager"]).action_approve()

        made = correction.attendance_id
        self.assertEqual(made.employee_id, self.employee)
        self.assertEqual(made.check_in, datetime(2026, 5, 29, 12))
        self.assertEqual(made.x_fclk_net_hours, 4.0)
        self.assertEqual(
            (made.x_fclk_clock_source, made.x_fclk_clock_out_source), ("correction", "correction")
        )
        self.assertEqual(made.x_fclk_schedule_source, "none")
        self.assertFalse(correction.old_check_in or correction.old_check_out)

    def test_a_forgotten_arrival_leaves_the_attendance_open(self):
        correction = self.ask(
            "missed_in", attendance_id=False, requested_check_in="2026-06-02 13:00:00"
        )
        correction.with_user(self.users["lead"]).action_approve()
        self.assertFalse(correction.attendance_id.check_out)
        self.assertEqual(self.employee.attendance_state, "checked_in")

    def test_a_forgotten_clock_out_clears_the_question(self):
        self.row.write({"out_mode": "auto_check_out", "x_fclk_clock_out_source": "auto"})
        self.row.x_fclk_pending_reason = True
        correction = self.ask("missed_out", requested_check_out="2026-06-01 20:00:00")
        correction.with_user(self.users["lead"]).action_approve()
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 20))
        self.assertEqual((self.row.out_mode, self.row.x_fclk_pending_reason), ("manual", False))

    def test_a_worked_break_is_paid(self):
        self.assertEqual(self.row.x_fclk_net_hours, 7.5)
        correction = self.ask("worked_break")
        correction.with_user(self.users["lead"]).action_approve()
        self.assertTrue(self.row.x_fclk_break_waived)
        self.assertEqual((self.row.x_fclk_break_minutes, self.row.x_fclk_net_hours), (0.0, 8.0))

    def test_nobody_decides_on_the_own_request(self):
        self.lead_employee.user_id = False
        for name in ("lead", "manager"):
            self.employee.user_id = self.users[name]
            self.env.flush_all()
            correction = self.ask(requested_check_out="2026-06-01 22:00:00")
            with self.assertRaises(AccessError):
                correction.with_user(self.users[name]).action_approve()
            with self.assertRaises(AccessError):
                correction.with_user(self.users[name]).action_refuse("no")
            self.assertEqual(correction.state, "submitted")
            correction.action_cancel()
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 21))

    def test_the_only_manager_may_by_a_setting(self):
        self.set_config(allow_self_approval=True)
        self.employee.user_id = self.users["manager"]
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        correction.with_user(self.users["manager"]).action_approve()
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 22))

    def test_strangers_decide_nothing(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        for name in ("worker", "stranger"):
            for action in ("action_approve", "action_open_refuse"):
                with self.subTest(name=name, action=action), self.assertRaises(AccessError):
                    answer = getattr(correction.with_user(self.users[name]), action)()
                    self.env[answer["res_model"]].with_user(self.users[name]).with_context(
                        **answer["context"]
                    ).create({"reason": "no"}).action_confirm()
        with self.assertRaises(AccessError):
            correction.with_user(self.users["stranger"]).action_cancel()
        self.assertEqual(correction.state, "submitted")
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 21))
        self.assertEqual(self.events(self.employee), ["correction_submitted"])

    def test_changed_times_ask_for_a_second_look(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        self.row.check_out = "2026-06-01 20:00:00"
        reviewed = correction.with_user(self.users["lead"])
        self.assertTrue(reviewed.is_outdated)
        with self.assertRaises(UserError):
            reviewed.action_approve()
        self.assertEqual((correction.state, correction.old_check_out), ("submitted", False))
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 20))

        reviewed.action_review_again()
        reviewed.action_approve()
        self.assertEqual(correction.old_check_out, datetime(2026, 6, 1, 20))
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 22))

    def test_a_deleted_attendance_is_not_invented_again(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        self.row.unlink()
        with self.assertRaises(UserError):
            correction.with_user(self.users["lead"]).action_approve()
        self.assertFalse(self.employee.attendance_ids)

    def test_odoo_s_overlap_check_applies(self):
        self.make_attendance("2026-06-01 22:00", "2026-06-01 23:00")
        correction = self.ask(requested_check_out="2026-06-01 22:30:00")
        with self.assertRaises(ValidationError) as caught:
            correction.with_user(self.users["lead"]).action_approve()
        self.assertIn("Amira Tremblay", str(caught.exception))
        self.assertEqual(correction.state, "submitted")

    def test_refusing_needs_a_note(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        reviewed = correction.with_user(self.users["lead"])
        for note in (None, "", "  "):
            with self.assertRaises(UserError):
                reviewed.action_refuse(note)
        self.assertEqual(correction.state, "submitted")
        reviewed.action_refuse("You left at five")
        self.assertEqual(
            (correction.state, correction.review_note), ("refused", "You left at five")
        )
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 21))
        self.assertEqual(self.events(self.employee)[-1], "correction_refused")
        for action in (reviewed.action_approve, reviewed.action_cancel):
            with self.assertRaises(UserError):
                action()

    def test_the_dialog_refuses(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        action = correction.with_user(self.users["lead"]).action_open_refuse()
        dialog = Form(
            self.env["fusion.clock.reason"]
            .with_user(self.users["lead"])
            .with_context(**action["context"])
        )
        dialog.reason = "You left at five"
        dialog.save().action_confirm()
        self.assertEqual(
            (correction.state, correction.review_note), ("refused", "You left at five")
        )

    def test_cancelling(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        correction.with_user(self.users["lead"]).action_cancel()
        self.assertEqual((correction.state, correction.reviewer_id.id), ("cancelled", False))
        with self.assertRaises(UserError):
            correction.with_user(self.users["lead"]).action_approve()

    def test_what_cannot_be_asked(self):
        for kind, values in [
            ("wrong_times", {"requested_check_out": "2026-06-02 15:00:01"}),  # future
            ("wrong_times", {"requested_check_out": "2026-06-01 12:59:00"}),  # before the arrival
            ("wrong_times", {"requested_check_in": "2026-06-01 21:00:00"}),  # nothing left
            ("wrong_times", {"requested_check_in": "2026-06-01 04:59:00"}),  # 16:01 h
            ("wrong_times", {}),
            ("missed_out", {}),
            ("missed_out", {"attendance_id": False, "requested_check_out": "2026-06-01 22:00:00"}),
            ("wrong_times", {"attendance_id": False, "requested_check_in": "2026-06-01 12:00:00"}),
            ("worked_break", {"attendance_id": False, "date": "2026-06-01"}),
            ("missed_in", {"attendance_id": False, "date": "2026-06-01"}),
            ("forgot_both", {"attendance_id": False, "requested_check_in": "2026-06-01 01:00:00"}),
        ]:
            with self.subTest(kind=kind, values=values), self.assertRaises(ValidationError):
                self.ask(kind, **values)
        other = self.make_attendance("2026-06-01 13:00", "2026-06-01 21:00", self.colleague)
        with self.assertRaises(ValidationError):
            self.ask("worked_break", attendance_id=other.id)
        running = self.make_attendance("2026-06-02 13:00")
        with self.assertRaises(ValidationError):
            self.ask("worked_break", attendance_id=running.id)
        self.assertFalse(self.Correction.search([("employee_id", "=", self.employee.id)]))

    def test_the_limit_is_inclusive_and_0_is_none(self):
        self.ask(requested_check_in="2026-06-01 05:00:00").action_cancel()
        self.set_config(max_shift_hours=0)
        self.assertTrue(self.ask(requested_check_in="2026-06-01 01:00:00"))

    @mute_logger("odoo.sql_db")
    def test_one_open_request_per_attendance(self):
        first = self.ask(requested_check_out="2026-06-01 22:00:00")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.ask("worked_break")
        first.action_cancel()
        self.assertTrue(self.ask("worked_break"))

    def test_the_result_cannot_be_written(self):
        lead = self.Correction.with_user(self.users["lead"])
        correction = lead.create(
            {
                "employee_id": self.employee.id,
                "kind": "worked_break",
                "attendance_id": self.row.id,
                "reason": "Busy",
                "state": "approved",
                "origin": "auto_close",
            }
        )
        self.assertEqual((correction.state, correction.origin), ("submitted", "employee"))
        correction.action_cancel()
        forged = lead.with_context(default_state="approved", default_origin="offline")
        correction = forged.create(
            {
                "employee_id": self.employee.id,
                "kind": "worked_break",
                "attendance_id": self.row.id,
                "reason": "Busy",
            }
        ).with_context(default_state=False)
        self.assertEqual((correction.state, correction.origin), ("submitted", "employee"))
        for name in ("lead", "manager"):
            with self.assertRaises(AccessError):
                correction.with_user(self.users[name]).write({"state": "approved"})
        self.assertFalse(self.row.x_fclk_break_waived)
        correction.action_approve()
        with self.assertRaises(UserError):
            correction.reason = "Something else"

    def test_the_employee_is_told_in_their_language(self):
        self.employee.work_email = "amira@example.com"
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        before = self.env["mail.mail"].search([])
        correction.with_user(self.users["lead"]).action_approve()
        mail = self.env["mail.mail"].search([]) - before
        mail = mail.filtered(lambda row: row.email_to == "amira@example.com")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, "Your correction for 06/01/2026: Approved")
        self.assertIn("Amira Tremblay", mail.body_html)
        self.assertIn("/my/clock/requests", mail.body_html)

    def test_the_lead_is_told_of_a_new_request(self):
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        self.assertIn(self.users["lead"].partner_id, correction.message_partner_ids)
        told = correction.message_ids.filtered(lambda row: "reader was off" in row.body)
        self.assertEqual(told.author_id, self.users["worker"].partner_id)
        self.assertIn(self.users["lead"].partner_id, told.notified_partner_ids)

    def test_who_sees_what(self):
        mine = self.ask(requested_check_out="2026-06-01 22:00:00")
        theirs = self.make_attendance("2026-06-01 13:00", "2026-06-01 21:00", self.colleague)
        foreign = self.ask("worked_break", employee_id=self.colleague.id, attendance_id=theirs.id)

        def seen(name):
            found = self.Correction.with_user(self.users[name]).search([])
            return found & (mine | foreign)

        self.assertEqual(seen("worker"), mine)
        self.assertEqual(seen("lead"), mine)
        self.assertFalse(seen("stranger"))
        self.assertEqual(seen("manager"), mine | foreign)
        with self.assertRaises(AccessError):
            foreign.with_user(self.users["lead"]).reason = "mine"
        with self.assertRaises(AccessError):
            mine.with_user(self.users["lead"]).unlink()
        with self.assertRaises(AccessError):
            mine.with_user(self.users["worker"]).reason = "other"
        with self.assertRaises(AccessError):
            self.Correction.with_user(self.users["worker"]).create({"kind": "worked_break"})

    def test_another_company_s_manager_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        boss = new_test_user(
            self.env,
            "fclk_cor_elsewhere",
            groups="base.group_user,fusion_clock.group_fusion_clock_manager",
            company_id=other.id,
        )
        correction = self.ask(requested_check_out="2026-06-01 22:00:00")
        theirs = correction.with_user(boss).with_context(allowed_company_ids=other.ids)
        self.assertFalse(theirs.search([("id", "=", correction.id)]))
        with self.assertRaises(AccessError):
            theirs.action_approve()
        self.assertEqual(self.row.check_out, datetime(2026, 6, 1, 21))


@tagged("post_install", "-at_install")
class TestPenaltyReview(CorrectionCase):
    """Planned 9:00 to 17:00 in Toronto; arrived at 10:00, left at 16:00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_config(enable_penalties=True)
        cls.env["fusion.clock.schedule"].create(
            {
                "employee_id": cls.employee.id,
                "date": "2026-06-01",
                "state": "posted",
                "start_time": 9,
                "end_time": 17,
            }
        )
        cls.row.write({"check_in": "2026-06-01 14:00:00", "check_out": "2026-06-01 20:00:00"})
        cls.late = cls.row._fclk_check_penalty("late_in")
        cls.early = cls.row._fclk_check_penalty("early_out")

    def test_right_times_cancel_the_penalties(self):
        self.assertEqual(self.row.x_fclk_break_minutes, 60.0)
        correction = self.ask(
            requested_check_in="2026-06-01 13:05:00", requested_check_out="2026-06-01 21:00:00"
        )
        correction.with_user(self.users["lead"]).action_approve()
        self.assertEqual((self.late.state, self.early.state), ("cancelled", "cancelled"))
        self.assertEqual(self.row.x_fclk_break_minutes, 30.0)

    def test_later_arrival_has_more_minutes(self):
        correction = self.ask(requested_check_in="2026-06-01 14:30:00")
        correction.with_user(self.users["lead"]).action_approve()
        self.assertEqual((self.late.minutes_off, self.late.state), (90, "applied"))
        self.assertEqual(self.late.actual_at, datetime(2026, 6, 1, 14, 30))

    def test_a_waived_one_stays_waived(self):
        self.late.action_waive("Train")
        correction = self.ask(requested_check_in="2026-06-01 15:00:00")
        correction.with_user(self.users["lead"]).action_approve()
        self.assertEqual((self.late.state, self.late.minutes_off), ("waived", 60))

    def test_a_new_morning_relieves_the_afternoon(self):
        correction = self.ask(
            "forgot_both",
            attendance_id=False,
            requested_check_in="2026-06-01 13:00:00",
            requested_check_out="2026-06-01 13:45:00",
        )
        correction.with_user(self.users["lead"]).action_approve()
        self.assertEqual(self.late.state, "cancelled")
        self.assertFalse(correction.attendance_id.x_fclk_penalty_ids)

    def test_an_earlier_leaving_is_penalised(self):
        self.early.unlink()
        self.row.check_out = "2026-06-01 21:00:00"
        correction = self.ask(requested_check_out="2026-06-01 19:00:00")
        correction.with_user(self.users["lead"]).action_approve()
        early = self.row.x_fclk_penalty_ids.filtered(lambda row: row.penalty_type == "early_out")
        self.assertEqual((early.minutes_off, early.state), (120, "applied"))

    def test_waiving_asks_why(self):
        with self.assertRaises(UserError):
            self.late.with_user(self.users["lead"]).action_waive(" ")
        action = self.late.with_user(self.users["lead"]).action_open_waive()
        dialog = self.env["fusion.clock.reason"].with_user(self.users["lead"])
        dialog.with_context(**action["context"]).create({"reason": " Train "}).action_confirm()
        self.assertEqual((self.late.state, self.late.waive_reason), ("waived", "Train"))
