import os

from odoo import api, models

from .. import const


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    @api.model
    def _fc_billing(self, name, default=""):
        """:return: text of a parameter; the environment's ``FUSION_BILLING_<NAME>`` wins"""
        value = os.environ.get(f"FUSION_BILLING_{name.upper()}")
        return value or self.sudo().get_param(f"{const.PREFIX}{name}") or default

    @api.model
    def _fc_billing_int(self, name, default):
        """:return: a whole number, 0 or more; anything else gives the default"""
        text = self._fc_billing(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    @api.model
    def _fc_billing_list(self, name, default=""):
        """:return: the trimmed parts of a comma-separated text"""
        return [part.strip() for part in self._fc_billing(name, default).split(",") if part.strip()]
