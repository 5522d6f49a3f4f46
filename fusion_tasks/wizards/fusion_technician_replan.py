from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..exceptions import SlotUnavailable


class FusionTechnicianReplan(models.TransientModel):
    """The day of a technician who is away: a proposal for each visit, approved one by one."""

    _name = "fusion.technician.replan"
    _description = "Plan a Day Again"

    technician_id = fields.Many2one(
        "res.users", required=True, domain=[("x_fc_is_technician", "=", True)]
    )
    date = fields.Date("Day", required=True, default=fields.Date.context_today)
    is_tried = fields.Boolean()
    line_ids = fields.One2many("fusion.technician.replan.line", "replan_id")
    open_count = fields.Integer(compute="_compute_open_count")

    @api.depends("line_ids.is_approved", "line_ids.is_done")
    def _compute_open_count(self):
        for replan in self:
            replan.open_count = len(replan.line_ids.filtered(lambda line: line._is_due()))

    @api.onchange("technician_id", "date")
    def _onchange_day(self):
        self.update({"is_tried": False, "line_ids": [Command.clear()]})

    def action_propose(self):
        """Nothing moves yet."""
        self.ensure_one()
        plan = self.env["fusion.technician.task"].propose_replan(self.technician_id.id, self.date)
        lines = [Command.create({**one, "is_approved": bool(one["technician_id"])}) for one in plan]
        self.write({"is_tried": True, "line_ids": [Command.clear(), *lines]})
        return self._open()

    def action_apply(self):
        """Move what is approved; an opening that was lost meanwhile is named, the rest goes on.

        :raise UserError: when nothing is approved
        """
        self.ensure_one()
        due = self.line_ids.filtered(lambda line: line._is_due())
        if not due:
            raise UserError(self.env._("Tick the visits to move."))
        for line in due:
            line._apply()
        if all(line.is_done for line in due):
            return {"type": "ir.actions.act_window_close"}
        return self._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class FusionTechnicianReplanLine(models.TransientModel):
    _name = "fusion.technician.replan.line"
    _description = "Visit to Be Planned Again"

    replan_id = fields.Many2one("fusion.technician.replan", required=True, ondelete="cascade")
    task_id = fields.Many2one("fusion.technician.task", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="task_id.partner_id", string="Client")
    contact_phone = fields.Char(related="task_id.contact_phone")
    old_start = fields.Datetime(related="task_id.datetime_start", string="Now")
    technician_id = fields.Many2one("res.users", "To")
    start = fields.Datetime("Then")
    message = fields.Char("Remark")
    is_approved = fields.Boolean("Move")
    is_done = fields.Boolean("Moved")

    def _is_due(self):
        return self.is_approved and self.technician_id and not self.is_done

    def _apply(self):
        try:
            self.task_id._reschedule(
                self.start,
                technician_id=self.technician_id.id,
                reason=self.env._("%(technician)s is away that day.",
                                  technician=self.replan_id.technician_id.name),
            )  # fmt: skip
            self.write({"is_done": True, "message": self.env._("Moved")})
        except SlotUnavailable as error:
            self.write({"is_approved": False, "message": str(error)})
