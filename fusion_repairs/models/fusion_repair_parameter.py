from odoo import api, models
from odoo.tools import str2bool

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
    def _is_on(self, key):
        """Text that is neither true nor false counts as false."""
        default = str(const.SWITCHES[key])
        text = self.env["ir.config_parameter"].sudo().get_param(f"fusion_repairs.{key}", default)
        return str2bool(text, False)

    @api.model
    def _get_no_show_product(self):
        """:return: what a client who was absent is asked to pay, empty when nothing"""
        text = self.env["ir.config_parameter"].sudo().get_param(
            "fusion_repairs.no_show_fee_product_id", "0"
        )  # fmt: skip
        number = int(text) if str(text).isascii() and str(text).isdigit() else 0
        return self.env["product.product"].sudo().browse(number).exists()

    @api.model
    def _get_invoicing(self):
        """:return: ``none``, ``draft`` or ``post``: what becomes of a visit's fee"""
        text = self.env["ir.config_parameter"].sudo().get_param(
            "fusion_repairs.invoice_on_completion", "draft"
        )  # fmt: skip
        return text if text in ("none", "post") else "draft"
