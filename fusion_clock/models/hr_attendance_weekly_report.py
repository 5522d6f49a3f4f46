from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.fusion_base.tools.batch import run_batch

LEAD_GROUP = "fusion_clock.group_fusion_clock_team_lead"


class HrAttendance(models.Model):
    """The week's hours by e-mail: a lead gets the team, a manager the company."""

    _inherit = "hr.attendance"

    @api.model
    def _cron_fusion_weekly_report(self):
        """Queue last week's summary for every lead and manager who has people and an address.

        :return: number of users worked without a fault
        """
        group = self.env.ref(LEAD_GROUP)
        users = self.env["res.users"].sudo().search([("all_group_ids", "in", group.ids)])
        return run_batch(users.filtered("email"), self._fclk_mail_weekly_report)

    @api.model
    def _fclk_mail_weekly_report(self, user):
        rows = self._fclk_prepare_weekly_rows(user)
        if not rows["people"]:
            return
        template = self.env.ref("fusion_clock.mail_template_weekly_report").sudo()
        template.with_context(fclk_report=rows).send_mail(user.id)

    @api.model
    def _fclk_prepare_weekly_rows(self, user):
        """:return: ``{"week": text, "people": [{"name", "net", "overtime", "absences", "lates"}],
        "net": text, "open_count": n}``, hours as text with 2 decimals"""
        env = (
            self.with_user(user)
            .with_context(allowed_company_ids=user.company_id.ids, lang=user.lang, tz=user.tz)
            .env
        )
        today = fields.Date.context_today(env["hr.attendance"])
        first = env["fusion.clock.schedule"]._fclk_week_start(today) - timedelta(days=7)
        wizard = env["fusion.clock.report.wizard"].new(
            {
                "date_from": first,
                "date_to": first + timedelta(days=6),
                "company_id": user.company_id.id,
                "group_by": "period",
            }
        )
        rows = wizard._fclk_rows()
        return {
            "week": f"{format_date(env, first)} – {format_date(env, first + timedelta(days=6))}",
            "people": [
                {
                    "name": row["employee"],
                    "net": f"{row['net_hours']:.2f}",
                    "overtime": f"{row['overtime_hours']:.2f}",
                    "absences": row["absences"],
                    "lates": row["lates"],
                }
                for row in rows
            ],
            "net": f"{sum(row['net_hours'] for row in rows):.2f}",
            "open_count": len(wizard._fclk_open_rows()),
        }
