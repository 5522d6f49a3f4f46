from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from ..const import SOURCES
from ..services.break_policy import BreakTiers, gross_hours, net_hours
from .hr_employee_clock import Clocking

PHOTO_GROUPS = "fusion_clock.group_fusion_clock_team_lead"
# May change in a locked period: reviews, and what retention removes.
UNLOCKED_FIELDS = frozenset(
    (
        "x_fclk_photo_review",
        "x_fclk_check_in_photo",
        "x_fclk_check_out_photo",
        "in_latitude",
        "in_longitude",
        "out_latitude",
        "out_longitude",
    )
)


class HrAttendance(models.Model):
    _inherit = "hr.attendance"

    in_mode = fields.Selection(selection_add=[("portal", "Portal")])
    out_mode = fields.Selection(selection_add=[("portal", "Portal")])
    x_fclk_gross_hours = fields.Float(
        "Gross Hours",
        compute="_compute_x_fclk_gross_hours",
        store=True,
        help="Elapsed time at work, from clock-in to clock-out.",
    )
    x_fclk_break_minutes = fields.Float(
        "Break (min)",
        compute="_compute_fclk_break_minutes",
        store=True,
        tracking=True,
        help="Unpaid statutory break plus applied penalties.",
    )
    x_fclk_break_snapshot = fields.Json(compute="_compute_fclk_break_minutes", store=True)
    x_fclk_net_hours = fields.Float(
        "Net Hours",
        compute="_compute_x_fclk_net_hours",
        store=True,
        help="Gross hours less the unpaid break.",
    )
    x_fclk_break_waived = fields.Boolean("Break Waived", readonly=True, copy=False)
    x_fclk_penalty_ids = fields.One2many(
        "fusion.clock.penalty", "attendance_id", "Penalties", readonly=True
    )
    x_fclk_penalty_minutes = fields.Float(
        "Penalties (min)",
        compute="_compute_x_fclk_penalty_minutes",
        store=True,
        help="Sum of the applied penalties, part of the break.",
    )
    x_fclk_clock_source = fields.Selection(
        SOURCES, "Clock-in Source", default="manual", readonly=True
    )
    x_fclk_clock_out_source = fields.Selection(
        SOURCES, "Clock-out Source", default="manual", readonly=True
    )
    x_fclk_location_id = fields.Many2one("fusion.clock.location", "Location", readonly=True)
    x_fclk_out_location_id = fields.Many2one(
        "fusion.clock.location", "Clock-out Location", readonly=True
    )
    x_fclk_in_distance = fields.Float("Distance In (m)", readonly=True, aggregator=None)
    x_fclk_out_distance = fields.Float("Distance Out (m)", readonly=True, aggregator=None)
    x_fclk_check_in_photo = fields.Binary(
        "Clock-in Photo", attachment=True, readonly=True, groups=PHOTO_GROUPS
    )
    x_fclk_check_out_photo = fields.Binary(
        "Clock-out Photo", attachment=True, readonly=True, groups=PHOTO_GROUPS
    )
    x_fclk_photo_review = fields.Selection(
        [("none", "Not reviewed"), ("ok", "OK"), ("suspect", "Suspect")],
        "Photo Review",
        default="none",
    )
    x_fclk_scheduled_in = fields.Datetime("Planned Start", readonly=True)
    x_fclk_scheduled_out = fields.Datetime("Planned End", readonly=True)
    x_fclk_schedule_source = fields.Selection(
        [("schedule", "Posted schedule"), ("shift", "Recurring shift"), ("none", "Not scheduled")],
        "Plan",
        readonly=True,
    )
    x_fclk_station_id = fields.Many2one("fusion.clock.station", "Station", readonly=True)
    x_fclk_offline = fields.Boolean(
        "Offline", readonly=True, help="A tap that waited on the tablet for the connection."
    )
    x_fclk_pending_reason = fields.Boolean("Awaiting Explanation", readonly=True)
    x_fclk_close_reason = fields.Text("Explanation")

    _x_fclk_pending_idx = models.Index("(employee_id) WHERE x_fclk_pending_reason")
    _x_fclk_open_idx = models.Index("(employee_id) WHERE check_out IS NULL")

    def _auto_init(self):
        """Columns first, so that the ORM does not compute (and track) every old row at once; the
        install hook fills them in batches."""
        for name, column in (
            ("x_fclk_gross_hours", "float8"),
            ("x_fclk_break_minutes", "float8"),
            ("x_fclk_break_snapshot", "jsonb"),
            ("x_fclk_net_hours", "float8"),
            ("x_fclk_penalty_minutes", "float8"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, column)
        return super()._auto_init()

    @api.depends("check_in", "check_out")
    def _compute_x_fclk_gross_hours(self):
        for attendance in self:
            attendance.x_fclk_gross_hours = gross_hours(attendance.check_in, attendance.check_out)

    @api.depends("x_fclk_penalty_ids.penalty_minutes", "x_fclk_penalty_ids.state")
    def _compute_x_fclk_penalty_minutes(self):
        """Stored apart, so that a clock-out need not look for penalties again."""
        for attendance in self.sudo():
            applied = attendance.x_fclk_penalty_ids.filtered(lambda row: row.state == "applied")
            attendance.x_fclk_penalty_minutes = sum(applied.mapped("penalty_minutes"))

    @api.depends(
        "check_in", "check_out", "employee_id", "x_fclk_break_waived", "x_fclk_penalty_minutes"
    )
    def _compute_fclk_break_minutes(self):
        """Statutory break of the hours really spent at work, plus applied penalties.

        No query per attendance: the rule of each province is cached with its figures.
        """
        is_on = self.env["ir.config_parameter"]._fclk_get_bool("auto_deduct_break")
        rules = self.env["fusion.clock.break.rule"]
        for attendance in self:
            rule_id = attendance.employee_id._fclk_break_rule_id()
            attendance._fclk_set_break(dict(rules._fclk_rule_snapshot(rule_id)), is_on)

    def _fclk_set_break(self, rule, is_on):
        """:param rule: see ``fusion.clock.break.rule._fclk_rule_snapshot``"""
        names = BreakTiers.__dataclass_fields__
        gross = gross_hours(self.check_in, self.check_out)
        counts = is_on and self.check_out and not self.x_fclk_break_waived
        tiers = BreakTiers(*(rule[name] or 0.0 for name in names))
        statutory = tiers.minutes_for(gross) if counts else 0.0
        penalty = self.x_fclk_penalty_minutes
        self.x_fclk_break_minutes = statutory + penalty
        self.x_fclk_break_snapshot = rule | {
            "auto_deduct_break": is_on,
            "break_waived": self.x_fclk_break_waived,
            "gross_hours": gross,
            "statutory_minutes": statutory,
            "penalty_minutes": penalty,
        }

    @api.depends("x_fclk_gross_hours", "x_fclk_break_minutes")
    def _compute_x_fclk_net_hours(self):
        for attendance in self:
            attendance.x_fclk_net_hours = net_hours(
                attendance.x_fclk_gross_hours, attendance.x_fclk_break_minutes
            )

    @api.constrains("check_in", "check_out", "employee_id")
    def _check_validity(self):
        """Core looks only at the neighbour by check_in, which is any one of those that began in
        the same second: a refusal then counts only when something really overlaps."""
        for attendance in self:
            try:
                super(HrAttendance, attendance)._check_validity()
            except ValidationError:
                if attendance._fclk_overlaps():
                    raise
        return None

    def _fclk_overlaps(self):
        """:return: whether another attendance of the employee shares a stretch of time, or is
        open as well"""
        domain = Domain("employee_id", "=", self.employee_id.id) & Domain("id", "!=", self.id)
        domain &= Domain("check_out", "=", False) | Domain("check_out", ">", self.check_in)
        if self.check_out:
            domain &= Domain("check_in", "<", self.check_out)
        return bool(self.search_count(domain, limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        """A clocking's own values join core's INSERT instead of following it."""
        clocking = self.env.context.get("fclk_clocking")
        is_engine = isinstance(clocking, Clocking)
        if is_engine:
            self = self.with_context(fclk_clocking=None)
            vals_list = [{**vals, **clocking.values} for vals in vals_list]
        attendances = super().create(vals_list)
        attendances._fclk_check_unlocked()
        if not is_engine or clocking.at:  # nobody can clock in live on a day already judged
            attendances._fclk_clear_absences()
        return attendances

    def write(self, vals):
        clocking = self.env.context.get("fclk_clocking")
        if isinstance(clocking, Clocking) and "check_out" in vals:
            self = self.with_context(fclk_clocking=None)
            vals = {**vals, **clocking.values}
            # The activity log tells who, when and how, as for the clock-in: no message beside it.
            self._track_discard()
        if UNLOCKED_FIELDS.issuperset(vals):
            return super().write(vals)
        self._fclk_check_unlocked()
        result = super().write(vals)
        if "check_in" in vals or "employee_id" in vals:
            self._fclk_check_unlocked()
            self._fclk_clear_absences()
        return result

    def unlink(self):
        self._fclk_check_unlocked()
        return super().unlink()

    def _fclk_check_unlocked(self):
        """:raise UserError: a row is in a locked period"""
        self.env["fusion.clock.period"]._check_unlocked(
            (row.employee_id.sudo().company_id, row.date) for row in self
        )
