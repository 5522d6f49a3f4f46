from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        if self.env.user.has_group("fusion_repairs.group_field"):
            url = "/odoo/action-fusion_repairs.action_visits"
            links.append({"label": self.env._("Maintenance visits"), "url": url, "sequence": 45})
        if self.env.user.has_group("fusion_repairs.group_user"):
            url = "/odoo/service-dashboard"
            links.append({"label": self.env._("Service dashboard"), "url": url, "sequence": 44})
            url = "/odoo/action-fusion_repairs.action_contracts"
            links.append({"label": self.env._("Maintenance due"), "url": url, "sequence": 46})
        return links
