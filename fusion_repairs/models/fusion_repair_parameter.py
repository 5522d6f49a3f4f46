from odoo import api, models

from .. import const


class FusionRepairParameter(models.AbstractModel):
    """The figures of ``const.NUMBERS`` as an administrator set them."""

    _name = "fusion.repair.parameter"
    _description = "Repair Settings"

    @api.model
    def _get_number(self, key):
        """:return: the number within its bounds, its default when missing or unreadable"""
        default, lowest, highest = const.NUMBERS[key]
        text = self.env["ir.config_parameter"].sudo().get_param(f"fusion_repairs.{key}", None)
        try:
            return min(max(int(text), lowest), highest)
        except (TypeError, ValueError):
            return default
