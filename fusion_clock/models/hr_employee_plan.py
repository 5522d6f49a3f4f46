from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_time

from ..const import PLAN_LEAD_HOURS
from ..services.local_time import as_time, shift_hours, to_local, to_utc


class HrEmployee(models.Model):
    """What an employee is expected to work: posted entry, else recurring shift, else nothing."""

    _inherit = "hr.employee"

    def _get_fclk_day_plan(self, date):
        """:return: the plan of one local date, see :meth:`_get_fclk_day_plans`"""
        self.ensure_one()
        date = fields.Date.to_date(date)
        return self._get_fclk_day_plans(date, date)[self.id, date]

    def _get_fclk_day_plans(self, date_from, date_to):
        """Plans of all employees in ``self`` for each local date of a range, in a fixed number of
        queries.

        :return: ``{(employee_id, date): plan}``; a plan is ``{"scheduled", "source":
            "schedule" | "shift" | "none", "is_off", "start_time", "end_time" (local times of day),
            "break_minutes", "hours" (net of the planned break), "label", "schedule_id",
            "shift_id", "crosses_midnight", "start_dt", "end_dt" (naive UTC or False),
            "location_id", "note"}``
        """
        date_from, date_to = fields.Date.to_date(date_from), fields.Date.to_date(date_to)
        employees = self.sudo()
        entries = employees._fclk_posted_entries(date_from, date_to)
        days = [date_from + timedelta(days=n) for n in range((date_to - date_from).days + 1)]
        labels = {}
        return {
            (employee.id, day): employee._fclk_prepare_plan(
                day, entries.get((employee.id, day)), labels
            )
            for employee in employees
            for day in days
        }

    def _get_fclk_scheduled_times(self, date):
        """:return: (start, end) as naive UTC, (False, False) when not scheduled that local date"""
        plan = self._get_fclk_day_plan(date)
        return (plan["start_dt"], plan["end_dt"]) if plan["scheduled"] else (False, False)

    def _get_fclk_break_minutes(self, date):
        """:return: minutes of the planned break of a local date; never part of a deduction"""
        return self._get_fclk_day_plan(date)["break_minutes"]

    def _fclk_plan_for(self, moment):
        """The plan a moment belongs to: the earliest of yesterday's, today's and tomorrow's whose
        window from 4 h before its start to its end holds it, else the local day's.

        :param moment: naive UTC
        :return: see :meth:`_get_fclk_day_plans`, plus ``"date"``
        """
        self.ensure_one()
        today = to_local(moment, self.sudo()._get_tz()).date()
        dates = [today + timedelta(days=offset) for offset in (-1, 0, 1)]
        plans = self._get_fclk_day_plans(dates[0], dates[-1])
        date = self._fclk_pick_plan_date(plans, dates, moment) or today
        return {**plans[self.id, date], "date": date}

    def _fclk_pick_plan_date(self, plans, dates, moment):
        """:param plans: see :meth:`_get_fclk_day_plans`
        :param dates: local dates to look at, oldest first
        :return: the first date whose plan's window holds a moment (naive UTC), or None"""
        lead = timedelta(hours=PLAN_LEAD_HOURS)
        for date in dates:
            plan = plans[self.id, date]
            if plan["scheduled"] and plan["start_dt"] - lead <= moment <= plan["end_dt"]:
                return date
        return None

    def _fclk_posted_entries(self, date_from, date_to):
        names = ["employee_id", "date", "shift_id", "is_off", "note"]
        names += ["start_time", "end_time", "break_minutes"]
        entries = (
            self.env["fusion.clock.schedule"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id", "in", self.ids),
                    ("date", ">=", date_from),
                    ("date", "<=", date_to),
                    ("state", "=", "posted"),
                ],
                names,
                order="id",
            )
        )
        return {(entry.employee_id.id, entry.date): entry for entry in entries}

    def _fclk_prepare_plan(self, date, entry, labels):
        """:param entry: posted schedule entry of that date, or None
        :param labels: cache of label texts of this run"""
        shift = self.x_fclk_shift_id
        if entry and entry.is_off:
            return self._fclk_prepare_free_plan(
                source="schedule", is_off=True, label="OFF", schedule_id=entry.id, note=entry.note
            )
        if entry:
            return self._fclk_prepare_work_plan(date, entry, labels) | {
                "source": "schedule",
                "schedule_id": entry.id,
                "shift_id": entry.shift_id.id,
                "location_id": entry.shift_id.location_id.id,
                "note": entry.note or "",
            }
        if shift.active and shift.covers_weekday(date):
            return self._fclk_prepare_work_plan(date, shift, labels) | {
                "source": "shift",
                "schedule_id": False,
                "shift_id": shift.id,
                "location_id": shift.location_id.id,
                "note": "",
            }
        settings = self.env["ir.config_parameter"]
        return self._fclk_prepare_free_plan(
            start_time=settings._fclk_get_float("default_start_time"),
            end_time=settings._fclk_get_float("default_end_time"),
        )

    def _fclk_prepare_free_plan(self, source="none", is_off=False, label="", **values):
        return {
            "scheduled": False,
            "source": source,
            "is_off": is_off,
            "start_time": values.get("start_time", 0.0),
            "end_time": values.get("end_time", 0.0),
            "break_minutes": 0.0,
            "hours": 0.0,
            "label": label,
            "schedule_id": values.get("schedule_id", False),
            "shift_id": False,
            "crosses_midnight": False,
            "start_dt": False,
            "end_dt": False,
            "location_id": False,
            "note": values.get("note") or "",
        }

    def _fclk_prepare_work_plan(self, date, times, labels):
        """:param times: schedule entry or shift, whatever carries the times of day"""
        start, end = times.start_time, times.end_time
        hours = shift_hours(start, end, times.break_minutes)
        overnight = end <= start
        tz_name = self._get_tz()
        key = (start, end, hours)
        if key not in labels:
            labels[key] = self._fclk_plan_label(start, end, hours)
        return {
            "scheduled": True,
            "is_off": False,
            "start_time": start,
            "end_time": end,
            "break_minutes": times.break_minutes,
            "hours": hours,
            "label": labels[key],
            "crosses_midnight": overnight,
            "start_dt": to_utc(date, start, tz_name),
            "end_dt": to_utc(date + timedelta(days=1) if overnight else date, end, tz_name),
        }

    def _fclk_plan_label(self, start, end, hours):
        return self.env._(
            "%(start)s – %(end)s (%(hours)s h)",
            start=format_time(self.env, as_time(start), time_format="short"),
            end=format_time(self.env, as_time(end), time_format="short"),
            hours=f"{hours:.2f}".rstrip("0").rstrip("."),
        )
