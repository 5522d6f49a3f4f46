from odoo import models

HOURS_FIELDS = {"resource_calendar_id", "contract_date_start", "contract_date_end", "date_version"}


class HrVersion(models.Model):
    _inherit = "hr.version"

    def write(self, vals):
        result = super().write(vals)
        if HOURS_FIELDS & vals.keys():
            users = self.sudo().employee_id.user_id.filtered("x_fc_is_technician")
            self.env["fusion.technician.task"]._alert_days_off(users)
        return result
