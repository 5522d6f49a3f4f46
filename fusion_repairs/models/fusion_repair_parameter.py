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

    @api.model
    def _get_invoicing(self):
        """:return: ``none``, ``draft`` or ``post``: what becomes of a visit's fee"""
        text = self.env["ir.config_parameter"].sudo().get_param(
            "fusion_repairs.invoice_on_completion", "draft"
        )  # fmt: skip
        return text if text in ("none", "post") else "draft"
