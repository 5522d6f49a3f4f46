from collections import defaultdict

from odoo import api, fields, models

from .. import const

#: First word found in the device type decides; more special families come first.
_FAMILY_WORDS = [
    ("paediatric", ("paediatric", "pediatric", "stroller", "standing frame")),
    ("power_addon", ("power add", "add-on", "addon", "power assist")),
    ("seating", ("seat", "cushion", "back support", "headrest", "head support", "positioning")),
    ("option", ("option", "component", "accessor", "tray", "part")),
    ("scooter", ("scooter",)),
    ("power_base", ("power base", "power wheelchair", "powerchair", "power chair")),
    ("manual_wheelchair", ("manual", "wheelchair")),
    ("walker", ("walker", "walking", "rollator", "ambulation")),
]
_WITH_SERIAL = {"walker", "manual_wheelchair", "power_base", "scooter", "paediatric"}


class FusionAdpDeviceCode(models.Model):
    """A row of the ADP's catalogue of devices."""

    _name = "fusion.adp.device.code"
    _description = "ADP Device Code"
    _order = "device_type, device_code"
    _rec_names_search = ["device_code", "device_type", "description"]

    device_code = fields.Char("Code", required=True)
    device_type = fields.Char("Type", required=True, index=True)
    description = fields.Char()
    manufacturer = fields.Char()
    equipment_family = fields.Selection(
        [
            ("walker", "Walker"),
            ("manual_wheelchair", "Manual Wheelchair"),
            ("power_base", "Power Base"),
            ("scooter", "Scooter"),
            ("seating", "Seating"),
            ("paediatric", "Paediatric"),
            ("power_addon", "Power Add-on"),
            ("option", "Option"),
            ("other", "Other"),
        ],
        compute="_compute_equipment_family",
        store=True,
        readonly=False,
        index=True,
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    adp_price = fields.Monetary("ADP Price")
    max_quantity = fields.Integer("Most Units", default=1)
    sn_required = fields.Boolean(
        "Serial Number Needed", compute="_compute_sn_required", store=True, readonly=False
    )
    effective_date = fields.Date("In Force From")
    active = fields.Boolean(default=True)
    product_tmpl_ids = fields.One2many("product.template", "x_fc_adp_device_code_id", "Products")

    _device_code_uniq = models.Constraint(
        "UNIQUE(device_code)", "This code is in the catalogue already."
    )
    _price_positive = models.Constraint(
        "CHECK(adp_price >= 0)", "A catalogue price cannot be negative."
    )
    _quantity_positive = models.Constraint(
        "CHECK(max_quantity >= 1)", "At least one unit can be claimed."
    )

    @api.depends("device_type")
    def _compute_equipment_family(self):
        for code in self:
            text = (code.device_type or "").lower()
            code.equipment_family = next(
                (family for family, words in _FAMILY_WORDS if any(word in text for word in words)),
                "other",
            )

    @api.depends("equipment_family")
    def _compute_sn_required(self):
        for code in self:
            code.sn_required = code.equipment_family in _WITH_SERIAL

    @api.depends("device_code", "device_type")
    def _compute_display_name(self):
        for code in self:
            code.display_name = f"{code.device_code} — {code.device_type}"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_code(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._prepare_code(vals))

    @api.model
    def _prepare_code(self, vals):
        if not vals.get("device_code"):
            return vals
        return {**vals, "device_code": vals["device_code"].strip().upper()}

    def _get_snapshots(self):
        """:return: {id: {field: value as JSON has it}}, of the fields that an import sets"""
        self.flush_recordset(const.CATALOGUE_FIELDS)
        self.invalidate_recordset(const.CATALOGUE_FIELDS)  # rounded as the database has it
        rows = self.read(const.CATALOGUE_FIELDS, load=None)
        for row in rows:
            row["effective_date"] = fields.Date.to_string(row["effective_date"])
        return {row.pop("id"): row for row in rows}

    @api.model
    def _write_each(self, changes):
        """Write many codes, each its own values, in few statements.

        :param changes: list of (code, values)"""
        by_type = defaultdict(list)
        for code, values in changes:
            if "device_type" in values:
                by_type[values["device_type"]].append(code.id)
        for device_type, ids in by_type.items():  # order lines are searched once per type
            self.browse(ids).device_type = device_type
        for code, values in changes:
            code.write({name: value for name, value in values.items() if name != "device_type"})
