from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from ..const import CRON_BATCH, LEAVE_REQUESTED


class HrAttendance(models.Model):
    """Mails about a clock-in that is missing, to the person and to the lead, and about a
    clock-out that was forgotten."""

    _inherit = "hr.attendance"

    @api.model
    def _cron_fusion_employee_reminders(self):
        """One mail per employee and plan that has begun without the person, and one per
        attendance that nears the cap. There is no "your shift ends" nudge."""
        if not self.env["ir.config_parameter"]._fclk_get_bool("enable_reminders"):
            return
        employees = self.env["hr.employee"]._fclk_get_clocking(x_fclk_send_reminders=True)
        if employees:
            self._fclk_remind_missing(employees)
            self._fclk_remind_open()

    @api.model
    def _cron_fusion_live_alerts(self):
        """Tell the lead of somebody late while there is still time to act."""
        settings = self.env["ir.config_parameter"]
        if not settings._fclk_get_bool("enable_late_alerts"):
            return
        wait = timedelta(minutes=settings._fclk_get_float("late_alert_minutes"))
        missing = self._fclk_find_running_without(
            self.env["hr.employee"]._fclk_get_clocking(), wait, "late_alert"
        )
        self._fclk_send_once(missing, "late_alert", "mail_template_late_alert")

    def _fclk_remind_missing(self, employees):
        settings = self.env["ir.config_parameter"]
        wait = timedelta(minutes=settings._fclk_get_float("reminder_before_shift_minutes"))
        missing = self._fclk_find_running_without(employees, wait, "reminder_in")
        self._fclk_send_once(missing, "reminder_in", "mail_template_missed_clock_in")

    @api.model
    def _fclk_find_running_without(self, employees, wait, event):
        """:param wait: timedelta after the planned start
        :return: ``{employee: plan}`` of running plans without the person, not yet logged"""
        now = fields.Datetime.now()
        missing = employees._fclk_find_missing(
            lambda employee, day, plan: plan["start_dt"] + wait < now < plan["end_dt"],
            LEAVE_REQUESTED,
        )
        done = self.env["fusion.clock.activity.log"]._fclk_find_logged(event, missing)
        return {
            employee: plan
            for employee, plan in missing.items()
            if (employee.id, plan["date"]) not in done
        }

    @api.model
    def _fclk_send_once(self, missing, event, template):
        """:param missing: ``{employee: plan}``
        :param template: xml id of this addon, of hr.employee"""
        template = self.env.ref(f"fusion_clock.{template}").sudo()
        employees = self.env["hr.employee"].sudo().concat(*missing)

        def remind(employee):
            plan = missing[employee]
            log = self.env["fusion.clock.activity.log"].sudo()
            details = {"planned": plan["label"]}
            if log._fclk_log_once(event, employee, date=plan["date"], details=details):
                template.with_context(fclk_label=plan["label"], fclk_date=plan["date"]).send_mail(
                    employee.id
                )

        batch = employees[:CRON_BATCH]
        run_batch(batch, remind, remaining=len(employees) - len(batch))

    def _fclk_remind_open(self):
        settings = self.env["ir.config_parameter"]
        cap = settings._fclk_get_float("max_shift_hours")
        if not cap:
            return
        ahead = timedelta(minutes=settings._fclk_get_float("reminder_before_end_minutes"))
        rows = self.sudo().search(
            [
                ("check_out", "=", False),
                ("check_in", "<=", fields.Datetime.now() - timedelta(hours=cap) + ahead),
                ("employee_id.x_fclk_enable_clock", "=", True),
                ("employee_id.x_fclk_send_reminders", "=", True),
            ],
            order="check_in, id",
        )
        log = self.env["fusion.clock.activity.log"].sudo()
        told = log.search([("event", "=", "reminder_out"), ("attendance_id", "in", rows.ids)])
        rows -= told.attendance_id
        template = self.env.ref("fusion_clock.mail_template_still_clocked_in").sudo()

        def remind(row):
            if log._fclk_log_once("reminder_out", row.employee_id, attendance_id=row.id):
                template.send_mail(row.id)

        batch = rows[:CRON_BATCH]
        run_batch(
            batch,
            remind,
            is_due=lambda row: not row.check_out,
            remaining=len(rows) - len(batch),
        )
