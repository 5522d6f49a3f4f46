import csv
import io
from datetime import date, timedelta
from unittest import skipUnless

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import find_in_path

from odoo.addons.fusion_base.tools.table_export import guard

from ..services.payroll import round_hours
from .planner_common import PlannerCase


@tagged("post_install", "-at_install")
class TestReport(PlannerCase):
    def wizard(self, user=None, **values):
        return (
            self.env["fusion.clock.report.wizard"]
            .with_user(user or self.manager_user)
            .create(
                {
                    "date_from": "2026-06-01",
                    "date_to": "2026-06-14",
                    "company_id": self.company.id,
                    "format": "csv",
                    **values,
                }
            )
        )

    def content(self, wizard):
        """:return: the attachment of an export and its rows"""
        action = wizard.action_export()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", wizard._name), ("res_id", "=", wizard.id)]
        )
        self.assertEqual(len(attachment), 1)
        self.assertIn(str(attachment.id), str(action))
        return attachment, list(csv.reader(io.StringIO(attachment.raw.decode("utf-8-sig"))))

    def two_days(self):
        self.make_attendance("2026-06-01 12:00:00", "2026-06-01 20:20:00")  # 8:20, net 7:50
        self.make_attendance("2026-06-02 12:00:00", "2026-06-02 16:20:00")  # 4:20
        self.make_attendance("2026-06-09 12:00:00", "2026-06-09 16:20:00")
        self.make_attendance("2026-06-10 12:00:00")

    def test_rows_per_day_week_and_period(self):
        self.two_days()
        rows = self.wizard()._fclk_rows()
        self.assertEqual(
            [row["period"] for row in rows], ["2026-06-01", "2026-06-02", "2026-06-09"]
        )
        first = rows[0]
        self.assertEqual((first["employee"], first["break_minutes"]), ("Amira Tremblay", 30.0))
        self.assertAlmostEqual(first["gross_hours"], 8 + 1 / 3, 6)
        self.assertAlmostEqual(first["net_hours"], 7 + 5 / 6, 6)
        self.assertEqual(
            set(first),
            {
                "employee_id", "employee", "badge", "department", "period", "first_in",
                "last_out", "gross_hours", "break_minutes", "penalty_minutes", "net_hours",
                "regular_hours", "overtime_hours", "absences", "lates", "unscheduled",
            },
        )  # fmt: skip
        weeks = self.wizard(group_by="week")._fclk_rows()
        self.assertEqual(
            [row["period"] for row in weeks], ["2026-06-01/2026-06-07", "2026-06-08/2026-06-14"]
        )
        [whole] = self.wizard(group_by="period")._fclk_rows()
        self.assertEqual(whole["period"], "2026-06-01/2026-06-14")
        self.assertAlmostEqual(whole["net_hours"], 16.5, 6, "of unrounded values")

    def test_the_local_date_of_the_clock_in(self):
        self.make_attendance("2026-06-02 02:00:00", "2026-06-02 06:00:00")  # 22:00 on June 1
        [row] = self.wizard()._fclk_rows()
        self.assertEqual(row["period"], "2026-06-01")

    def test_validated_overtime_is_taken_from_the_regular_hours(self):
        attendance = self.make_attendance("2026-06-01 12:00:00", "2026-06-01 22:00:00")
        attendance.validated_overtime_hours = 1.5
        self.env.flush_all()
        [row] = self.wizard()._fclk_rows()
        self.assertEqual((row["net_hours"], row["overtime_hours"]), (9.0, 1.5))
        self.assertEqual(row["regular_hours"], 7.5)

    def test_absences_and_lates_come_from_the_log(self):
        self.Log._fclk_log("absence", self.employee, date="2026-06-03")
        self.Log._fclk_log("absence", self.employee, date="2026-06-04")
        self.Log._fclk_log("absence_cleared", self.employee, date="2026-06-04")
        self.Log._fclk_log("late_in", self.employee, date="2026-06-05")
        [row] = self.wizard(group_by="period")._fclk_rows()
        self.assertEqual((row["absences"], row["lates"], row["net_hours"]), (1, 1, 0.0))

    def test_open_attendances_are_listed_apart(self):
        self.two_days()
        wizard = self.wizard()
        [row] = wizard._fclk_open_rows()
        self.assertEqual(
            (row["employee"], str(row["check_in"])), ("Amira Tremblay", "2026-06-10 12:00:00")
        )
        self.assertEqual(wizard.open_count, 1)
        self.assertNotIn("2026-06-10", [row["period"] for row in wizard._fclk_rows()])

    def test_people_who_left_stay_in_the_report(self):
        self.two_days()
        self.employee.active = False
        self.assertEqual(len(self.wizard()._fclk_rows()), 3)

    def test_scope_and_filters(self):
        self.two_days()
        self.make_attendance("2026-06-01 12:00:00", "2026-06-01 14:00:00", self.colleague)
        department = self.env["hr.department"].create(
            {"name": "Shop", "company_id": self.company.id}
        )
        self.colleague.department_id = department

        def names(**values):
            return {row["employee"] for row in self.wizard(**values)._fclk_rows()}

        self.assertEqual(names(), {"Amira Tremblay", "Ben Singh"})
        self.assertEqual(names(user=self.lead_user), {"Amira Tremblay"})
        self.assertEqual(names(department_ids=department.ids), {"Ben Singh"})
        self.assertEqual(names(employee_ids=self.employee.ids), {"Amira Tremblay"})
        with self.assertRaises(AccessError):
            names(user=self.lead_user, employee_ids=self.colleague.ids)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(names(company_id=other.id), set())
        with self.assertRaises(AccessError):
            self.wizard(self.plain_user)
        with self.assertRaises(AccessError):
            self.wizard().with_user(self.plain_user)._fclk_rows()

    def test_the_analysis_follows_the_same_scope(self):
        self.two_days()
        self.make_attendance("2026-06-01 12:00:00", "2026-06-01 14:00:00", self.colleague)
        self.env.flush_all()
        report = self.env["fusion.clock.hours.report"]
        mine = report.with_user(self.lead_user).search([])
        self.assertEqual(mine.employee_id, self.employee)
        self.assertEqual(len(mine), 3, "open attendances have no hours yet")
        self.assertEqual(len(report.with_user(self.manager_user).search([])), 4)
        with self.assertRaises(AccessError):
            report.with_user(self.plain_user).search([])

    # -- files ------------------------------------------------------------------------------

    def test_csv(self):
        self.employee.name = "=cmd|' /C calc'!A0"
        self.two_days()
        attachment, rows = self.content(self.wizard())
        self.assertTrue(attachment.raw.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(rows[0][:4], ["Employee", "Badge", "Department", "Period"])
        self.assertEqual(
            rows[1],
            ["'=cmd|' /C calc'!A0", "", "", "2026-06-01", "2026-06-01 08:00", "2026-06-01 16:20",
             "8.33", "30.00", "0.00", "7.83", "7.83", "0.00", "0", "0", "0"],
        )  # fmt: skip
        self.assertEqual(len(rows), 4)
        _attachment, rows = self.content(self.wizard(include_penalties=False))
        self.assertNotIn("Penalties (min)", rows[0])

    def test_no_rows_give_a_file_with_headings(self):
        for kind in ("csv", "xlsx"):
            attachment = self.content_of(kind)
            self.assertTrue(attachment.raw, kind)
        _attachment, rows = self.content(self.wizard())
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0][0], "Employee")

    def content_of(self, kind):
        wizard = self.wizard(format=kind)
        wizard.action_export()
        return self.env["ir.attachment"].search(
            [("res_model", "=", wizard._name), ("res_id", "=", wizard.id)]
        )

    def test_xlsx(self):
        self.two_days()
        attachment = self.content_of("xlsx")
        self.assertTrue(attachment.raw.startswith(b"PK"))
        self.assertEqual(attachment.name, "hours_2026-06-01_2026-06-14.xlsx")

    def test_formula_guard(self):
        for text in ("=1", "+1", "-1", "@x", "\tx", "\rx"):
            self.assertEqual(guard(text), "'" + text)
        self.assertEqual((guard("a=1"), guard(-1.5), guard("")), ("a=1", -1.5, ""))

    @skipUnless(find_in_path("wkhtmltopdf"), "wkhtmltopdf is not installed")
    def test_pdf(self):
        self.two_days()
        wizard = self.wizard(format="pdf")
        html = wizard._export_pdf().decode()
        self.assertIn("Still clocked in, not counted", html)
        self.assertIn("16.50", html, "the total of unrounded values")

    def test_a_reversed_period_is_refused(self):
        with self.assertRaises(ValidationError):
            self.wizard(date_from="2026-06-02", date_to="2026-06-01")

    def test_queries_do_not_grow_with_the_attendances(self):
        self.queries_for(10)  # warms what is cached for good
        few = self.queries_for(100)
        many = self.queries_for(1000)
        self.assertEqual(many, few)
        self.assertLessEqual(many, 20)

    def queries_for(self, count):
        start = date(2026, 6, 1)
        crowd = self.env["hr.employee"].create(
            [{"name": f"C {n}", "company_id": self.company.id} for n in range(count // 10)]
        )
        self.Attendance.create(
            [
                {
                    "employee_id": employee.id,
                    "check_in": f"{start + timedelta(days=n)} 12:00:00",
                    "check_out": f"{start + timedelta(days=n)} 20:00:00",
                }
                for employee in crowd
                for n in range(10)
            ]
        )
        self.content(self.wizard())
        wizard = self.wizard()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard.action_export()
        return self.env.cr.sql_log_count - before

    # -- payroll ----------------------------------------------------------------------------

    def profile(self, **values):
        return self.env["fusion.clock.payroll.profile"].create(
            {
                "name": "Biweekly",
                "company_id": self.company.id,
                "rounding_minutes": 15,
                "line_ids": [
                    (0, 0, {"name": "Emp No", "source": "badge", "sequence": 1}),
                    (0, 0, {"name": "End", "source": "period_end", "sequence": 2}),
                    (0, 0, {"name": "Regular", "source": "regular_hours", "earning_code": "REG",
                            "sequence": 3}),
                    (0, 0, {"name": "Overtime", "source": "overtime_hours", "earning_code": "OT",
                            "sequence": 4}),
                ],
                **values,
            }
        )  # fmt: skip

    def test_payroll_file_with_columns(self):
        self.employee.barcode = "0042"
        self.two_days()
        wizard = self.wizard(group_by="week", profile_id=self.profile().id)
        _attachment, rows = self.content(wizard)
        self.assertEqual(
            rows,
            [
                ["Emp No", "End", "Regular", "Overtime"],
                ["0042", "2026-06-07", "12.25", "0.00"],  # 12:10
                ["0042", "2026-06-14", "4.25", "0.00"],  # 4:20
            ],
        )
        self.assertAlmostEqual(wizard._fclk_rows()[0]["net_hours"], 12 + 1 / 6, 6, "unrounded")

    def test_payroll_file_with_earning_codes(self):
        self.employee.barcode = "0042"
        self.two_days()
        profile = self.profile(layout="earnings", delimiter="semicolon", decimal_separator=",")
        wizard = self.wizard(group_by="period", profile_id=profile.id)
        attachment, _rows = self.content(wizard)
        self.assertEqual(
            attachment.raw.decode("utf-8-sig").split("\r\n"),
            ["Emp No;End;Earning Code;Hours", "0042;2026-06-14;REG;16,50", ""],
        )

    def test_payroll_profiles_are_checked(self):
        with self.assertRaises(ValidationError):
            self.profile(line_ids=[(0, 0, {"name": "X", "source": "badge", "earning_code": "REG"})])
        empty = self.profile(line_ids=[])
        with self.assertRaises(ValidationError):
            empty._export([])
        with self.assertRaises(AccessError):
            empty.with_user(self.lead_user).name = "Mine"
        with self.assertRaises(AccessError):
            empty.with_user(self.plain_user).read(["name"])

    def test_rounding(self):
        for hours, step, method, expected in (
            (7.124, 15, "nearest", 7.0),
            (7.125, 15, "nearest", 7.25),
            (7.25, 15, "up", 7.25),
            (7.251, 15, "up", 7.5),
            (7.49, 15, "down", 7.25),
            (7.1, 6, "nearest", 7.1),
            (7.123, 0, "up", 7.123),
        ):
            with self.subTest(hours=hours, step=step, method=method):
                self.assertAlmostEqual(round_hours(hours, step, method), expected, 9)


@tagged("post_install", "-at_install")
class TestWeeklyReport(PlannerCase):
    def run_cron(self):
        before = self.env["mail.mail"].search([])
        self.env["hr.attendance"]._cron_fusion_weekly_report()
        return self.env["mail.mail"].search([]) - before

    def test_leads_get_the_team_and_managers_the_company(self):
        self.make_attendance("2026-06-01 12:00:00", "2026-06-01 20:20:00")
        self.make_attendance("2026-06-02 12:00:00", "2026-06-02 14:00:00", self.colleague)
        self.lead_user.email = "lead@example.com"
        self.manager_user.email = "manager@example.com"
        with freeze_time("2026-06-08 12:00:00"):
            mails = self.run_cron()
        bodies = {mail.email_to: mail.body_html for mail in mails}
        lead = next(body for to, body in bodies.items() if "lead@example.com" in to)
        manager = next(body for to, body in bodies.items() if "manager@example.com" in to)
        self.assertIn("7.83", lead)
        self.assertNotIn("Ben Singh", lead)
        self.assertIn("Ben Singh", manager)
        self.assertIn("9.83", manager)
        self.assertFalse([to for to in bodies if "fclk_plan_plain" in to])

    def test_nobody_to_tell_about_gets_no_mail(self):
        with freeze_time("2026-06-08 12:00:00"):
            mails = self.run_cron()
        self.assertFalse(mails.filtered(lambda mail: "fclk_plan" in (mail.email_to or "")))

    def test_the_cron_runs(self):
        cron = self.env.ref("fusion_clock.ir_cron_fusion_weekly_report")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "weeks"))
