from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.local_time import shift_hours


class FusionClockSchedule(models.Model):
    """One dated entry. A day can hold a posted entry and, beside it, a draft: the pending change.
    Only posted entries drive anything."""

    _name = "fusion.clock.schedule"
    _description = "Schedule Entry"
    _order = "date, employee_id, state"

    employee_id = fields.Many2one("hr.employee", required=True, index=True, ondelete="cascade")
    date = fields.Date(required=True, index=True)
    company_id = fields.Many2one(related="employee_id.company_id", store=True)
    shift_id = fields.Many2one("fusion.clock.shift", "Template")
    is_off = fields.Boolean("Day Off")
    start_time = fields.Float("Start", help="Local time of day.")
    end_time = fields.Float("End", help="Local time of day.")
    break_minutes = fields.Float("Planned Break (min)")
    planned_hours = fields.Float(compute="_compute_planned_hours", store=True)
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted")], required=True, default="draft", index=True
    )
    posted_date = fields.Datetime(readonly=True)
    posted_by_id = fields.Many2one("res.users", readonly=True)
    note = fields.Char(help="The employee sees this.")

    _employee_date_state_uniq = models.Constraint(
        "UNIQUE(employee_id, date, state)",
        "This employee already has an entry in that state on that day.",
    )
    _times_in_day = models.Constraint(
        "CHECK(start_time >= 0 AND start_time < 24 AND end_time >= 0 AND end_time < 24)",
        "Times of day go from 0:00 to 23:59.",
    )
    _break_positive = models.Constraint(
        "CHECK(break_minutes >= 0)", "A planned break cannot be negative."
    )

    @api.depends("is_off", "start_time", "end_time", "break_minutes")
    def _compute_planned_hours(self):
        for entry in self:
            entry.planned_hours = (
                0.0
                if entry.is_off
                else shift_hours(entry.start_time, entry.end_time, entry.break_minutes)
            )

    @api.constrains("is_off", "start_time", "end_time")
    def _check_times(self):
        if any(not entry.is_off and entry.start_time == entry.end_time for entry in self):
            raise ValidationError(
                self.env._("A working day cannot start and end at the same time.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create([self._prepare_times(vals) for vals in vals_list])
        entries._check_unlocked()
        return entries

    def write(self, vals):
        self._check_unlocked()
        result = super().write(vals)
        self._check_unlocked()
        return result

    def unlink(self):
        self._check_unlocked()
        return super().unlink()

    def _check_unlocked(self):
        self.env["fusion.clock.period"]._check_unlocked(
            (entry.employee_id.company_id, entry.date) for entry in self.sudo()
        )

    @api.model
    def _prepare_times(self, vals):
        """The template's times, where none are given."""
        shift = self.env["fusion.clock.shift"].browse(vals.get("shift_id"))
        if not shift or vals.get("is_off"):
            return vals
        names = ("start_time", "end_time", "break_minutes")
        return {**{name: shift[name] for name in names}, **vals}
