from odoo import fields, models
from odoo.exceptions import UserError

TIME_FIELDS = {"start", "stop", "duration", "allday", "start_date", "stop_date"}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    x_fc_task_id = fields.Many2one(
        "fusion.technician.task",
        "Technician Task",
        ondelete="set null",
        copy=False,
        index="btree_not_null",
        readonly=True,
    )

    def write(self, vals):
        touched = set(vals)
        is_dropped = vals.get("active") is False
        result = super().write(vals)
        linked = self._fc_get_linked()
        if is_dropped:
            linked.x_fc_task_id._lose_event()
        elif TIME_FIELDS & touched:
            linked._fc_move_tasks()
        return result

    def unlink(self):
        tasks = self._fc_get_linked().x_fc_task_id
        result = super().unlink()
        tasks._lose_event()
        return result

    def _fc_get_linked(self):
        """:return: events of jobs, unless it is the job that writes"""
        if self.env.context.get("fusion_tasks_sync"):
            return self.browse()
        return self.sudo().filtered("x_fc_task_id")

    def _fc_move_tasks(self):
        for event in self:
            task = event.x_fc_task_id
            if event.allday:
                raise UserError(self.env._("A visit needs hours; it cannot last all day."))
            if (event.start, event.stop) != (task.datetime_start, task.datetime_end):
                task.sudo(False)._follow_event(event.start, event.stop)
