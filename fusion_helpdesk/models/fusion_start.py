from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        if self.env.user.has_group("fusion_helpdesk.group_reporter_admin"):
            url = "/odoo/action-fusion_helpdesk.action_outbox"
            links.append({"label": self.env._("Messages to support"), "url": url, "sequence": 60})
        return links
