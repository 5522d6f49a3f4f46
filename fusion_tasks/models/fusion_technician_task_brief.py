from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const
from ..services.openings import to_local


class FusionTechnicianTaskBrief(models.Model):
    """The morning's e-mail: a technician's visits of the day, in driving order."""

    _inherit = "fusion.technician.task"

    @api.model
    def _cron_day_brief(self):
        """Each technician with visits today gets one e-mail, from five in the company's morning on.

        Client names and cities alone: addresses, codes of gates and notes are behind the login.
        """
        if not self.env["fusion.tasks.travel"]._is_on("day_brief_enabled"):
            return
        for company in self.env["res.company"].search([("active", "=", True)]):
            moment = to_local(fields.Datetime.now(), company._fc_tz())
            if moment.hour < const.BRIEF_HOUR:
                continue
            today = moment.date()
            visits = self.search(
                [
                    ("company_id", "=", company.id),
                    ("scheduled_date", "=", today),
                    ("status", "in", const.BUSY),
                    ("technician_id.email", "!=", False),
                ],
                order="datetime_start, id",
            )
            due = visits.technician_id.filtered(
                lambda user, today=today: user.x_fc_brief_on != today
            )
            run_batch(
                due,
                lambda user, visits=visits, today=today: visits.filtered(
                    lambda task: task.technician_id == user
                )._send_brief(user, today),
            )

    def _send_brief(self, user, today):
        """:param user: the technician of these visits"""
        user.sudo().x_fc_brief_on = today
        first = self[0].with_context(lang=user.lang or self.env.lang)
        if not first._email_is_on():
            return
        env, tz = first.env, self.company_id._fc_tz()
        rows = []
        for task in self.with_env(env):
            begin, end = (
                task._format_clock(moment, tz)
                for moment in (task.datetime_start, task.datetime_end)
            )
            where = ", ".join(text for text in (task.partner_id.name, task.address_id.city) if text)
            rows.append((f"{begin} – {end}", " · ".join(filter(None, (task.summary, where)))))
        count = len(self)
        title = env._("Your day: one visit") if count == 1 else env._("Your day: %s visits", count)
        body = first._email_build(
            title,
            env._("Good morning %s, here is your day.", user.name),
            sections=[(env._("Visits"), rows)],
            button_url=f"{first.get_base_url()}/odoo/action-fusion_tasks.action_my_day",
            button_text=env._("Open My Day"),
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": title,
                "body_html": body,
                "email_to": user.email_formatted,
                "email_from": self.company_id.email_formatted or user.email_formatted,
                "auto_delete": True,
            }
        )
