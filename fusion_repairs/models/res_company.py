from odoo import fields, models

from odoo.addons.fusion_tasks.services.openings import to_local


class ResCompany(models.Model):
    _inherit = "res.company"

    x_fc_service_user_id = fields.Many2one(
        "res.users", "Service Coordinator", help="Gets the calls and questions about maintenance."
    )

    def _fc_today(self):
        """:return: the local date of this company"""
        return to_local(fields.Datetime.now(), self._fc_tz()).date()
