from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class HrEmployeeSkill(models.Model):
    _inherit = "hr.employee.skill"

    @api.model
    def _fc_valid_on(self, day):
        """Core's own "current skills" list expired certificates too."""
        return Domain("valid_from", "<=", day) & (
            Domain("valid_to", "=", False) | Domain("valid_to", ">=", day)
        )

    def _fc_end(self):
        today = fields.Date.today()
        new = self.filtered(lambda row: row.valid_from >= today)
        new.unlink()
        (self - new).valid_to = today - timedelta(days=1)
