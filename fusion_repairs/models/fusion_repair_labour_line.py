import math
from datetime import timedelta

from odoo import api, fields, models

from .. import const


class FusionRepairLabourLine(models.Model):
    """Time of one technician on one job. Raw minutes are kept; steps are for prices alone."""

    _name = "fusion.repair.labour.line"
    _description = "Labour"
    _inherit = ["fusion.repair.office.mixin"]
    _order = "start desc, id desc"
    _rec_name = "start"
    _field_writable = frozenset({"note", "start", "stop"})
    _field_initial = frozenset({"repair_id", "task_id", "technician_id"})

    repair_id = fields.Many2one("repair.order", "Job", required=True, index=True)
    task_id = fields.Many2one("fusion.technician.task", index="btree_not_null")
    technician_id = fields.Many2one(
        "res.users", required=True, index=True, default=lambda self: self.env.uid
    )
    start = fields.Datetime(required=True, default=fields.Datetime.now)
    stop = fields.Datetime(help="Empty: the timer runs.")
    minutes = fields.Integer(compute="_compute_minutes", store=True)
    note = fields.Char()
    is_cut = fields.Boolean("Forgotten", readonly=True, help="Ran too long and was cut at night.")
    corrected_by = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True)

    _one_running = models.UniqueIndex(
        "(technician_id) WHERE stop IS NULL", "Another timer of this technician runs."
    )
    _order_of_times = models.Constraint(
        "CHECK (stop IS NULL OR stop >= start)", "Work ends after it begins."
    )

    @api.depends("start", "stop")
    def _compute_minutes(self):
        """Begun minutes count whole."""
        for line in self:
            seconds = (line.stop - line.start).total_seconds() if line.stop and line.start else 0
            line.minutes = math.ceil(seconds / 60)

    @api.model_create_multi
    def create(self, vals_list):
        """Time is written on a job that one may write, and times by hand name who wrote them."""
        lines = super().create(vals_list)
        lines.repair_id.check_access("write")
        if not self.env.su:
            for line, vals in zip(lines, vals_list, strict=True):
                if {"start", "stop"} & set(vals):
                    line.sudo().corrected_by = self.env.uid
        return lines

    def write(self, vals):
        """Whoever changes times by hand is named; the timer, with more rights, says who it was."""
        result = super().write(vals)
        is_timer = self.env.su and "corrected_by" in vals
        if {"start", "stop"} & set(vals) and not is_timer:
            self.sudo().corrected_by = self.env.uid
        return result

    def _stop(self, moment, **values):
        """The timer ends; a correction made before stays."""
        for line in self.sudo():
            line.write({"stop": moment, "corrected_by": line.corrected_by.id, **values})

    @api.model
    def _cut_forgotten(self):
        """:return: timers that ran longer than a working day, stopped at that length"""
        longest = timedelta(hours=const.TIMER_HOURS)
        forgotten = self.search(
            [("stop", "=", False), ("start", "<", fields.Datetime.now() - longest)]
        )
        for line in forgotten:
            line._stop(line.start + longest, is_cut=True)
            line.repair_id.message_post(
                body=self.env._("A forgotten timer was stopped after %(hours)s hours.",
                                hours=const.TIMER_HOURS)
            )  # fmt: skip
        return forgotten
