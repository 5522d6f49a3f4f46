from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """The signing page's form is a script: its texts come in the signer's language."""
        return super()._get_translation_frontend_modules_name() + ["fusion_claims"]
