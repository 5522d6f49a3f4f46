from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import clean_context, format_date

from ..services.local_time import to_local

NEW_ATTENDANCE_KINDS = frozenset(("missed_in", "forgot_both"))
# What each kind must say; "wrong_times" needs at least one of the two.
REQUIRED_TIMES = {
    "missed_in": ("requested_check_in",),
    "missed_out": ("requested_check_out",),
    "forgot_both": ("requested_check_in", "requested_check_out"),
}
# The person asks with these; everything else is decided by the actions below.
REQUEST_FIELDS = frozenset(
    (
        "employee_id",
        "kind",
        "attendance_id",
        "date",
        "requested_check_in",
        "requested_check_out",
        "reason",
    )
)
DECISION_FIELDS = frozenset(
    (
        "state",
        "reviewer_id",
        "reviewed_at",
        "review_note",
        "old_check_in",
        "old_check_out",
        "submitted_check_in",
        "submitted_check_out",
        "origin",
    )
)


class FusionClockCorrection(models.Model):
    """An employee says what the clock got wrong; the lead or a manager decides."""

    _name = "fusion.clock.correction"
    _description = "Attendance Correction"
    _inherit = ["mail.thread"]
    _order = "create_date desc, id desc"
    _mail_post_access = "read"

    employee_id = fields.Many2one(
        "hr.employee",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["hr.employee"]._fclk_get_own(),
    )
    company_id = fields.Many2one(related="employee_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("missed_in", "Forgot to clock in"),
            ("missed_out", "Forgot to clock out"),
            ("wrong_times", "Wrong times"),
            ("forgot_both", "Forgot to clock in and out"),
            ("worked_break", "Worked through the break"),
        ],
        required=True,
        tracking=True,
    )
    attendance_id = fields.Many2one(
        "hr.attendance",
        index="btree_not_null",
        ondelete="set null",
        domain="[('employee_id', '=', employee_id)]",
    )
    date = fields.Date(
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Local day the request is about.",
    )
    requested_check_in = fields.Datetime(tracking=True)
    requested_check_out = fields.Datetime(tracking=True)
    reason = fields.Text(required=True)
    state = fields.Selection(
        [
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="submitted",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    reviewer_id = fields.Many2one("res.users", readonly=True, copy=False)
    reviewed_at = fields.Datetime(readonly=True, copy=False)
    review_note = fields.Text(readonly=True, copy=False)
    old_check_in = fields.Datetime(
        "Check In Before",
        readonly=True,
        copy=False,
        help="As it was when the request was approved.",
    )
    old_check_out = fields.Datetime("Check Out Before", readonly=True, copy=False)
    submitted_check_in = fields.Datetime(
        readonly=True, copy=False, help="Of the attendance, when the request was made."
    )
    submitted_check_out = fields.Datetime(readonly=True, copy=False)
    origin = fields.Selection(
        [
            ("employee", "Employee"),
            ("auto_close", "Automatic clock-out"),
            ("offline", "Offline tap"),
        ],
        required=True,
        default="employee",
        readonly=True,
        copy=False,
    )
    can_review = fields.Boolean(compute="_compute_can_review")
    is_outdated = fields.Boolean(
        compute="_compute_is_outdated", help="The attendance changed after the request was made."
    )

    _one_open_per_attendance = models.UniqueIndex(
        "(attendance_id) WHERE state = 'submitted' AND attendance_id IS NOT NULL",
        "There is already an open correction request for this attendance.",
    )
    _one_open_per_start = models.UniqueIndex(
        "(employee_id, kind, requested_check_in) "
        "WHERE state = 'submitted' AND attendance_id IS NULL",
        "There is already an open correction request for this time.",
    )

    @api.depends("attendance_id", "requested_check_in", "requested_check_out", "employee_id")
    def _compute_date(self):
        for correction in self:
            moment = (
                correction.attendance_id.check_in
                or correction.requested_check_in
                or correction.requested_check_out
            )
            if moment:
                correction.date = correction._to_local(moment).date()
            else:
                correction.date = correction.date or fields.Date.context_today(correction)

    @api.depends("kind", "employee_id", "date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for correction in self:
            correction.display_name = self.env._(
                "%(employee)s, %(date)s: %(kind)s",
                employee=correction.employee_id.sudo().name or "",
                date=format_date(self.env, correction.date) if correction.date else "",
                kind=kinds.get(correction.kind, ""),
            )

    @api.depends("state", "employee_id")
    @api.depends_context("uid")
    def _compute_can_review(self):
        for correction in self:
            correction.can_review = correction.state == "submitted" and correction._may_review()

    @api.depends("state", "attendance_id.check_in", "attendance_id.check_out")
    def _compute_is_outdated(self):
        for correction in self:
            correction_sudo = correction.sudo()
            correction.is_outdated = (
                correction.state == "submitted" and correction_sudo._is_outdated()
            )

    @api.constrains("kind", "attendance_id", "employee_id")
    def _check_attendance(self):
        for correction in self.sudo().filtered(lambda row: row.state == "submitted"):
            attendance = correction.attendance_id
            if attendance and attendance.employee_id != correction.employee_id:
                raise ValidationError(self.env._("This attendance belongs to someone else."))
            if not attendance and correction.kind not in NEW_ATTENDANCE_KINDS:
                raise ValidationError(
                    self.env._("Choose the attendance that this request is about.")
                )
            if correction.kind == "forgot_both" and attendance:
                raise ValidationError(
                    self.env._("Choose “Wrong times” to change an attendance that exists.")
                )
            if correction.kind == "worked_break" and not attendance.check_out:
                raise ValidationError(
                    self.env._("Clock out first: a break belongs to a finished attendance.")
                )

    @api.constrains("kind", "requested_check_in", "requested_check_out", "attendance_id")
    def _check_times(self):
        for correction in self.sudo().filtered(lambda row: row.state == "submitted"):
            correction._check_times_given()
            correction._check_times_possible()

    def _check_times_given(self):
        missing = [name for name in REQUIRED_TIMES.get(self.kind, ()) if not self[name]]
        if missing:
            names = [self._fields[name]._description_string(self.env) for name in missing]
            raise ValidationError(
                self.env._("Please give the missing time: %(names)s.", names=", ".join(names))
            )
        if self.kind == "wrong_times" and not (self.requested_check_in or self.requested_check_out):
            raise ValidationError(self.env._("Give the right time of arrival or of leaving."))

    def _check_times_possible(self):
        """Not in the future, not backwards, not longer than anybody works."""
        now = fields.Datetime.now()
        if any(time and time > now for time in (self.requested_check_in, self.requested_check_out)):
            raise ValidationError(self.env._("A correction cannot lie in the future."))
        start, end = self._get_wanted_times()
        if not start or not end:
            return
        if end <= start:
            raise ValidationError(self.env._("The time of leaving must be after that of arrival."))
        limit = self.env["ir.config_parameter"]._fclk_get_float("max_shift_hours")
        if limit and end - start > timedelta(hours=limit):
            raise ValidationError(
                self.env._("A shift can last at most %(hours)s hours.", hours=f"{limit:g}")
            )

    @api.model_create_multi
    def create(self, vals_list):
        """What a person asks for is never decided yet, whatever the caller sends."""
        if not self.env.su:
            self = self.with_context(clean_context(self.env.context))  # no default_state either
            vals_list = [
                {name: value for name, value in vals.items() if name not in DECISION_FIELDS}
                for vals in vals_list
            ]
        self.flush_model(["state"])  # one just closed makes room for the next
        corrections = super().create(vals_list)
        for correction in corrections.sudo():
            correction._start()
        return corrections

    def write(self, vals):
        if not self.env.su and vals.keys() & DECISION_FIELDS:
            raise AccessError(
                self.env._("A request is decided with its buttons, not by writing the result.")
            )
        if vals.keys() & REQUEST_FIELDS and any(row.state != "submitted" for row in self):
            raise UserError(self.env._("This request is closed and cannot be changed any more."))
        res = super().write(vals)
        if "attendance_id" in vals and "state" not in vals:
            self.sudo()._keep_submitted_times()
        return res

    # -- the request's way ------------------------------------------------------------------

    def action_approve(self):
        """Apply the request to the attendance and tell the employee.

        :raise AccessError: for one's own request, or another team's
        :raise UserError: the attendance changed meanwhile, or it cannot be as requested
        """
        for correction in self:
            correction._check_may_review()
            correction.sudo()._approve()

    def action_refuse(self, note=None):
        """:param note: tells the employee why; required
        :raise AccessError: for one's own request, or another team's"""
        note = (note or "").strip()
        for correction in self:
            correction._check_may_review()
            if not note:
                raise UserError(self.env._("Say why the request is refused."))
            correction.sudo()._close("refused", review_note=note)
            correction.sudo()._log("correction_refused", message=note)
            correction.sudo()._send_decision()

    def action_cancel(self):
        """Take the request back: the person, the lead or a manager.

        :raise AccessError: for another team's
        """
        for correction in self:
            if not correction._is_own():
                correction._check_is_reviewer()
            correction.sudo()._close("cancelled")

    def action_review_again(self):
        """Take the attendance's present times as those the request is about."""
        for correction in self:
            correction._check_may_review()
            correction.sudo()._keep_submitted_times()

    def action_open_refuse(self):
        """:return: the dialog that asks why"""
        self.ensure_one()
        return self.env["fusion.clock.reason"]._open(self, self.env._("Refuse the Request"))

    @api.model
    def _find_same(self, vals):
        """:return: the open request that says the same, or empty: a double click is one request"""
        names = (
            "employee_id",
            "kind",
            "attendance_id",
            "requested_check_in",
            "requested_check_out",
        )
        same = Domain.AND(Domain(name, "=", vals.get(name) or False) for name in names)
        return self.search(same & Domain("state", "=", "submitted"), limit=1)

    @api.model
    def _has_open(self, vals):
        """:return: whether a request for the same attendance is open"""
        return bool(vals.get("attendance_id")) and bool(
            self.search_count(
                [("attendance_id", "=", vals["attendance_id"]), ("state", "=", "submitted")],
                limit=1,
            )
        )

    @api.model
    def _get_open_text(self):
        return self.env._("There is already an open request for this. Wait, or take it back first.")

    # -- rights -----------------------------------------------------------------------------

    def _check_may_review(self):
        self.ensure_one()
        if not self._may_review():
            raise AccessError(
                self.env._("Only the team lead or a clock manager can decide on this request.")
            )
        self.check_access("write")
        if self.state != "submitted":
            raise UserError(self.env._("This request has already been decided."))

    def _check_is_reviewer(self):
        self.ensure_one()
        if not self._is_reviewer():
            raise AccessError(
                self.env._("Only the team lead or a clock manager can decide on this request.")
            )
        self.check_access("write")

    def _may_review(self):
        if self.env.su:
            return True
        if self._is_own():
            allowed = self.env["ir.config_parameter"]._fclk_get_bool("allow_self_approval")
            return allowed and self.env.user.has_group("fusion_clock.group_fusion_clock_manager")
        return self._is_reviewer()

    def _is_own(self):
        return self.sudo().employee_id.user_id == self.env.user

    def _is_reviewer(self):
        user = self.env.user
        is_lead = user.has_group("fusion_clock.group_fusion_clock_team_lead")
        return (
            self.env.su
            or user.has_group("fusion_clock.group_fusion_clock_manager")
            or (is_lead and self.sudo().employee_id.parent_id.user_id == user)
        )

    # -- times ------------------------------------------------------------------------------

    def _get_wanted_times(self):
        """:return: (arrival, leaving) as they would be, False where open"""
        return (
            self.requested_check_in or self.attendance_id.check_in,
            self.requested_check_out or self.attendance_id.check_out,
        )

    def _to_local(self, moment):
        """:param moment: naive UTC
        :return: naive local datetime of the employee"""
        return to_local(moment, self.employee_id.sudo()._get_tz() or "UTC")
