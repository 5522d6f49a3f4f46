from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        if self.env.user.has_group("fusion_tasks.group_technician"):
            url = "/odoo/action-fusion_tasks.action_tasks"
            links.append({"label": self.env._("Technician tasks"), "url": url, "sequence": 40})
        return links
