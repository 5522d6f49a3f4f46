from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        users = self.sudo().user_id.filtered("x_fc_is_technician")
        result = super().write(vals)
        has_left = vals.get("active") is False or "company_id" in vals or "user_id" in vals
        if users and has_left:
            self.env["fusion.technician.task"]._alert_left(users)
        return result
