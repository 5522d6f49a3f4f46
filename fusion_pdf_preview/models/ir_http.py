from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the client what the report handler needs to know before it asks the server."""
        result = super().session_info()
        user = self.env.user
        if user._is_internal():
            result["fusion_pdf_preview"] = {
                "intercept": self.env["ir.config_parameter"]._fc_pdf_intercepts_reports(),
                "open_mode": user.x_fc_pdf_open_mode,
            }
        return result
