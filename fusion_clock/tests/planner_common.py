from datetime import date

from odoo.tests import new_test_user

from .common import ClockCase

MONDAY = date(2026, 6, 1)


class PlannerCase(ClockCase):
    """A lead with one report (Amira) and a colleague (Ben) of another team; a manager."""

    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.Schedule = cls.env["fusion.clock.schedule"]
        cls.lead_user = cls.make_user("lead", "fusion_clock.group_fusion_clock_team_lead")
        cls.manager_user = cls.make_user("manager", "fusion_clock.group_fusion_clock_manager")
        cls.plain_user = cls.make_user("plain", "base.group_user")
        cls.lead_employee = cls.make_employee("Lena Roy", user_id=cls.lead_user.id)
        cls.employee.write(
            {
                "parent_id": cls.lead_employee.id,
                "user_id": cls.plain_user.id,
                "work_email": "amira@example.com",
            }
        )
        cls.colleague.work_email = "ben@example.com"
        cls.shift = cls.env["fusion.clock.shift"].create(
            {
                "name": "Day",
                "company_id": cls.company.id,
                "start_time": 8.0,
                "end_time": 16.5,
                "break_minutes": 30,
            }
        )
        return result

    @classmethod
    def make_user(cls, name, group):
        return new_test_user(
            cls.env,
            f"fclk_plan_{name}",
            groups=f"base.group_user,{group}",
            password=f"fclk_plan_{name}",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            tz="America/Toronto",
        )

    @classmethod
    def make_entry(cls, day, employee=None, state="draft", **values):
        values = values or {"start_time": 9, "end_time": 17}
        return cls.Schedule.create(
            {
                "employee_id": (employee or cls.employee).id,
                "date": day,
                "state": state,
                **values,
            }
        )

    def planner(self, user):
        return self.env["fusion.clock.planner"].with_user(user)

    def post(self, user=None, week=MONDAY, **kw):
        return self.Schedule.with_user(user or self.manager_user).fclk_post_week(week, **kw)
