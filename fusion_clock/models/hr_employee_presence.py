import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)


class HrEmployee(models.Model):
    """Who should be here and is not: the one answer for reminders, absences and alerts."""

    _inherit = "hr.employee"

    @api.model
    def _fclk_get_clocking(self, **terms):
        """:param terms: more fields that must have this value
        :return: all enabled employees (sudo), whatever their company"""
        domain = [("x_fclk_enable_clock", "=", True)]
        return self.sudo().search(domain + [(name, "=", value) for name, value in terms.items()])

    def _fclk_find_missing(self, is_due, leave_states):
        """Employees of ``self`` with a due plan who are neither at work nor excused by time off
        or a public holiday. A fixed number of queries.

        :param is_due: called with (employee, date, plan) of a scheduled plan
        :param leave_states: states of hr.leave that excuse
        :return: ``{employee: plan with "date"}``; at most one plan each, the earliest due one
        """
        today = fields.Datetime.now().date()
        days = [today + timedelta(days=offset) for offset in range(-3, 2)]
        plans = self._fclk_safe_plans(days[0], days[-1])
        due = {}
        for employee in self:
            for day in days[1:]:
                plan = plans.get((employee.id, day))
                if plan and plan["scheduled"] and is_due(employee, day, plan):
                    due[employee] = {**plan, "date": day}
                    break
        if not due:
            return {}
        excused = self._fclk_find_present(due, plans)
        excused |= self._fclk_find_on_leave(due, leave_states) | self._fclk_find_on_holiday(due)
        return {employee: plan for employee, plan in due.items() if employee.id not in excused}

    def _fclk_safe_plans(self, date_from, date_to):
        """:return: as :meth:`_get_fclk_day_plans`; an employee whose plans cannot be made is
        logged and left out"""
        try:
            with self.env.cr.savepoint():
                return self._get_fclk_day_plans(date_from, date_to)
        except Exception:  # row boundary: find out whose fault it is
            _logger.warning("Plans are made one by one", exc_info=True)
        plans = {}
        for employee in self:
            try:
                with self.env.cr.savepoint():
                    plans |= employee._get_fclk_day_plans(date_from, date_to)
            except Exception:  # row boundary: one bad row never stops the rest
                _logger.warning("%s has no readable plan", employee, exc_info=True)
        return plans

    def _fclk_find_present(self, due, plans):
        """:return: ids of the employees with an attendance on their due plan; Odoo's own absence
        markers are none"""
        first, last = _get_span(due)
        rows = (
            self.env["hr.attendance"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id", "in", [employee.id for employee in due]),
                    ("check_in", "<=", last),
                    "|",
                    ("check_out", "=", False),
                    ("check_out", ">=", first - timedelta(days=1)),
                    ("in_mode", "!=", "technical"),
                ],
                ["employee_id", "check_in", "check_out"],
            )
        )
        return {
            row.employee_id.id
            for row in rows
            if row._fclk_is_on_plan(due[row.employee_id.sudo()], plans)
        }

    def _fclk_find_on_leave(self, due, states):
        first, last = _get_span(due)
        leaves = (
            self.env["hr.leave"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id", "in", [employee.id for employee in due]),
                    ("state", "in", states),
                    ("date_from", "<", last),
                    ("date_to", ">", first),
                ],
                ["employee_id", "date_from", "date_to"],
            )
        )
        return {
            leave.employee_id.id
            for leave in leaves
            if leave.date_from < due[leave.employee_id.sudo()]["end_dt"]
            and leave.date_to > due[leave.employee_id.sudo()]["start_dt"]
        }

    def _fclk_find_on_holiday(self, due):
        """:return: ids of the employees whose plan begins on a public holiday of their calendar
        or company"""
        first, last = _get_span(due)
        holidays = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                [
                    ("resource_id", "=", False),
                    ("date_from", "<=", last),
                    ("date_to", ">", first),
                ],
                ["calendar_id", "company_id", "date_from", "date_to"],
            )
        )
        return {
            employee.id
            for employee, plan in due.items()
            if any(
                row.date_from <= plan["start_dt"] < row.date_to
                and row.calendar_id.id in (False, employee.resource_calendar_id.id)
                and row.company_id.id in (False, employee.company_id.id)
                for row in holidays
            )
        }

    def _fclk_get_email(self):
        """:return: the work address, else the user's, as it is written; False for none"""
        return self.work_email or self.user_id.email or False

    @api.model
    def _fclk_get_office_emails(self, company):
        """:return: addresses that hear about automatic steps: the setting's, else those of the
        company's clock managers; comma-separated"""
        text = self.env["ir.config_parameter"]._fclk_get_text("office_emails")
        addresses = [part.strip() for part in text.replace(";", ",").split(",")]
        if not any(addresses):
            group = self.env.ref("fusion_clock.group_fusion_clock_manager").sudo()
            managers = group.all_user_ids.filtered(
                lambda user: not user.share and company in user.company_ids
            )
            addresses = managers.mapped("email")
        return ", ".join(dict.fromkeys(part for part in addresses if email_normalize(part)))


def _get_span(due):
    """:return: (earliest start, latest end) of plans, naive UTC"""
    return (
        min(plan["start_dt"] for plan in due.values()),
        max(plan["end_dt"] for plan in due.values()),
    )
