from odoo import api, models


class FusionStart(models.AbstractModel):
    """The links of the page ``/fusion``. Empty here, each addon adds its own."""

    _name = "fusion.start"
    _description = "Fusion Start Page"

    @api.model
    def _fusion_start_links(self):
        """Extend with ``super()._fusion_start_links() + [...]``, only what the user may open.

        :return: list of ``{"label": translated text, "url": local path, "sequence": int}`` for
            the current user (``self.env.user``, internal or portal)
        """
        return []
