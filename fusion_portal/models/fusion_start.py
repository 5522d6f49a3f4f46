from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        user = self.env.user
        if user.has_group("fusion_portal.group_portal_sales_rep"):
            links.append({"label": self.env._("My visits"), "url": "/my/visits", "sequence": 60})
        if user.has_group("fusion_portal.group_portal_authorizer"):
            links.append({"label": self.env._("My cases"), "url": "/my/cases", "sequence": 61})
        return links
