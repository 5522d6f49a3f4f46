import pytz

from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _fc_tz(self):
        """:return: pytz zone in which this company's days begin and end"""
        company_sudo = self.sudo()
        name = company_sudo.resource_calendar_id.tz or company_sudo.partner_id.tz or "UTC"
        return pytz.timezone(name)
