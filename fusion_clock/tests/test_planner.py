from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .planner_common import MONDAY, PlannerCase

NEXT_MONDAY = date(2026, 6, 8)


@tagged("post_install", "-at_install")
class TestPlanner(PlannerCase):
    def change(self, day="2026-06-01", employee=None, **values):
        return {"employee_id": (employee or self.employee).id, "date": day, **values}

    def save(self, *changes, user=None):
        return self.planner(user or self.manager_user)._save(list(changes))

    def week(self, user=None, start=MONDAY, **kw):
        return self.planner(user or self.manager_user)._get_week(start, **kw)

    def cell(self, day="2026-06-01", employee=None, **kw):
        return self.row(employee, **kw)["days"][day]

    def row(self, employee=None, **kw):
        rows = self.week(**kw)["employees"]
        return next(row for row in rows if row["id"] == (employee or self.employee).id)

    def codes(self, *args, **kw):
        return [warning["code"] for warning in self.cell(*args, **kw)["warnings"]]

    # -- reading ----------------------------------------------------------------------------

    def test_the_week_and_its_people(self):
        data = self.week(start="2026-06-03")
        self.assertEqual(data["week_start"], "2026-06-01")
        self.assertEqual((data["days"][0], data["days"][6]), ("2026-06-01", "2026-06-07"))
        names = [row["name"] for row in data["employees"]]
        self.assertEqual(names, ["Amira Tremblay", "Ben Singh", "Lena Roy"])
        self.assertEqual([shift["hours"] for shift in data["shifts"]], [8.0])
        self.assertEqual((data["can_post"], data["draft_count"]), (True, 0))
        team = self.week(self.lead_user)["employees"]
        self.assertEqual([row["name"] for row in team], ["Amira Tremblay"])
        with self.assertRaises(AccessError):
            self.week(self.plain_user)

    def test_the_week_starts_as_set(self):
        self.set_config(week_start=6)
        self.assertEqual(self.week(start="2026-06-03")["week_start"], "2026-05-31")

    def test_a_department_s_people(self):
        department = self.env["hr.department"].create({"name": "Shop"})
        self.employee.department_id = department
        data = self.week(department_id=department.id)
        self.assertEqual([row["department"] for row in data["employees"]], ["Shop"])
        self.assertEqual(data["departments"], [{"id": department.id, "name": "Shop"}])

    def test_a_cell_shows_posted_draft_and_recurring(self):
        self.employee.x_fclk_shift_id = self.shift
        self.make_entry(MONDAY, state="posted", start_time=9, end_time=17)
        draft = self.make_entry(MONDAY, is_off=True)
        cell = self.cell()
        self.assertEqual((cell["posted"]["start_time"], cell["posted"]["hours"]), (9.0, 8.0))
        self.assertEqual((cell["draft"]["id"], cell["draft"]["label"]), (draft.id, "OFF"))
        self.assertEqual(cell["recurring"]["shift_id"], self.shift.id)
        self.assertEqual(cell["plan_hours"], 0.0)
        self.assertFalse(self.cell("2026-06-06")["recurring"])
        self.assertEqual(self.row()["planned_hours"], 32.0)

    def test_planned_against_actual(self):
        self.make_attendance("2026-06-01 12:00:00", "2026-06-01 20:30:00")
        self.assertEqual(self.cell()["actual_hours"], 8.0)
        self.assertEqual(self.row()["actual_hours"], 8.0)

    def test_leave_and_holiday(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Founders' Day",
                "company_id": self.company.id,
                "calendar_id": False,
                "date_from": "2026-06-02 04:00:00",
                "date_to": "2026-06-03 03:59:59",
            }
        )
        self.make_leave("2026-06-03")
        self.make_entry("2026-06-02")
        self.make_entry("2026-06-03")
        self.assertEqual(self.cell("2026-06-02")["holiday"], "Founders' Day")
        self.assertFalse(self.cell("2026-06-01")["holiday"])
        self.assertEqual(self.codes("2026-06-02"), ["holiday"])
        self.assertEqual(self.cell("2026-06-03")["leave"], {"name": "Away", "state": "confirm"})
        self.assertFalse(self.cell("2026-06-04")["leave"])
        self.assertEqual(self.codes("2026-06-03"), ["leave"])

    def make_leave(self, day):
        kind = self.env["hr.leave.type"].create(
            {
                "name": "Away",
                "requires_allocation": False,
                "leave_validation_type": "hr",
                "company_id": self.company.id,
            }
        )
        return self.env["hr.leave"].create(
            {
                "employee_id": self.employee.id,
                "holiday_status_id": kind.id,
                "request_date_from": day,
                "request_date_to": day,
            }
        )

    def test_rest_between_shifts(self):
        self.make_entry("2026-06-01", start_time=15, end_time=23)
        self.make_entry("2026-06-02", start_time=6.5, end_time=14)
        self.make_entry("2026-06-03", start_time=22, end_time=6)
        self.make_entry("2026-06-04", start_time=14, end_time=20)
        self.assertEqual(self.codes("2026-06-02"), ["rest_gap"])
        self.assertEqual(
            self.cell("2026-06-02")["warnings"][0]["message"],
            "Only 7.5 h of rest before this shift.",
        )
        self.assertEqual(self.codes("2026-06-04"), [], "8 h are enough")

    def test_rest_over_the_edge_of_the_week_and_the_clock_change(self):
        self.make_entry("2026-05-31", start_time=16, end_time=0)
        self.make_entry("2026-06-01", start_time=7, end_time=15)
        self.assertEqual(self.codes("2026-06-01"), ["rest_gap"])
        # 8 March 2026: 2:00 becomes 3:00, so 8 hours on the wall are 7 of rest.
        self.make_entry("2026-03-07", start_time=15, end_time=23)
        self.make_entry("2026-03-08", start_time=7, end_time=12)
        cell = self.cell("2026-03-08", start="2026-03-08")
        self.assertEqual([row["code"] for row in cell["warnings"]], ["rest_gap"])

    def test_a_long_week(self):
        for number in range(1, 6):
            self.make_entry(f"2026-06-0{number}", start_time=8, end_time=16.5)
        self.assertEqual([w["code"] for w in self.row()["warnings"]], ["calendar_hours"])
        self.make_entry("2026-06-06", start_time=8, end_time=12)
        self.assertEqual([w["code"] for w in self.row()["warnings"]], ["week_hours"])

    def test_queries_do_not_grow(self):
        few = self.queries_for(10)
        many = self.queries_for(100)
        self.assertEqual(many, few)
        self.assertLessEqual(many, 20)

    def queries_for(self, count):
        existing = self.env["hr.employee"].search_count([("company_id", "=", self.company.id)])
        crowd = self.env["hr.employee"].create(
            [
                {
                    "name": f"Crowd {number}",
                    "company_id": self.company.id,
                    "tz": "America/Toronto",
                    "resource_calendar_id": self.company.resource_calendar_id.id,
                    "x_fclk_shift_id": self.shift.id,
                }
                for number in range(existing, count)
            ]
        )
        for employee in crowd[:5]:
            self.make_entry(MONDAY, employee)
        self.week()  # caches
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(self.week()["employees"]), count)
        return self.env.cr.sql_log_count - before

    # -- saving -----------------------------------------------------------------------------

    def test_a_change_becomes_a_draft(self):
        answer = self.save(self.change(shift_id=self.shift.id, note=" Bring boots "))
        self.assertEqual(answer, {"success": True, "saved": 1, "errors": []})
        entry = self.Schedule.search([("employee_id", "=", self.employee.id)])
        self.assertEqual((entry.state, entry.start_time, entry.end_time), ("draft", 8.0, 16.5))
        self.assertEqual((entry.break_minutes, entry.note), (30.0, "Bring boots"))
        self.save(self.change(start_time=22, end_time=6))
        self.assertEqual((entry.start_time, entry.planned_hours), (22.0, 8.0))
        self.save(self.change(is_off=True))
        self.assertEqual((entry.is_off, entry.planned_hours), (True, 0.0))
        self.save(self.change(clear=True))
        self.assertFalse(entry.exists())

    def test_a_posted_day_gets_a_draft_beside_it(self):
        posted = self.make_entry(MONDAY, state="posted", start_time=9, end_time=17)
        self.save(self.change(start_time=10, end_time=18))
        entries = self.Schedule.search([("employee_id", "=", self.employee.id)], order="id")
        self.assertEqual(entries.mapped("state"), ["posted", "draft"])
        self.assertEqual(posted.start_time, 9.0)
        self.save(self.change(start_time=9, end_time=17))
        self.assertEqual(
            self.Schedule.search([("employee_id", "=", self.employee.id)]),
            posted,
            "back to what is posted",
        )
        answer = self.save(self.change(clear=True))
        self.assertEqual(answer["errors"][0]["error"], "invalid")
        self.assertTrue(posted.exists())

    def test_a_lead_saves_for_the_team_only(self):
        answer = self.save(
            self.change(start_time=9, end_time=17),
            self.change(employee=self.colleague, start_time=9, end_time=17),
            user=self.lead_user,
        )
        self.assertEqual(answer["saved"], 1)
        [error] = answer["errors"]
        self.assertEqual(
            (error["employee_id"], error["date"], error["error"]),
            (self.colleague.id, "2026-06-01", "out_of_scope"),
        )
        self.assertFalse(self.Schedule.search([("employee_id", "=", self.colleague.id)]))
        with self.assertRaises(AccessError):
            self.save(self.change(start_time=9, end_time=17), user=self.plain_user)

    def test_bad_input_is_named_and_changes_nothing(self):
        foreign = self.env["fusion.clock.shift"].create(
            {"name": "X", "company_id": self.env["res.company"].create({"name": "E"}).id}
        )
        bad = [
            self.change("nonsense", start_time=9, end_time=17),
            self.change(start_time=9, end_time=9),
            self.change(start_time=-1, end_time=9),
            self.change(start_time=9, end_time=24),
            self.change(start_time="9", end_time=17),
            self.change(start_time=float("nan"), end_time=17),
            self.change(start_time=True, end_time=17),
            self.change(start_time=9, end_time=17, break_minutes=-5),
            self.change(start_time=9),
            self.change(),
            self.change(shift_id=foreign.id),
            self.change(shift_id="1; DROP"),
        ]
        before = self.Schedule.search_count([])
        answer = self.save(*bad, self.change("2026-06-05", start_time=9, end_time=17), "x", {})
        self.assertEqual(answer["saved"], 1)
        self.assertEqual([row["error"] for row in answer["errors"][:12]], ["invalid"] * 12)
        self.assertTrue(all(row["message"] for row in answer["errors"]))
        self.assertEqual(self.Schedule.search_count([]), before + 1)

    # -- copying ----------------------------------------------------------------------------

    def test_copy_week_never_overwrites(self):
        self.make_entry("2026-06-01", state="posted", start_time=9, end_time=17)
        self.make_entry("2026-06-01", start_time=10, end_time=18)
        self.make_entry("2026-06-02", is_off=True)
        kept = self.make_entry("2026-06-09", start_time=6, end_time=14)

        answer = self.planner(self.manager_user)._copy_week("2026-06-01", "2026-06-08")

        self.assertEqual(answer, {"success": True, "saved": 1, "skipped": 1})
        copy = self.Schedule.search([("date", "=", "2026-06-08")])
        self.assertEqual((copy.state, copy.start_time), ("draft", 10.0))
        self.assertEqual((kept.start_time, kept.is_off), (6.0, False))
        again = self.planner(self.manager_user)._copy_week("2026-06-01", "2026-06-08")
        self.assertEqual((again["saved"], again["skipped"]), (0, 2))
        with self.assertRaises(AccessError):
            self.planner(self.lead_user)._copy_week("2026-06-01", "2026-06-08", self.colleague.ids)
