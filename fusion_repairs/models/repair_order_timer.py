from odoo import fields, models
from odoo.exceptions import UserError


class RepairOrderTimer(models.Model):
    """One running timer per technician; the database sees to it."""

    _inherit = "repair.order"

    def action_timer_start(self):
        """:raise UserError: when another job's timer of this person runs"""
        self.ensure_one()
        lines = self.env["fusion.repair.labour.line"]
        running = lines.search([("technician_id", "=", self.env.uid), ("stop", "=", False)])
        if running.repair_id == self:
            return True
        if running:
            raise UserError(
                self.env._("Your timer runs on %(job)s. Stop it first.", job=running.repair_id.name)
            )
        if self.state in ("done", "cancel"):
            raise UserError(self.env._("This job is closed."))
        task = self._fc_get_tasks().filtered(
            lambda one: (
                one.technician_id == self.env.user
                and one.status in ("scheduled", "en_route", "in_progress")
            )
        )
        lines.create({"repair_id": self.id, "task_id": task[:1].id})
        return True

    def action_timer_pause(self):
        """A pause ends the line; going on begins another."""
        return self.action_timer_stop()

    def action_timer_stop(self):
        mine = self.x_fc_labour_line_ids.filtered(
            lambda line: not line.stop and line.technician_id == self.env.user
        )
        mine._stop(fields.Datetime.now())
        return True
