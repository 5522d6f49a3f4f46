from odoo import api, models

from .. import const


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        if self.env.user.has_group(const.CLAIMS_USER):
            url = "/odoo/action-fusion_claims.action_adp_cases"
            links.append({"label": self.env._("Funding cases"), "url": url, "sequence": 50})
        return links
