from odoo import api, fields, models


class FusionTechnicianTaskOpening(models.TransientModel):
    """An opening that a dispatcher may take with one click."""

    _name = "fusion.technician.task.opening"
    _description = "Opening for a Task"
    _order = "start, id"
    _rec_name = "start"

    task_id = fields.Many2one("fusion.technician.task", required=True, ondelete="cascade")
    technician_id = fields.Many2one("res.users", required=True)
    start = fields.Datetime(required=True)
    end = fields.Datetime(required=True)
    travel_before = fields.Integer("Drive There (min)")
    detour = fields.Integer("Added Driving (min)")
    recommended = fields.Boolean()

    @api.model
    def _make_openings(self, task, asked):
        names = ["technician_id", "start", "end", "travel_before", "detour", "recommended"]
        return self.create(
            [
                {"task_id": task.id, **{name: slot[name] for name in names}}
                for slot in task._find_slots(**asked, per_day=6)
            ]
        )

    def action_book(self):
        """:raise SlotUnavailable: when somebody else was faster"""
        self.ensure_one()
        self.task_id._reschedule(self.start, self.end, self.technician_id.id)
        return {"type": "ir.actions.act_window_close"}
