from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        if self.env.user._is_internal():
            info["fusion_helpdesk"] = self.env["fusion.helpdesk.service"]._get_icon_state()
        return info
