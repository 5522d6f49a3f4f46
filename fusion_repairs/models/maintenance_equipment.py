import re
import secrets

from odoo import api, fields, models


def make_serial_key(serial):
    """:return: what makes a serial number the same one: upper case, letters and digits only"""
    return re.sub(r"[\W_]", "", serial or "").upper()


class MaintenanceEquipment(models.Model):
    """A client's unit. ``partner_id`` of core is the vendor."""

    _inherit = "maintenance.equipment"

    x_fc_is_client_unit = fields.Boolean("Client's Unit", index=True)
    x_fc_client_id = fields.Many2one("res.partner", "Client", index="btree_not_null")
    x_fc_site_id = fields.Many2one(
        "res.partner", "Place", help="Empty: the client's delivery address."
    )
    x_fc_product_id = fields.Many2one("product.product", "Product", index="btree_not_null")
    x_fc_lot_id = fields.Many2one("stock.lot", "Lot")
    x_fc_repair_category_id = fields.Many2one("fusion.repair.product.category", "Type")
    x_fc_serial = fields.Char("Serial", copy=False, help="As written on the unit.")
    x_fc_serial_key = fields.Char(
        "Serial Key", compute="_compute_x_fc_serial_key", store=True, index="btree_not_null"
    )
    x_fc_location_note = fields.Char("Where", help="E.g. main stairs.")
    x_fc_install_date = fields.Date("Installed On")
    x_fc_sale_line_id = fields.Many2one(
        "sale.order.line", "Sale Line", copy=False, index="btree_not_null"
    )
    x_fc_unit_index = fields.Integer("Unit of the Line", default=1, copy=False)
    x_fc_do_not_use = fields.Boolean("Do Not Use", tracking=True)
    x_fc_qr_code = fields.Char(
        "QR Code", copy=False, readonly=True, help="Public id behind the QR label."
    )
    x_fc_contract_ids = fields.One2many(
        "fusion.repair.maintenance.contract", "equipment_id", "Contracts"
    )
    x_fc_visit_ids = fields.One2many("fusion.repair.maintenance.visit", "equipment_id", "Visits")
    x_fc_repair_ids = fields.One2many("repair.order", "x_fc_equipment_id", "Jobs")
    x_fc_certificate_ids = fields.One2many(
        "fusion.repair.inspection.certificate", "equipment_id", "Certificates"
    )
    x_fc_recall_line_ids = fields.One2many("fusion.repair.recall.line", "equipment_id", "Recalls")
    x_fc_visit_count = fields.Integer("Number of Visits", compute="_compute_x_fc_counts")
    x_fc_contract_count = fields.Integer("Number of Contracts", compute="_compute_x_fc_counts")

    _x_fc_qr_code_uniq = models.UniqueIndex("(x_fc_qr_code) WHERE x_fc_qr_code IS NOT NULL")

    @api.depends("x_fc_serial")
    def _compute_x_fc_serial_key(self):
        for unit in self:
            unit.x_fc_serial_key = make_serial_key(unit.x_fc_serial) or False

    @api.depends("x_fc_visit_ids", "x_fc_contract_ids")
    def _compute_x_fc_counts(self):
        for unit in self:
            unit.x_fc_visit_count = len(unit.x_fc_visit_ids)
            unit.x_fc_contract_count = len(unit.x_fc_contract_ids)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        self._fc_fill_serial_no([vals for vals in vals_list if not vals.get("serial_no")])
        for vals in vals_list:
            if vals.get("x_fc_is_client_unit"):
                vals.setdefault("x_fc_qr_code", secrets.token_urlsafe(16))
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("x_fc_serial"):
            for unit in self.filtered(lambda unit: not unit.serial_no):
                names = {
                    "x_fc_serial": unit.x_fc_serial,
                    "x_fc_product_id": unit.x_fc_product_id.id,
                }
                self._fc_fill_serial_no([names])
                unit.serial_no = names["serial_no"]
        return result

    @api.model
    def _fc_fill_serial_no(self, vals_list):
        """Core wants its own number unique in the whole database: a taken one gets the product's
        code behind it, then a count."""
        vals_list = [vals for vals in vals_list if vals.get("x_fc_serial")]
        if not vals_list:
            return
        serials = [vals["x_fc_serial"] for vals in vals_list]
        units = self.sudo().with_context(active_test=False)
        domain = [("serial_no", "=like", f"{serial}%") for serial in serials]
        taken = set(units.search(["|"] * (len(domain) - 1) + domain).mapped("serial_no"))
        products = self.env["product.product"].browse(
            {vals.get("x_fc_product_id") for vals in vals_list} - {None, False}
        )
        codes = {product.id: product.default_code for product in products}
        for vals in vals_list:
            code = codes.get(vals.get("x_fc_product_id")) or self.env._("other")
            vals["serial_no"] = _find_free(vals["x_fc_serial"], code, taken)
            taken.add(vals["serial_no"])

    def _fc_get_site(self):
        """:return: where the unit stands"""
        client = self.x_fc_client_id
        site = self.x_fc_site_id
        return site or (client and client.browse(client.address_get(["delivery"])["delivery"]))

    def _fc_get_model_name(self):
        return self.x_fc_product_id.name or self.name

    def _fc_get_public_name(self):
        """:return: the unit as public pages name it: model and last four of the serial"""
        name = self._fc_get_model_name()
        return f"{name} (…{self.x_fc_serial_key[-4:]})" if self.x_fc_serial_key else name

    def action_fc_view_visits(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id("fusion_repairs.action_visits"),
            "domain": [("equipment_id", "=", self.id)],
            "context": {},
        }

    def action_fc_view_contracts(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id("fusion_repairs.action_contracts"),
            "domain": [("equipment_id", "=", self.id)],
            "context": {},
        }


def _find_free(serial, code, taken):
    names = [serial, f"{serial} ({code})"]
    free = next((name for name in names if name not in taken), None)
    number = 2
    while free is None:
        name = f"{serial} ({code}) {number}"
        free = name if name not in taken else None
        number += 1
    return free
