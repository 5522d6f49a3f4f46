from datetime import timedelta

from odoo import api, fields, models

from ..clock_format import ClockFormat
from ..services.local_time import to_local


class HrEmployee(models.Model):
    """What a person's own clock shows."""

    _inherit = "hr.employee"

    @api.model
    def _fclk_get_own(self):
        """:return: the current user's employee in the current company (sudo), or empty"""
        return self.sudo().search(
            [("user_id", "=", self.env.uid), ("company_id", "=", self.env.company.id)], limit=1
        )

    def _fclk_get_status(self):
        """:return: ``{"state" ("checked_in" / "checked_out"), "since" (UTC text or False),
        "net_hours_today", "week_net_hours", "today": {"label", "scheduled", "is_off"},
        "pending_reason"}``"""
        self.ensure_one()
        now = fields.Datetime.now()
        today = to_local(now, self._get_tz()).date()
        last = self.last_attendance_id
        running = last if last and not last.check_out else last.browse()
        hours, pending = self._fclk_get_today(running, now, today)
        plan = self._get_fclk_day_plan(today)
        return {
            "state": self._fclk_get_state(),
            "since": fields.Datetime.to_string(running.check_in or last.check_out or False)
            or False,
            "net_hours_today": hours,
            "week_net_hours": self._fclk_get_week_hours(today, running, now),
            "today": {key: plan[key] for key in ("label", "scheduled", "is_off")},
            "pending_reason": pending,
        }

    def _fclk_get_systray(self, ip=None):
        """:return: see :meth:`_fclk_get_status`, plus ``"is_enabled"``, ``"needs_position"`` and
        ``"question"``: ``{"attendance_id", "text"}`` of an attendance that awaits an
        explanation, or False"""
        pending = self._fclk_get_pending()
        question = pending and {
            "attendance_id": pending.id,
            "text": ClockFormat(self.env, self._get_tz()).closed(pending),
        }
        return self._fclk_get_status() | {
            "is_enabled": self.x_fclk_enable_clock,
            "needs_position": bool(self.env["fusion.clock.location"]._fclk_get_fences(self, ip)),
            "question": question or False,
        }

    @api.model
    def _fclk_week_start(self, date):
        """:return: first day of the week that holds a local date, by ``week_start`` (0 = Monday)"""
        first_weekday = self.env["ir.config_parameter"]._fclk_get_int("week_start") % 7
        return date - timedelta(days=(date.weekday() - first_weekday) % 7)

    def _fclk_get_week_hours(self, today, running, now):
        """:return: net hours of the week's closed attendances plus the running gross hours"""
        start = self._fclk_week_start(today)
        [[total]] = (
            self.env["hr.attendance"]
            .sudo()
            ._read_group(
                [
                    ("employee_id", "=", self.id),
                    ("date", ">=", start),
                    ("date", "<=", today),
                    ("check_out", "!=", False),
                ],
                aggregates=["x_fclk_net_hours:sum"],
            )
        )
        elapsed = (now - running.check_in) / timedelta(hours=1) if running else 0.0
        return round((total or 0.0) + elapsed, 2)
