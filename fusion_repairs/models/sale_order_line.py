import math
import re

from odoo import models

from .maintenance_equipment import make_serial_key

_SEPARATORS = re.compile(r"[,;\r\n]+")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if "x_fc_serial_number" in vals:
            self._fc_follow_facts()
        return result

    def _fc_claims_facts(self):
        """What the funding addon knows of this line; nothing without it.

        :return: ``{"serials", "device_type", "delivery_date", "service_start"}``
        """
        self.ensure_one()
        line, order = self, self.order_id
        serial = "x_fc_serial_number" in line._fields and line.x_fc_serial_number
        device = line._fc_has_device_types() and line.x_fc_adp_device_type
        delivery = "x_fc_adp_delivery_date" in order._fields and order.x_fc_adp_delivery_date
        start = "x_fc_service_start_date" in order._fields and order.x_fc_service_start_date
        return {
            "serials": split_serials(serial),
            "device_type": device or False,
            "delivery_date": delivery or False,
            "service_start": start or False,
        }

    def _fc_has_device_types(self):
        return "x_fc_adp_device_type" in self._fields

    def _fc_is_unit(self):
        """:return: whether this line sells something that may be maintained"""
        is_product = self.product_id and not self.display_type and not self.is_downpayment
        return bool(is_product and self.product_uom_qty > 0)

    def _fc_get_delivered(self):
        """:return: moves that brought this line to the client"""
        return self.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
        )

    def _fc_get_serials(self):
        """:return: serial numbers as written, without repetition: lots delivered, else claims'"""
        lots = self._fc_get_delivered().move_line_ids.lot_id
        names = lots.mapped("name") or self._fc_claims_facts()["serials"]
        return list({make_serial_key(name): name for name in reversed(names)}.values())[::-1]

    def _fc_count_units(self, serials):
        unit = self.product_id.uom_id
        quantity = self.product_uom_id._compute_quantity(self.product_uom_qty, unit, round=False)
        return max(1, math.floor(round(quantity, 6)), len(serials))

    def _fc_follow_facts(self):
        """A delivery or a serial number typed later reaches the contracts of these lines."""
        contracts_sudo = self.env["fusion.repair.maintenance.contract"].sudo()
        contracts_sudo.search(
            [("x_fc_source_sale_line_id", "in", self.ids), ("state", "!=", "cancelled")],
            order="x_fc_unit_index",
        )._follow_sale()

    def _fc_get_invoice_date(self):
        """:return: date of the first posted invoice of this line"""
        invoices = self.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        return min(invoices.mapped("invoice_date"), default=False)


def split_serials(text):
    """:return: serial numbers of a text with commas, semicolons or line breaks"""
    parts = [part.strip() for part in _SEPARATORS.split(text or "")]
    return list(dict.fromkeys(part for part in parts if part))
