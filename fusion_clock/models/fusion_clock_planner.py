from datetime import timedelta

from odoo import api, fields, models

from ..services.local_time import shift_hours
from ..services.plan_warnings import PlannedDay, day_warnings, week_warnings

ENTRY_KEYS = ("shift_id", "start_time", "end_time", "break_minutes", "hours", "label")


class FusionClockPlanner(models.AbstractModel):
    """The week as leads and managers plan it: reading."""

    _name = "fusion.clock.planner"
    _description = "Shift Planner"

    @api.model
    def _get_week(self, week_start=None, department_id=None):
        """One week of everybody whom the user plans, in a fixed number of queries.

        :param week_start: date or ISO text, any day of the week; None for this week
        :param department_id: only this department's people
        :return: ``{"week_start", "days": [ISO date], "shifts": [{"id", "name", "code",
            "start_time", "end_time", "break_minutes", "hours", "color"}], "employees": [{"id",
            "name", "department", "company_id", "avatar_url", "planned_hours", "actual_hours",
            "warnings", "days": {ISO date: {"posted", "draft", "recurring", "leave", "holiday",
            "warnings", "plan_hours", "actual_hours"}}}], "can_post", "draft_count",
            "draft_employees", "departments": [{"id", "name"}], "today"}``. ``posted`` and
            ``draft`` are False or ``{"id", "shift_id", "is_off", "start_time", "end_time",
            "break_minutes", "hours", "note", "label"}``; ``recurring`` the same without id;
            ``leave`` False or ``{"name", "state"}``; ``holiday`` False or its name; ``warnings``
            list of ``{"code", "message"}``.
        :raise AccessError: the user plans nobody
        """
        schedules = self.env["fusion.clock.schedule"]
        scope = schedules._fclk_get_planned()
        today = fields.Date.context_today(self)
        first = schedules._fclk_week_start(week_start or today)
        departments = scope.department_id
        employees = scope.filtered(
            lambda row: not department_id or row.department_id.id == department_id
        )
        days = [first + timedelta(days=offset) for offset in range(7)]
        rows = _Week(employees, first)._prepare_rows(days)
        drafts = rows.pop("drafts")
        return {
            "week_start": fields.Date.to_string(first),
            "days": [fields.Date.to_string(day) for day in days],
            "shifts": self._get_shifts(scope.company_id),
            "employees": rows["employees"],
            "can_post": True,
            "draft_count": len(drafts),
            "draft_employees": len(drafts.employee_id),
            "departments": [{"id": row.id, "name": row.name} for row in departments],
            "today": fields.Date.to_string(today),
        }

    @api.model
    def _get_shifts(self, companies):
        shifts = self.env["fusion.clock.shift"].sudo()
        return [
            {
                "id": shift.id,
                "name": shift.name,
                "code": shift.code or "",
                "start_time": shift.start_time,
                "end_time": shift.end_time,
                "break_minutes": shift.break_minutes,
                "hours": shift.hours,
                "color": shift.color,
                "company_id": shift.company_id.id,
            }
            for shift in shifts.search([("company_id", "in", companies.ids)])
        ]


class _Week:
    """What is read once for a week of several employees, and the rows made of it."""

    def __init__(self, employees, first):
        self.env = employees.env
        self.employees = employees
        self.labels = {}
        last = first + timedelta(days=6)
        schedules = self.env["fusion.clock.schedule"]
        # The days before and after: a rest gap may cross the week's edge.
        entries = schedules._fclk_week_entries(employees, first - timedelta(days=1), 9)
        self.entries = {(row.employee_id.id, row.date, row.state): row for row in entries}
        self.leaves = employees._get_fclk_leaves(first - timedelta(days=1), last)
        self.holidays = employees._get_fclk_holidays(first, last)
        self.actual = self._get_actual_hours(first, last)

    def _get_actual_hours(self, first, last):
        """:return: ``{(employee_id, date): net hours}`` of closed attendances"""
        groups = (
            self.env["hr.attendance"]
            .sudo()
            ._read_group(
                [
                    ("employee_id", "in", self.employees.ids),
                    ("date", ">=", first),
                    ("date", "<=", last),
                    ("check_out", "!=", False),
                ],
                ["employee_id", "date:day"],
                ["x_fclk_net_hours:sum"],
            )
        )
        return {(row.id, day): hours for row, day, hours in groups}

    def _prepare_rows(self, days):
        drafts = self.env["fusion.clock.schedule"].union(
            *(
                entry
                for (_employee, day, state), entry in self.entries.items()
                if state == "draft" and day in days
            )
        )
        rows = [self._prepare_employee(row, days) for row in self.employees]
        return {"employees": rows, "drafts": drafts}

    def _prepare_employee(self, employee, days):
        around = [days[0] - timedelta(days=1), *days, days[-1] + timedelta(days=1)]
        plans = {day: self._plan_of(employee, day) for day in around}
        planned = [self._planned_day(employee, day, plans[day]) for day in around]
        codes = day_warnings(planned)
        hours = sum(plans[day]["hours"] for day in days)
        actual = {day: self.actual.get((employee.id, day), 0.0) for day in days}
        calendar_hours = employee.resource_calendar_id.hours_per_week
        return {
            "id": employee.id,
            "name": employee.name,
            "department": employee.department_id.name or "",
            "company_id": employee.company_id.id,
            "avatar_url": f"/web/image/hr.employee.public/{employee.id}/avatar_128",
            "planned_hours": hours,
            "actual_hours": sum(actual.values()),
            "warnings": self._prepare_warnings(week_warnings(hours, calendar_hours)),
            "days": {
                fields.Date.to_string(day): self._prepare_cell(employee, day, plans[day])
                | {
                    "warnings": self._prepare_warnings(codes[day]),
                    "actual_hours": actual[day],
                }
                for day in days
            },
        }

    def _plan_of(self, employee, day):
        """The plan as it will be once the drafts are posted."""
        entry = self.entries.get((employee.id, day, "draft"))
        entry = entry or self.entries.get((employee.id, day, "posted"))
        return employee._fclk_prepare_plan(day, entry, self.labels)

    def _planned_day(self, employee, day, plan):
        leave = self.leaves.get((employee.id, day))
        return PlannedDay(
            day=day,
            start=plan["start_dt"] or None,
            end=plan["end_dt"] or None,
            hours=plan["hours"],
            leaves=((leave["date_from"], leave["date_to"]),) if leave else (),
            is_holiday=(employee.id, day) in self.holidays,
        )

    def _prepare_cell(self, employee, day, plan):
        leave = self.leaves.get((employee.id, day))
        return {
            "posted": self._prepare_entry(self.entries.get((employee.id, day, "posted"))),
            "draft": self._prepare_entry(self.entries.get((employee.id, day, "draft"))),
            "recurring": self._prepare_recurring(employee, day),
            "leave": {"name": leave["name"], "state": leave["state"]} if leave else False,
            "holiday": self.holidays.get((employee.id, day)) or (employee.id, day) in self.holidays,
            "plan_hours": plan["hours"],
        }

    def _prepare_entry(self, entry):
        if not entry:
            return False
        values = entry._fclk_values()
        hours = (
            0.0
            if entry.is_off
            else shift_hours(entry.start_time, entry.end_time, entry.break_minutes)
        )
        return {"id": entry.id, **values, "hours": hours, "label": self._label(entry, hours)}

    def _prepare_recurring(self, employee, day):
        shift = employee.x_fclk_shift_id
        if not shift.active or not shift.covers_weekday(day):
            return False
        plan = employee._fclk_prepare_plan(day, None, self.labels)
        return {key: plan[key] for key in ENTRY_KEYS} | {"is_off": False, "note": ""}

    def _label(self, entry, hours):
        if entry.is_off:
            return "OFF"
        key = (entry.start_time, entry.end_time, hours)
        if key not in self.labels:
            self.labels[key] = entry.employee_id._fclk_plan_label(*key)
        return self.labels[key]

    def _prepare_warnings(self, codes):
        return [
            {"code": code, "message": self._warning_text(code, figure)} for code, figure in codes
        ]

    def _warning_text(self, code, figure):
        figure = f"{figure:.1f}".rstrip("0").rstrip(".")
        if code == "rest_gap":
            return self.env._("Only %(hours)s h of rest before this shift.", hours=figure)
        if code == "leave":
            return self.env._("Planned during time off.")
        if code == "holiday":
            return self.env._("Planned on a public holiday.")
        if code == "week_hours":
            return self.env._("More than %(hours)s h planned this week.", hours=figure)
        return self.env._("More than the %(hours)s h of the working schedule.", hours=figure)
