from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.local_time import shift_hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class FusionClockShift(models.Model):
    _name = "fusion.clock.shift"
    _description = "Recurring Shift"
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char()
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    location_id = fields.Many2one(
        "fusion.clock.location", domain="[('company_id', '=', company_id)]"
    )
    start_time = fields.Float("Start", default=9.0, required=True, help="Local time of day.")
    end_time = fields.Float("End", default=17.0, required=True, help="Local time of day.")
    break_minutes = fields.Float(
        "Planned Break (min)",
        default=lambda self: self.env["ir.config_parameter"]._fclk_get_float(
            "default_break_minutes"
        ),
        help="Serves planned hours only; the deduction comes from the statutory break rules.",
    )
    day_mon = fields.Boolean("Monday", default=True)
    day_tue = fields.Boolean("Tuesday", default=True)
    day_wed = fields.Boolean("Wednesday", default=True)
    day_thu = fields.Boolean("Thursday", default=True)
    day_fri = fields.Boolean("Friday", default=True)
    day_sat = fields.Boolean("Saturday")
    day_sun = fields.Boolean("Sunday")
    crosses_midnight = fields.Boolean(compute="_compute_crosses_midnight")
    hours = fields.Float(compute="_compute_hours", help="Net of the planned break.")

    _start_in_day = models.Constraint(
        "CHECK(start_time >= 0 AND start_time < 24)", "A shift starts from 0:00 to 23:59."
    )
    _end_in_day = models.Constraint(
        "CHECK(end_time >= 0 AND end_time < 24)", "A shift ends from 0:00 to 23:59."
    )
    _break_positive = models.Constraint(
        "CHECK(break_minutes >= 0)", "A planned break cannot be negative."
    )

    @api.depends("start_time", "end_time")
    def _compute_crosses_midnight(self):
        for shift in self:
            shift.crosses_midnight = shift.end_time <= shift.start_time

    @api.depends("start_time", "end_time", "break_minutes")
    def _compute_hours(self):
        for shift in self:
            shift.hours = shift_hours(shift.start_time, shift.end_time, shift.break_minutes)

    @api.constrains("start_time", "end_time")
    def _check_times(self):
        if any(shift.start_time == shift.end_time for shift in self):
            raise ValidationError(self.env._("A shift cannot start and end at the same time."))

    def covers_weekday(self, date):
        """:param date: local date
        :return: whether this shift recurs on that weekday"""
        self.ensure_one()
        return self[f"day_{WEEKDAYS[date.weekday()]}"]
