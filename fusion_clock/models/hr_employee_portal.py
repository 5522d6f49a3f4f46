from datetime import datetime, time, timedelta

from odoo import fields, models

from ..clock_format import ClockFormat
from ..const import LEAVE_REQUESTED
from ..services.local_time import to_local, to_utc

REQUEST_DAYS = 31  # attendances of so many days can be chosen in the correction form
REQUESTS_SHOWN = 30  # newest of each kind


class HrEmployee(models.Model):
    """Values of the portal pages. Each method answers for one employee only: the signed-in one."""

    _inherit = "hr.employee"

    def _fclk_prepare_page(self, tab):
        """:param tab: "clock", "timesheet", "schedule" or "requests"
        :return: what every page of the clock shows"""
        now = fields.Datetime.now()
        tz_name = self._get_tz() if self else "UTC"
        clock_format = ClockFormat(self.env, tz_name)
        return {
            "page_name": "fusion_clock",
            "clock_tab": tab,
            "employee": self,
            "tz_name": tz_name,
            "now": fields.Datetime.to_string(now),
            "now_input": clock_format.local_input(now),
            "today": to_local(now, tz_name).date(),
            "clock_format": clock_format,
        }

    def _fclk_prepare_clock_page(self, ip=None):
        """:return: values of ``/my/clock``"""
        page = self._fclk_prepare_page("clock")
        fences = self.env["fusion.clock.location"]._fclk_get_fences(self, ip)
        return page | {
            "status": self._fclk_get_status(),
            "week": self._fclk_prepare_week_bar(page["today"]),
            "pending": self._fclk_get_pending(),
            "fences": fences,
            "is_enabled": self.x_fclk_enable_clock,
        }

    def _fclk_prepare_week_bar(self, today):
        """:return: ``[{"date", "hours" (net), "planned" (net of the planned break), "percent"}]``
        of the current week"""
        start = self._fclk_week_start(today)
        days = [start + timedelta(days=n) for n in range(7)]
        plans = self._get_fclk_day_plans(days[0], days[-1])
        rows = self._fclk_get_attendances(days[0], days[-1])
        now = fields.Datetime.now()
        hours = dict.fromkeys(days, 0.0)
        for row in rows:
            running = max(0.0, (now - row.check_in) / timedelta(hours=1))
            hours[row.date] += row.x_fclk_net_hours if row.check_out else running
        longest = max(8.0, *hours.values(), *(plans[self.id, day]["hours"] for day in days))
        return [
            {
                "date": day,
                "hours": hours[day],
                "planned": plans[self.id, day]["hours"],
                "step": round(hours[day] / longest * 20),
            }
            for day in days
        ]

    def _fclk_prepare_timesheet_page(self, week=None):
        """:param week: ISO text of any day of the week, anything else means this week
        :return: values of ``/my/clock/timesheet``"""
        page = self._fclk_prepare_page("timesheet")
        start = self._fclk_week_start(self._fclk_parse_week(week, page["today"]))
        rows = self._fclk_get_attendances(start, start + timedelta(days=6))
        closed = rows.filtered("check_out")
        return (
            page
            | self._fclk_prepare_week_links(start)
            | {
                "days": rows.grouped("date"),
                "attendances": rows,
                "total_gross": sum(closed.mapped("x_fclk_gross_hours")),
                "total_break": sum(closed.mapped("x_fclk_break_minutes")),
                "total_net": sum(closed.mapped("x_fclk_net_hours")),
                "open_corrections": self._fclk_get_open_corrections(rows),
            }
        )

    def _fclk_prepare_schedule_page(self, week=None):
        """:return: values of ``/my/clock/schedule``"""
        page = self._fclk_prepare_page("schedule")
        start = self._fclk_week_start(self._fclk_parse_week(week, page["today"]))
        days = [start + timedelta(days=n) for n in range(7)]
        plans = self._get_fclk_day_plans(days[0], days[-1])
        absences = self._fclk_get_absences(days)
        locations = self.env["fusion.clock.location"].sudo()
        rows = [
            {
                "date": day,
                "plan": plans[self.id, day],
                "location": locations.browse(plans[self.id, day]["location_id"] or []),
                "absences": absences.get(day, []),
            }
            for day in days
        ]
        return (
            page
            | self._fclk_prepare_week_links(start)
            | {
                "days": rows,
                "total_planned": sum(row["plan"]["hours"] for row in rows),
                "has_plan": any(row["plan"]["source"] != "none" for row in rows),
                "has_feed": bool(self.user_id.sudo().x_fclk_ics_token),
            }
        )

    def _fclk_prepare_requests_page(self, attendance_id=None):
        """:param attendance_id: preselected in the correction form when it is the person's own
        :return: values of ``/my/clock/requests``"""
        page = self._fclk_prepare_page("requests")
        first = page["today"] - timedelta(days=REQUEST_DAYS)
        chosen = self._fclk_find_attendance(attendance_id)
        own = [("employee_id", "=", self.id)]
        corrections = self.env["fusion.clock.correction"].sudo()
        leaves = self.env["hr.leave"].sudo()
        return page | {
            "chosen": chosen,
            "attendances": chosen | self._fclk_get_attendances(first, page["today"])[::-1],
            "kinds": corrections._fields["kind"]._description_selection(self.env),
            "corrections": corrections.search(own, limit=REQUESTS_SHOWN),
            "leaves": leaves.search(own, limit=REQUESTS_SHOWN, order="date_from desc, id desc"),
            "leave_types": self._fclk_get_leave_types(),
            "correction_states": dict(
                corrections._fields["state"]._description_selection(self.env)
            ),
            "leave_states": dict(leaves._fields["state"]._description_selection(self.env)),
        }

    # -- rows -------------------------------------------------------------------------------

    def _fclk_get_attendances(self, date_from, date_to):
        """:return: own attendances (sudo) of local days, oldest first; absence markers of Odoo
        are no attendances"""
        return (
            self.env["hr.attendance"]
            .sudo()
            .with_context(bin_size=True)  # whether there is a photo, not the photo
            .search(
                [
                    ("employee_id", "=", self.id),
                    ("date", ">=", date_from),
                    ("date", "<=", date_to),
                    ("in_mode", "!=", "technical"),
                ],
                order="check_in, id",
            )
        )

    def _fclk_get_open_corrections(self, attendances):
        """:return: ``{attendance_id: correction (sudo)}`` of those that wait for a decision"""
        found = (
            self.env["fusion.clock.correction"]
            .sudo()
            .search([("attendance_id", "in", attendances.ids), ("state", "=", "submitted")])
        )
        return {row.attendance_id.id: row for row in found}

    def _fclk_get_absences(self, days):
        """:return: ``{date: [{"label", "kind" ("leave" / "holiday"), "is_pending"}]}``"""
        tz_name = self._get_tz()
        start, end = to_utc(days[0], 0, tz_name), to_utc(days[-1], 24, tz_name)
        leaves = (
            self.env["hr.leave"]
            .sudo()
            .search(
                [
                    ("employee_id", "=", self.id),
                    ("state", "in", LEAVE_REQUESTED),
                    ("date_from", "<", end),
                    ("date_to", ">", start),
                ]
            )
        )
        found = [
            (leave, leave.holiday_status_id.name, "leave", leave.state != "validate")
            for leave in leaves
        ]
        holidays = self.with_company(self.company_id)._get_public_holidays(start, end)
        found += [
            (holiday, holiday.name or self.env._("Public holiday"), "holiday", False)
            for holiday in holidays
        ]
        absences = {day: [] for day in days}
        for record, label, kind, is_pending in found:
            first = to_local(record.date_from, tz_name)
            last = to_local(record.date_to, tz_name)
            for day in days:
                opens = datetime.combine(day, time.min)
                if first < opens + timedelta(days=1) and last > opens:
                    absences[day].append({"label": label, "kind": kind, "is_pending": is_pending})
        return absences

    def _fclk_parse_week(self, text, today):
        try:
            date = self._fclk_parse_date(text)
        except ValueError:
            return today
        return date if date.year < 9000 else today

    def _fclk_prepare_week_links(self, start):
        return {
            "week_start": start,
            "week_end": start + timedelta(days=6),
            "previous_week": start - timedelta(days=7),
            "next_week": start + timedelta(days=7),
        }
