from odoo import fields, models
from odoo.exceptions import UserError

STEPS = {
    "draft": {"scheduled", "cancelled"},
    "scheduled": {"draft", "en_route", "in_progress", "completed", "cancelled", "no_show"},
    "en_route": {"scheduled", "in_progress", "cancelled", "no_show"},
    "in_progress": {"completed", "cancelled"},
    "no_show": {"draft", "scheduled"},
    "cancelled": {"draft", "scheduled"},
    "completed": {"in_progress"},
}
STAMPS = {
    "en_route": ["en_route_at"],
    "in_progress": ["started_at"],
    "completed": ["started_at", "completed_at"],
}


class FusionTechnicianTaskStatus(models.Model):
    """From one status to the next, whatever path sets it."""

    _inherit = "fusion.technician.task"

    def _check_steps(self, new):
        """:return: ``{task: old status}`` of the tasks whose status changes
        :raise UserError: for a step that is not allowed
        """
        changing = {task: task.status for task in self if task.status != new}
        for task, old in changing.items():
            if new not in STEPS[old] or (old == "completed" and not self._can_reopen()):
                labels = dict(self._fields["status"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(task)s cannot go from %(old)s to %(new)s.",
                        task=task.name,
                        old=labels[old],
                        new=labels.get(new, new),
                    )
                )
        return changing

    def _can_reopen(self):
        return self.env.su or self.env.user.has_group("fusion_tasks.group_manager")

    def _stamp(self, old):
        names = [name for name in STAMPS.get(self.status, ()) if not self[name]]
        if names:
            moment = self.env.context.get("fusion_tasks_at") or fields.Datetime.now()
            self.write(dict.fromkeys(names, moment))

    def _on_status_changed(self, old, new):
        """Hook, called once for each task whose status changed, after it was written."""

    def action_schedule(self):
        return self.write({"status": "scheduled"})

    def action_en_route(self):
        return self.write({"status": "en_route"})

    def action_start(self):
        return self.write({"status": "in_progress"})

    def action_complete(self):
        return self.write({"status": "completed"})

    def action_cancel(self, reason=""):
        return self.write({"status": "cancelled", **({"cancel_reason": reason} if reason else {})})

    def action_no_show(self, reason=""):
        return self.write({"status": "no_show", **({"no_show_reason": reason} if reason else {})})

    def action_reset_to_draft(self):
        return self.write({"status": "draft"})
