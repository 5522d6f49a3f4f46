from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from ..const import CRON_BATCH


class HrAttendance(models.Model):
    """Forgotten clock-outs, closed at the safety cap and never at the scheduled end."""

    _inherit = "hr.attendance"

    @api.model
    def _cron_fusion_auto_clock_out(self):
        """Close what has been open for ``max_shift_hours`` at just that time; 0 = never."""
        cap = self.env["ir.config_parameter"]._fclk_get_float("max_shift_hours")
        if not cap:
            return
        rows = self.sudo().search(
            [
                ("check_out", "=", False),
                ("check_in", "<=", fields.Datetime.now() - timedelta(hours=cap)),
                ("employee_id.x_fclk_enable_clock", "=", True),
            ],
            order="check_in, id",
            limit=CRON_BATCH + 1,
        )
        employees, office = self.env["hr.employee"].sudo(), {}

        def close(row):
            company = row.employee_id.company_id
            if company not in office:  # looked up once, not for each mail
                office[company] = employees._fclk_get_office_emails(company)
            row.with_context(fclk_office=office[company])._fclk_auto_close(cap)

        run_batch(
            rows[:CRON_BATCH],
            close,
            is_due=lambda row: not row.check_out,
            remaining=len(rows[CRON_BATCH:]),
        )

    def _fclk_auto_close(self, cap):
        """Close at the cap, or where the person's next attendance begins, and ask for the reason.

        :param cap: hours
        """
        end = self.check_in + timedelta(hours=cap)
        following = self.search(
            [
                ("employee_id", "=", self.employee_id.id),
                ("check_in", ">", self.check_in),
                ("check_in", "<", end),
            ],
            order="check_in",
            limit=1,
        )
        self._track_discard()  # the activity log tells it
        self.write(
            {
                "check_out": following.check_in or end,
                "out_mode": "auto_check_out",
                "x_fclk_clock_out_source": "auto",
                "x_fclk_pending_reason": True,
            }
        )
        self.env["fusion.clock.activity.log"]._fclk_log(
            "auto_clock_out",
            self.employee_id,
            attendance_id=self.id,
            source="auto",
            details={"cap_hours": cap},
        )
        self.env.ref("fusion_clock.mail_template_auto_clock_out").send_mail(self.id)
