from odoo import api, models


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"

    @api.model
    def _get_allowed_models(self, mode="read"):
        """A user without any group has no access at all.

        Core's rows without a group open a few models to everybody who is signed in; the bots of
        the client keys, who are in no group, would read them over RPC.
        """
        if not self.env.user._get_group_ids():
            return frozenset()
        return super()._get_allowed_models(mode)
