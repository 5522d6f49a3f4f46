from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        if self.env.user.has_group("helpdesk.group_helpdesk_manager"):
            for label, action, sequence in (
                (self.env._("Deployments"), "action_client_keys", 61),
                (self.env._("Owner engagements"), "action_owner_engagements", 62),
            ):
                url = f"/odoo/action-fusion_helpdesk_central.{action}"
                links.append({"label": label, "url": url, "sequence": sequence})
        return links
