from datetime import timedelta

from odoo import models

from ..const import PLAN_LEAD_HOURS


class HrAttendance(models.Model):
    """Lateness and early leaving, measured against the plan of the clock-in."""

    _inherit = "hr.attendance"

    def _fclk_check_penalty(self, kind):
        """Create the penalty of a kind when one is due.

        :param kind: "late_in" or "early_out"
        :return: the penalty, maybe one that exists already, or empty
        """
        self.ensure_one()
        attendance = self.sudo()
        penalties = attendance.env["fusion.clock.penalty"]
        if not attendance._fclk_may_be_penalised():
            return penalties
        existing = attendance.x_fclk_penalty_ids.filtered(lambda row: row.penalty_type == kind)
        if existing:
            return existing
        plan = attendance.employee_id._fclk_plan_for(attendance.check_in)
        due = getattr(attendance, f"_fclk_get_{kind}")(plan) if plan["scheduled"] else None
        if not due or attendance._fclk_has_leave(plan):
            return penalties
        return attendance._fclk_create_penalty(kind, plan, *due)

    def _fclk_may_be_penalised(self):
        return (
            self.env["ir.config_parameter"]._fclk_get_bool("enable_penalties")
            and not self.employee_id.x_fclk_exempt_penalties
            and self.out_mode != "auto_check_out"
            and self.x_fclk_clock_out_source != "auto"
        )

    def _fclk_get_late_in(self, plan):
        """:return: (planned, actual, whole minutes late) beyond the grace, or None"""
        minutes = self._fclk_get_late_minutes(plan)
        return (plan["start_dt"], self.check_in, minutes) if minutes is not None else None

    def _fclk_get_early_out(self, plan):
        """:return: (planned, actual, whole minutes early) beyond the grace, or None"""
        grace = self.env["ir.config_parameter"]._fclk_get_float("early_grace_minutes")
        early = self.check_out and plan["end_dt"] - self.check_out
        if not early or early <= timedelta(minutes=grace):
            return None
        return plan["end_dt"], self.check_out, early // timedelta(minutes=1)

    def _fclk_get_late_minutes(self, plan):
        """:return: whole minutes after the planned start when beyond the grace and this is the
        plan's first attendance, else None"""
        grace = self.env["ir.config_parameter"]._fclk_get_float("late_grace_minutes")
        late = self.check_in - plan["start_dt"]
        if late <= timedelta(minutes=grace) or self.check_in > plan["end_dt"]:
            return None
        return late // timedelta(minutes=1) if self._fclk_is_first_of(plan) else None

    def _fclk_is_first_of(self, plan):
        return not self.search_count(
            [
                ("employee_id", "=", self.employee_id.id),
                ("check_in", "<", self.check_in),
                ("check_in", ">=", plan["start_dt"] - timedelta(hours=PLAN_LEAD_HOURS)),
                ("in_mode", "!=", "technical"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _fclk_has_leave(self, plan):
        """:return: whether approved time off overlaps the plan"""
        return bool(
            self.env["hr.leave"].search_count(
                [
                    ("employee_id", "=", self.employee_id.id),
                    ("state", "=", "validate"),
                    ("date_from", "<", plan["end_dt"]),
                    ("date_to", ">", plan["start_dt"]),
                ],
                limit=1,
            )
        )

    def _fclk_create_penalty(self, kind, plan, scheduled_at, actual_at, minutes_off):
        settings = self.env["ir.config_parameter"]
        is_actual = settings._fclk_get_text("penalty_mode") == "actual"
        penalty = self.env["fusion.clock.penalty"].create(
            {
                "attendance_id": self.id,
                "employee_id": self.employee_id.id,
                "penalty_type": kind,
                "date": plan["date"],
                "scheduled_at": scheduled_at,
                "actual_at": actual_at,
                "minutes_off": minutes_off,
                "penalty_minutes": minutes_off
                if is_actual
                else settings._fclk_get_float("penalty_minutes"),
            }
        )
        if kind == "early_out":  # lateness is logged by the engine, penalties on or off
            self.env["fusion.clock.activity.log"]._fclk_log(
                kind,
                self.employee_id,
                attendance_id=self.id,
                details={"minutes": minutes_off, "penalty_id": penalty.id},
            )
        return penalty

    def _fclk_cancel_early_out(self):
        """Back before the plan's end: leaving for lunch was no early leave."""
        if not self.env["ir.config_parameter"]._fclk_get_bool("enable_penalties"):
            return
        self.env["fusion.clock.penalty"].search(
            [
                ("employee_id", "=", self.employee_id.id),
                ("penalty_type", "=", "early_out"),
                ("state", "=", "applied"),
                ("actual_at", "<=", self.check_in),
                ("scheduled_at", ">", self.check_in),
            ]
        ).state = "cancelled"
