from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import fields, models

from ..const import LEAVE_REQUESTED
from ..services.local_time import to_local


class HrEmployee(models.Model):
    """Time off and public holidays, by local date, for many people at once."""

    _inherit = "hr.employee"

    def _fclk_get_lang(self):
        """:return: language code of what this person is sent"""
        self.ensure_one()
        employee = self.sudo()
        return (
            employee.user_id.lang
            or employee.lang
            or employee.work_contact_id.lang
            or employee.company_id.partner_id.lang
            or self.env.lang
            or "en_US"
        )

    def _get_fclk_leaves(self, date_from, date_to):
        """Requested and approved time off.

        :return: ``{(employee_id, date): {"name", "state", "date_from", "date_to" (naive UTC)}}``
            for each local date that it touches
        """
        leaves = (
            self.env["hr.leave"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id", "in", self.ids),
                    ("state", "in", LEAVE_REQUESTED),
                    ("date_from", "<", _start_of(date_to + timedelta(days=2))),
                    ("date_to", ">", _start_of(date_from - timedelta(days=1))),
                ],
                ["employee_id", "holiday_status_id", "state", "date_from", "date_to"],
                order="date_from, id",
            )
        )
        found = {}
        for leave in leaves:
            leave_values = {
                "name": leave.holiday_status_id.name,
                "state": leave.state,
                "date_from": leave.date_from,
                "date_to": leave.date_to,
            }
            tz_name = leave.employee_id._get_tz()
            for day in _local_days(leave.date_from, leave.date_to, tz_name):
                if date_from <= day <= date_to:
                    found.setdefault((leave.employee_id.id, day), leave_values)
        return found

    def _get_fclk_holidays(self, date_from, date_to):
        """Public holidays of each employee's calendar or company.

        :return: ``{(employee_id, date): name}``
        """
        employees = self.sudo()
        rows = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                [
                    ("resource_id", "=", False),
                    ("time_type", "=", "leave"),
                    ("company_id", "in", [False, *employees.company_id.ids]),
                    ("date_from", "<", _start_of(date_to + timedelta(days=2))),
                    ("date_to", ">", _start_of(date_from - timedelta(days=1))),
                ],
                ["name", "calendar_id", "company_id", "date_from", "date_to"],
                order="date_from, id",
            )
        )
        if not rows:
            return {}
        groups = defaultdict(list)  # (calendar, company, zone) -> employee ids
        for employee in employees:
            key = (employee.resource_calendar_id, employee.company_id, employee._get_tz())
            groups[key].append(employee.id)
        found = {}
        for (calendar, company, tz_name), employee_ids in groups.items():
            for row in rows:
                if row.calendar_id not in (calendar, calendar.browse()):
                    continue
                if row.company_id not in (company, company.browse()):
                    continue
                for day in _local_days(row.date_from, row.date_to, tz_name):
                    if date_from <= day <= date_to:
                        for employee_id in employee_ids:
                            found.setdefault((employee_id, day), row.name or "")
        return found


def _start_of(day):
    return fields.Datetime.to_string(datetime.combine(day, time.min))


def _local_days(start, end, tz_name):
    """:return: local dates that a stretch of naive UTC time touches, its end excluded"""
    first = to_local(start, tz_name).date()
    last = to_local(end - timedelta(seconds=1), tz_name).date()
    return [first + timedelta(days=n) for n in range(max(0, (last - first).days) + 1)]
