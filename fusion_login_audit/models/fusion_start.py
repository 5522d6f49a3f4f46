from odoo import api, models


class FusionStart(models.AbstractModel):
    _inherit = "fusion.start"

    @api.model
    def _fusion_start_links(self):
        links = super()._fusion_start_links()
        if self.env.user.has_group("base.group_system"):
            url = "/odoo/action-fusion_login_audit.action_login_audit"
            links.append({"label": self.env._("Login events"), "url": url, "sequence": 80})
        if self.env["fusion.login.audit"]._fc_get_bool("self_service"):
            label = self.env._("My login activity")
            links.append({"label": label, "url": "/my/login-activity", "sequence": 81})
        return links
