from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """The portal's scripts warn and confirm: their texts come in the reader's language."""
        return super()._get_translation_frontend_modules_name() + ["fusion_portal"]
