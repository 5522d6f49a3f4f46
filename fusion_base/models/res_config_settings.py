from odoo import fields, models

from ..const import HEALTH_KEY_PARAM
from ..tools.signing import hash_token, new_token


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    x_fc_has_health_key = fields.Boolean(
        "Health Key Is Set", compute="_compute_x_fc_has_health_key"
    )

    def _compute_x_fc_has_health_key(self):
        has_key = bool(self.env["ir.config_parameter"].sudo().get_param(HEALTH_KEY_PARAM))
        self.x_fc_has_health_key = has_key

    def action_fusion_new_health_key(self):
        """Replace the key of ``/fusion/health`` and show the new one, this once.

        :raise AccessError: for anybody but a system administrator (who alone may write parameters)
        """
        key = new_token()
        self.env["ir.config_parameter"].set_param(HEALTH_KEY_PARAM, hash_token(key))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "title": self.env._("New health key: copy it now, it is not shown again"),
                "message": key,
            },
        }

    def action_fusion_remove_health_key(self):
        """Close ``/fusion/health``: without a key it answers 404.

        :raise AccessError: for anybody but a system administrator
        """
        self.env["ir.config_parameter"].set_param(HEALTH_KEY_PARAM, False)
        return {"type": "ir.actions.client", "tag": "reload"}
