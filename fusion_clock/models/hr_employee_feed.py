from datetime import timedelta

from odoo import api, fields, models

from ..services.calendar_feed import make_feed
from ..services.local_time import to_local

PAST_DAYS = 30
COMING_DAYS = 90


class HrEmployee(models.Model):
    """The posted days and recurring shifts as a calendar feed."""

    _inherit = "hr.employee"

    @api.model
    def _fclk_find_of_user(self, user):
        """:return: the active employees (sudo) of a user, of all companies"""
        return self.sudo().search([("user_id", "in", user.ids)])

    def _fclk_get_feed(self):
        """:return: bytes of an iCalendar file with the working days of these employees (one
        person in several companies), from 30 days ago to 90 days ahead"""
        now = fields.Datetime.now()
        events = [event for employee in self.sudo() for event in employee._fclk_feed_events(now)]
        return make_feed(self.env._("Work schedule"), events, now)

    def _fclk_feed_events(self, now):
        today = to_local(now, self._get_tz()).date()
        plans = self._get_fclk_day_plans(
            today - timedelta(days=PAST_DAYS), today + timedelta(days=COMING_DAYS)
        )
        locations = self.env["fusion.clock.location"].sudo()
        company = self.company_id.name
        return [
            {
                # Stable: a changed day replaces its entry instead of adding a second one.
                "uid": f"fusion-clock-{self.id}-{date.isoformat()}@{self.env.cr.dbname}",
                "start": plan["start_dt"],
                "end": plan["end_dt"],
                "summary": self.env._("Work at %(company)s", company=company),
                "location": locations.browse(plan["location_id"] or []).name or "",
                "description": plan["note"],
            }
            for (_employee_id, date), plan in plans.items()
            if plan["scheduled"]
        ]
