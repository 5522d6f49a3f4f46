from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._fc_alert_dispatchers()
        return leaves

    def write(self, vals):
        result = super().write(vals)
        self._fc_alert_dispatchers()
        return result

    def _fc_alert_dispatchers(self):
        """Booked jobs stay; a leave without a person is everybody's."""
        tasks = self.env["fusion.technician.task"]
        for leave in self.sudo().filtered(lambda leave: leave.time_type == "leave"):
            resources = leave.resource_id or leave.calendar_id._fc_get_resources(leave.company_id)
            users = resources.user_id.filtered("x_fc_is_technician")
            tasks._alert_days_off(users, leave.date_from, leave.date_to)
