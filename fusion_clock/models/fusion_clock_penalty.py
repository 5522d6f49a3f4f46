from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class FusionClockPenalty(models.Model):
    _name = "fusion.clock.penalty"
    _description = "Attendance Penalty"
    _order = "date desc, id desc"
    _rec_name = "penalty_type"

    attendance_id = fields.Many2one("hr.attendance", required=True, index=True, ondelete="cascade")
    employee_id = fields.Many2one("hr.employee", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="employee_id.company_id", store=True)
    penalty_type = fields.Selection(
        [("late_in", "Late"), ("early_out", "Left early")], required=True
    )
    date = fields.Date(required=True, help="Day of the plan.")
    scheduled_at = fields.Datetime()
    actual_at = fields.Datetime()
    minutes_off = fields.Integer("Minutes Off", help="Whole minutes late or early.")
    penalty_minutes = fields.Float("Penalty (min)")
    state = fields.Selection(
        [("applied", "Applied"), ("waived", "Waived"), ("cancelled", "Cancelled")],
        required=True,
        default="applied",
    )
    waived_by_id = fields.Many2one("res.users", readonly=True)
    waive_reason = fields.Char(readonly=True)

    _attendance_type_uniq = models.Constraint(
        "UNIQUE(attendance_id, penalty_type)",
        "An attendance has at most one penalty of each kind.",
    )
    _minutes_positive = models.Constraint(
        "CHECK(penalty_minutes >= 0)", "A penalty cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        penalties = super().create(vals_list)
        penalties._check_unlocked()
        return penalties

    def write(self, vals):
        self._check_unlocked()
        result = super().write(vals)
        self._check_unlocked()
        return result

    def unlink(self):
        self._check_unlocked()
        return super().unlink()

    def _check_unlocked(self):
        """A penalty belongs to the period of its attendance."""
        self.env["fusion.clock.period"]._check_unlocked(
            (row.employee_id.company_id, row.attendance_id.date) for row in self.sudo()
        )

    def action_open_waive(self):
        """:return: the dialog that asks why"""
        return self.env["fusion.clock.reason"]._open(self, self.env._("Waive the Penalty"))

    def action_waive(self, reason=None):
        """Take a penalty back; the hours follow by themselves.

        :param reason: kept on the penalty; required
        :raise AccessError: for one's own penalty, or another team's
        """
        reason = (reason or "").strip()
        for penalty in self:
            penalty._check_may_waive()
            if not reason:
                raise UserError(penalty.env._("Say why the penalty is waived."))
            if penalty.state != "applied":
                raise UserError(penalty.env._("Only an applied penalty can be waived."))
            penalty.sudo().write(
                {
                    "state": "waived",
                    "waived_by_id": self.env.uid,
                    "waive_reason": reason,
                }
            )
            self.env["fusion.clock.activity.log"]._fclk_log(
                "penalty_waived",
                penalty.sudo().employee_id,
                attendance_id=penalty.sudo().attendance_id.id,
                message=reason,
                details={"penalty_id": penalty.id, "minutes": penalty.sudo().penalty_minutes},
            )

    def _check_may_waive(self):
        user = self.env.user
        employee = self.sudo().employee_id
        is_own = employee.user_id == user
        is_manager = user.has_group("fusion_clock.group_fusion_clock_manager")
        is_lead = (
            user.has_group("fusion_clock.group_fusion_clock_team_lead")
            and employee.parent_id.user_id == user
        )
        if self.env.su:
            return
        if is_own or not (is_manager or is_lead):
            raise AccessError(
                self.env._("Only the team lead or a clock manager can waive this penalty.")
            )
        self.check_access("read")
