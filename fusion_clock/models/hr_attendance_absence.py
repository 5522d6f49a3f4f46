from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from ..const import LEAVE_REQUESTED
from ..services.local_time import to_local


class HrAttendance(models.Model):
    """Planned days that nobody worked and nothing excused."""

    _inherit = "hr.attendance"

    @api.model
    def _cron_fusion_check_absences(self):
        """Each employee's local yesterday, once its planned end has passed: event ``absence``,
        once per employee and date, and one summary to the lead. A run that comes days late still
        looks at yesterday only."""
        employees = self.env["hr.employee"]._fclk_get_clocking()
        if not employees:
            return
        now = fields.Datetime.now()
        one_day = timedelta(days=1)

        def is_due(employee, day, plan):
            return (
                plan["end_dt"] <= now and day == to_local(now, employee._get_tz()).date() - one_day
            )

        missing = employees._fclk_find_missing(is_due, LEAVE_REQUESTED)
        done = self.env["fusion.clock.activity.log"]._fclk_find_logged("absence", missing)
        by_lead = defaultdict(dict)
        for employee, plan in missing.items():
            if (employee.id, plan["date"]) not in done:
                lead = employee.parent_id if employee.parent_id._fclk_get_email() else False
                by_lead[lead or employee.company_id][employee] = plan
        for number, (lead, absences) in enumerate(by_lead.items(), 1):
            run_batch(
                lead,
                lambda lead, absences=absences: self._fclk_report_absences(lead, absences),
                remaining=len(by_lead) - number,
            )

    def _fclk_report_absences(self, lead, absences):
        """Log the absences of one lead's people and send the lead one summary.

        :param lead: hr.employee, or res.company where nobody leads: then the office hears
        :param absences: ``{employee: plan}``
        """
        log = self.env["fusion.clock.activity.log"].sudo()
        new = [
            (employee, plan)
            for employee, plan in absences.items()
            if log._fclk_log_once(
                "absence", employee, date=plan["date"], details={"planned": plan["label"]}
            )
        ]
        is_lead = lead._name == "hr.employee"
        email = (
            lead._fclk_get_email()
            if is_lead
            else self.env["hr.employee"].sudo()._fclk_get_office_emails(lead)
        )
        if not new or not email:
            return
        lang = lead._fclk_get_lang() if is_lead else lead.partner_id.lang
        template = self.env.ref("fusion_clock.mail_template_absence").sudo()
        lines = [
            {"name": employee.name, "date": plan["date"], "label": plan["label"]}
            for employee, plan in new
        ]
        company = lead.company_id if is_lead else lead
        template.with_context(fclk_lines=lines, fclk_lang=lang).send_mail(
            company.id, email_values={"email_to": email}
        )

    def _fclk_is_on_plan(self, plan, plans):
        """Whether this attendance is presence on a plan: it overlaps the planned time, or it
        began in the plan's window and in no earlier one.

        :param plan: with "date"
        :param plans: those of the employee around that date
        """
        employee = self.employee_id
        leaves = self.check_out or fields.Datetime.now()
        if self.check_in < plan["end_dt"] and leaves > plan["start_dt"]:
            return True
        dates = [plan["date"] - timedelta(days=1), plan["date"]]
        return employee._fclk_pick_plan_date(plans, dates, self.check_in) == plan["date"]

    def _fclk_clear_absences(self):
        """An attendance that comes later, by correction or from a tablet that was offline, takes
        the absence of its plan back. The log keeps both."""
        log = self.env["fusion.clock.activity.log"].sudo()
        rows = self.sudo().filtered(lambda row: row.in_mode != "technical")
        absences = log._fclk_find_logged("absence", rows.employee_id)
        absences -= (
            log._fclk_find_logged("absence_cleared", rows.employee_id) if absences else set()
        )
        for row in rows if absences else rows.browse():
            plan = row.employee_id._fclk_plan_for(row.check_in)
            key = (row.employee_id.id, plan["date"])
            if plan["scheduled"] and key in absences:
                absences.discard(key)
                log._fclk_log(
                    "absence_cleared", row.employee_id, date=plan["date"], attendance_id=row.id
                )
