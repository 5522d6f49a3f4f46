from datetime import timedelta

from odoo import models

from ..const import PLAN_LEAD_HOURS


class HrAttendance(models.Model):
    """Penalties judged again after somebody corrected the times."""

    _inherit = "hr.attendance"

    def _fclk_review_penalties(self):
        """Judge this attendance and the others of its plan again.

        One that is no longer due is cancelled, one that still is gets the new minutes, a waived
        one stays waived.
        """
        for attendance in self.sudo():
            plan = attendance.employee_id._fclk_plan_for(attendance.check_in)
            for row in attendance | attendance._fclk_get_siblings(plan):
                row._fclk_review_penalty("late_in", plan)
                row._fclk_review_penalty("early_out", plan)

    def _fclk_get_siblings(self, plan):
        if not plan["scheduled"]:
            return self.browse()
        return self.search(
            [
                ("employee_id", "=", self.employee_id.id),
                ("check_in", ">=", plan["start_dt"] - timedelta(hours=PLAN_LEAD_HOURS)),
                ("check_in", "<=", plan["end_dt"]),
            ]
        )

    def _fclk_review_penalty(self, kind, plan):
        penalty = self.x_fclk_penalty_ids.filtered(lambda row: row.penalty_type == kind)
        due = self._fclk_get_due(kind, plan)
        if not penalty:
            if due:
                self._fclk_check_penalty(kind)
        elif penalty.state == "applied":
            penalty.write(self._fclk_prepare_review(due) if due else {"state": "cancelled"})

    def _fclk_get_due(self, kind, plan):
        """:return: (planned, actual, whole minutes) or None"""
        if not plan["scheduled"] or self._fclk_has_leave(plan):
            return None
        if kind == "late_in":
            return self._fclk_get_late_in(plan)
        return None if self._fclk_came_back(plan) else self._fclk_get_early_out(plan)

    def _fclk_came_back(self, plan):
        """:return: whether the employee clocked in again before the plan's end"""
        return bool(
            self.check_out
            and self.search_count(
                [
                    ("employee_id", "=", self.employee_id.id),
                    ("check_in", ">=", self.check_out),
                    ("check_in", "<", plan["end_dt"]),
                    ("id", "!=", self.id),
                ],
                limit=1,
            )
        )

    def _fclk_prepare_review(self, due):
        scheduled_at, actual_at, minutes = due
        settings = self.env["ir.config_parameter"]
        vals = {"scheduled_at": scheduled_at, "actual_at": actual_at, "minutes_off": minutes}
        if settings._fclk_get_text("penalty_mode") == "actual":
            vals["penalty_minutes"] = minutes
        return vals
