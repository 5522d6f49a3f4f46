from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        actions = "/odoo/action-fusion_tasks."
        if self.env.user.has_group("fusion_tasks.group_dispatcher"):
            url = f"{actions}action_dispatch_board"
            links.append({"label": self.env._("Dispatch board"), "url": url, "sequence": 39})
        if self.env.user.has_group("fusion_tasks.group_technician"):
            url = f"{actions}action_my_day"
            links.append({"label": self.env._("My day"), "url": url, "sequence": 40})
        return links
