import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .pipelines import ADP

#: The ADP's share of its own price. Source: Ontario Ministry of Health, Assistive Devices Program:
#: 75 %, and 100 % for recipients of Ontario Works, ODSP and ACSD.
_RATES = {"reg": 0.75, "odsp": 1.0, "ow": 1.0, "acsd": 1.0}
_RULE = {
    "name": "adp_portion",
    "version": "2025-01",
    "source": "Ontario Ministry of Health, Assistive Devices Program, mobility devices",
}
_LOCKED = {"product_id", "product_template_id", "product_uom_qty", "price_unit", "discount", "name"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    x_fc_adp_device_code_id = fields.Many2one(
        "fusion.adp.device.code",
        "ADP Code",
        compute="_compute_x_fc_adp_device_code_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    x_fc_adp_device_type = fields.Char(
        "ADP Device Type", related="x_fc_adp_device_code_id.device_type", store=True
    )
    x_fc_serial_number = fields.Char("Serial Number", index=True, copy=False)
    x_fc_used_unit = fields.Boolean(
        "Used Unit",
        copy=False,
        help="A claims manager confirms that this unit came back from another client.",
    )
    x_fc_adp_unit_price = fields.Monetary(
        "ADP Price",
        compute="_compute_x_fc_adp_unit_price",
        store=True,
        help="The catalogue's price when the code was set.",
    )
    x_fc_adp_approved = fields.Boolean("Approved", copy=False)
    x_fc_deduction_type = fields.Selection(
        [("none", "None"), ("percent", "Percent"), ("amount", "Amount")],
        "Deduction",
        required=True,
        default="none",
        copy=False,
    )
    x_fc_deduction_value = fields.Float("Deduction Value", copy=False)
    x_fc_adp_portion = fields.Monetary("ADP Pays", compute="_compute_x_fc_portion", store=True)
    x_fc_client_portion = fields.Monetary(
        "Client Pays", compute="_compute_x_fc_portion", store=True
    )
    x_fc_deduction_amount = fields.Monetary("Deducted", compute="_compute_x_fc_portion", store=True)
    x_fc_over_adp_price = fields.Boolean(
        "Over the ADP Price", compute="_compute_x_fc_over_adp_price"
    )

    _deduction_sane = models.Constraint(
        "CHECK(x_fc_deduction_value >= 0"
        " AND (x_fc_deduction_type != 'percent' OR x_fc_deduction_value <= 100))",
        "A deduction is 0 to 100 percent, or an amount of 0 or more.",
    )

    # -- Code and price ---------------------------------------------------------------------------

    @api.depends("product_id")
    def _compute_x_fc_adp_device_code_id(self):
        for line in self:
            line.x_fc_adp_device_code_id = line.product_id.x_fc_adp_device_code_id

    @api.depends("x_fc_adp_device_code_id")
    def _compute_x_fc_adp_unit_price(self):
        """Frozen from the submission on: the claim says that price."""
        for line in self:
            if line._origin.id and line.order_id and not line.order_id._fc_are_documents_free():
                line.x_fc_adp_unit_price = line._origin.x_fc_adp_unit_price
            else:
                line.x_fc_adp_unit_price = line.x_fc_adp_device_code_id.adp_price

    @api.depends("x_fc_adp_device_code_id", "x_fc_adp_unit_price", "price_unit", "discount")
    def _compute_x_fc_over_adp_price(self):
        for line in self:
            line.x_fc_over_adp_price = bool(
                line.x_fc_adp_device_code_id
                and line.x_fc_adp_unit_price
                and line.currency_id.compare_amounts(
                    line._fc_get_unit_price(), line.x_fc_adp_unit_price
                )
                > 0
            )

    def _fc_get_unit_price(self):
        """:return: price of a unit after discount, before taxes"""
        return self.price_reduce_taxexcl or self.price_unit * (1 - self.discount / 100)

    # -- Portions ---------------------------------------------------------------------------------

    @api.depends(
        "display_type", "price_subtotal", "product_uom_qty", "price_unit", "discount",
        "x_fc_adp_device_code_id", "x_fc_adp_unit_price", "x_fc_adp_approved",
        "x_fc_deduction_type", "x_fc_deduction_value", "order_id.x_fc_sale_type",
        "order_id.x_fc_client_type", "order_id.x_fc_device_verification_complete",
    )  # fmt: skip
    def _compute_x_fc_portion(self):
        for line in self:
            gross = line._fc_get_gross()
            currency = line.currency_id or line.env.company.currency_id
            deduction = 0.0
            if line.x_fc_deduction_type == "percent":
                deduction = currency.round(gross * line.x_fc_deduction_value / 100)
            elif line.x_fc_deduction_type == "amount":
                deduction = currency.round(min(line.x_fc_deduction_value, gross))
            line.x_fc_deduction_amount = deduction
            line.x_fc_adp_portion = currency.round(gross - deduction)
            line.x_fc_client_portion = currency.round(line.price_subtotal - line.x_fc_adp_portion)

    def _fc_get_gross(self):
        """:return: what the ADP pays before a deduction"""
        if not self._fc_is_eligible():
            return 0.0
        unit = self._fc_get_unit_price()
        if self.x_fc_adp_unit_price > 0:
            unit = min(unit, self.x_fc_adp_unit_price)
        rate = _RATES[self.order_id.x_fc_client_type]
        return self.currency_id.round(min(unit * self.product_uom_qty * rate, self.price_subtotal))

    def _fc_is_eligible(self):
        order = self.order_id
        return bool(
            not self.display_type
            and order.x_fc_sale_type in ADP.sale_types
            and self.x_fc_adp_device_code_id
            and (not order.x_fc_device_verification_complete or self.x_fc_adp_approved)
            and self.price_subtotal > 0
        )

    def _fc_explain_portion(self):
        """:return: ``{"result", "inputs", "rule", "steps"}``, in the reader's language; the result
        is the ADP's portion"""
        self.ensure_one()
        gross, unit = self._fc_get_gross(), self._fc_get_unit_price()
        is_eligible = self._fc_is_eligible()
        capped = min(unit, self.x_fc_adp_unit_price) if self.x_fc_adp_unit_price > 0 else unit
        rate = _RATES[self.order_id.x_fc_client_type]
        steps = [
            {"label": self.env._("Price of a unit after discount"), "value": unit},
            {"label": self.env._("Price that the ADP recognizes"), "value": capped},
            {"label": self.env._("Quantity"), "value": self.product_uom_qty},
            {"label": self.env._("Share of the ADP"), "value": rate if is_eligible else 0.0},
            {"label": self.env._("Before the deduction"), "value": gross},
            {"label": self.env._("Deduction"), "value": self.x_fc_deduction_amount},
            {"label": self.env._("The ADP pays"), "value": self.x_fc_adp_portion},
            {"label": self.env._("The client pays"), "value": self.x_fc_client_portion},
        ]
        return {
            "result": self.x_fc_adp_portion,
            "inputs": {
                "subtotal": self.price_subtotal,
                "quantity": self.product_uom_qty,
                "unit_price": unit,
                "adp_price": self.x_fc_adp_unit_price,
                "device_code": self.x_fc_adp_device_code_id.device_code or "",
                "client_type": self.order_id.x_fc_client_type,
                "eligible": is_eligible,
                "deduction_type": self.x_fc_deduction_type,
                "deduction_value": self.x_fc_deduction_value,
            },
            "rule": dict(_RULE),
            "steps": steps,
        }

    # -- Invoices ---------------------------------------------------------------------------------

    def _fc_get_invoice_text(self, text):
        if not self.x_fc_serial_number:
            return text
        return "\n".join([text, self.env._("Serial number: %s", self.x_fc_serial_number)])

    def _prepare_qty_invoiced(self):
        """An order split between payers counts each unit once."""
        quantities = super()._prepare_qty_invoiced()
        for line in self:
            for invoice_line in line._get_invoice_lines():
                move = invoice_line.move_id
                if not move.x_fc_portion or move.state == "cancel":
                    continue
                sign = {"out_invoice": 1, "out_refund": -1}.get(move.move_type, 0)
                counted = invoice_line.product_uom_id._compute_quantity(
                    invoice_line.quantity, line.product_uom_id
                )
                quantities[line] += sign * (invoice_line.x_fc_covered_quantity - counted)
        return quantities

    # -- Serial numbers ---------------------------------------------------------------------------

    @api.model
    def _fc_split_serials(self, text):
        """:return: list of serial numbers in upper case, without blanks around"""
        return [part.strip().upper() for part in re.split(r"[,;\n\r]+", text or "") if part.strip()]

    def _fc_get_claim_serials(self):
        return self._fc_split_serials(self.x_fc_serial_number)

    def _fc_lacks_serials(self):
        """An approved device whose code has serial numbers, and not one for each unit."""
        return (
            self.x_fc_adp_approved
            and self.x_fc_adp_device_code_id.sn_required
            and len(self._fc_get_claim_serials()) != self.product_uom_qty
        )

    @api.constrains("x_fc_serial_number", "product_id", "x_fc_used_unit")
    def _fc_check_serials_unique(self):
        """:raise ValidationError: a unit is on two orders"""
        for line in self:
            serials = line._fc_get_claim_serials()
            if len(set(serials)) < len(serials):
                raise ValidationError(
                    self.env._("%s names the same serial number twice.", line.name)
                )
            others = line._fc_find_lines_with(serials)
            taken = others.filtered(lambda other, line=line: not line._fc_came_back_from(other))
            if taken:
                raise ValidationError(
                    self.env._(
                        "The serial number %(serials)s is on order %(order)s already.",
                        serials=", ".join(set(serials) & set(taken[0]._fc_get_claim_serials())),
                        order=taken[0].order_id.name,
                    )
                )

    def _fc_find_lines_with(self, serials):
        """:return: lines (sudo) of other standing orders or of this one with one of the serials"""
        lines_sudo = self.sudo().browse()
        for serial in serials:
            lines_sudo |= lines_sudo.search(
                [
                    ("x_fc_serial_number", "ilike", serial),
                    ("product_id", "=", self.product_id.id),
                    ("order_id.state", "!=", "cancel"),
                    ("id", "!=", self.id),
                ]
            )
        return lines_sudo.filtered(lambda line: set(serials) & set(line._fc_get_claim_serials()))

    def _fc_came_back_from(self, other):
        order, before = self.order_id, other.order_id
        is_another = (
            order.partner_id.commercial_partner_id != before.partner_id.commercial_partner_id
        )
        return bool(self.x_fc_used_unit and is_another and before.x_fc_adp_delivery_date)

    def _fc_claims_facts(self):
        """What other addons may know of a sold unit.

        :return: ``{"serials": [str], "device_type": str or False, "delivery_date": date or False,
            "service_start": date or False}``
        """
        self.ensure_one()
        order = self.order_id
        return {
            "serials": self._fc_get_claim_serials(),
            "device_type": self.x_fc_adp_device_type or False,
            "delivery_date": order.x_fc_adp_delivery_date or False,
            "service_start": order.x_fc_service_start_date or False,
        }

    # -- Creating and changing --------------------------------------------------------------------

    def _fc_prepare_vals(self, vals):
        if vals.get("x_fc_used_unit") and not self.env["sale.order"]._fc_is_manager():
            raise AccessError(
                self.env._("Only a claims manager can confirm that a unit came back.")
            )
        if "x_fc_serial_number" in vals:
            serials = self._fc_split_serials(vals["x_fc_serial_number"])
            vals = {**vals, "x_fc_serial_number": ", ".join(serials) or False}
        return vals

    def _fc_check_lock(self, vals):
        touched = any(name in _LOCKED or name.startswith("x_fc_") for name in vals)
        if touched and not self.env.su and any(line.order_id.x_fc_case_locked for line in self):
            raise UserError(
                self.env._("The case is locked: it is closed. A claims manager can reopen it.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create([self._fc_prepare_vals(vals) for vals in vals_list])
        lines._fc_check_lock(dict.fromkeys(_LOCKED))
        return lines

    def write(self, vals):
        vals = self._fc_prepare_vals(vals)
        self._fc_check_lock(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._fc_check_lock(dict.fromkeys(_LOCKED))
