from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class FusionTechnicianRoute(models.TransientModel):
    """Shows what a better order of a day would save, before anything moves."""

    _name = "fusion.technician.route"
    _description = "Optimise a Day"

    technician_id = fields.Many2one(
        "res.users", required=True, domain=[("x_fc_is_technician", "=", True)]
    )
    date = fields.Date("Day", required=True, default=fields.Date.context_today)
    is_tried = fields.Boolean()
    before = fields.Integer("Driving Now (min)", readonly=True)
    after = fields.Integer("Driving Then (min)", readonly=True)
    saved = fields.Integer("Saved (min)", compute="_compute_saved")
    line_ids = fields.One2many("fusion.technician.route.line", "route_id", readonly=True)

    @api.depends("before", "after")
    def _compute_saved(self):
        for route in self:
            route.saved = route.before - route.after

    @api.onchange("technician_id", "date")
    def _onchange_day(self):
        self.update({"is_tried": False, "line_ids": [Command.clear()]})

    def action_try(self):
        """Nothing moves yet.

        :raise UserError: more visits than can be tried"""
        return self._run(False)

    def action_apply(self):
        """:raise SlotUnavailable: the day was changed meanwhile
        :raise UserError: another plan than the one that was shown"""
        return self._run(True)

    def _run(self, is_applied):
        self.ensure_one()
        tasks = self.env["fusion.technician.task"]
        plan = tasks.optimise_route(self.technician_id.id, self.date, apply=is_applied)
        moves = [(move["task_id"], move["start"]) for move in plan["moves"]]
        if is_applied and moves != [(line.task_id.id, line.start) for line in self.line_ids]:
            raise UserError(self.env._("The day was changed meanwhile. Try it again."))
        if is_applied:
            return {"type": "ir.actions.act_window_close"}
        lines = [
            Command.create(
                {"task_id": move["task_id"], "old_start": move["old_start"], "start": move["start"]}
            )
            for move in plan["moves"]
        ]
        self.write(
            {
                "is_tried": True,
                "before": plan["before"],
                "after": plan["after"],
                "line_ids": [Command.clear(), *lines],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class FusionTechnicianRouteLine(models.TransientModel):
    _name = "fusion.technician.route.line"
    _description = "Visit That Would Move"
    _order = "start, id"

    route_id = fields.Many2one("fusion.technician.route", required=True, ondelete="cascade")
    task_id = fields.Many2one("fusion.technician.task", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="task_id.partner_id", string="Client")
    old_start = fields.Datetime("Now")
    start = fields.Datetime("Then")
