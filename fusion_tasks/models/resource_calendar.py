from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _fc_get_resources(self, company=None):
        """:return: whose hours these are; without a calendar, everybody's of the company"""
        resources = self.env["resource.resource"].sudo()
        domain = [("user_id.x_fc_is_technician", "=", True)]
        domain += [("calendar_id", "in", self.ids)] if self else []
        domain += [("company_id", "=", company.id)] if company else []
        return resources.search(domain) if self or company else resources

    def _fc_alert_dispatchers(self):
        users = self._fc_get_resources().user_id if self else self.env["res.users"]
        self.env["fusion.technician.task"]._alert_days_off(users)
