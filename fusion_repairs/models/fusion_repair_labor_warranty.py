from odoo import api, fields, models
from odoo.fields import Domain

from .maintenance_equipment import make_serial_key


class FusionRepairLaborWarranty(models.Model):
    """Free labour for a unit for some months after its sale."""

    _name = "fusion.repair.labor.warranty"
    _description = "Labour Warranty"
    _order = "date_end desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one("res.partner", "Client", required=True, index=True)
    product_id = fields.Many2one("product.product", required=True)
    equipment_id = fields.Many2one("maintenance.equipment", "Unit", index="btree_not_null")
    serial = fields.Char()
    serial_key = fields.Char(compute="_compute_serial_key", store=True, index="btree_not_null")
    sale_line_id = fields.Many2one("sale.order.line", index="btree_not_null", ondelete="set null")
    unit_index = fields.Integer("Unit of the Line", default=1)
    date_start = fields.Date("From", required=True)
    date_end = fields.Date("Until", required=True)
    covers_callout = fields.Boolean("Call-out Too", default=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("future", "Begins Later"), ("valid", "Valid"), ("expired", "Expired")],
        compute="_compute_state",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _unit_uniq = models.Constraint(
        "UNIQUE (sale_line_id, unit_index)", "This unit of the sale has a warranty already."
    )
    _period_order = models.Constraint(
        "CHECK (date_end >= date_start)", "A warranty ends after it begins."
    )

    @api.depends("serial")
    def _compute_serial_key(self):
        for warranty in self:
            warranty.serial_key = make_serial_key(warranty.serial) or False

    @api.depends("date_start", "date_end")
    def _compute_state(self):
        for warranty in self:
            today = warranty.company_id._fc_today()
            over = bool(warranty.date_end) and warranty.date_end < today
            early = bool(warranty.date_start) and warranty.date_start > today
            warranty.state = "expired" if over else "future" if early else "valid"

    @api.depends("product_id", "date_end")
    def _compute_display_name(self):
        for warranty in self:
            warranty.display_name = self.env._(
                "%(unit)s until %(day)s", unit=warranty.product_id.name, day=warranty.date_end
            )

    @api.model
    def _find_for(self, repair, day):
        """By the unit, else its serial number, else client and product.

        :return: the warranty valid on that local date that ends last, empty when there is none
        """
        unit = repair.x_fc_equipment_id.sudo()
        valid = (
            Domain("company_id", "=", repair.company_id.id)
            & Domain("date_start", "<=", day)
            & Domain("date_end", ">=", day)
        )
        client = Domain("partner_id", "child_of", repair.partner_id.commercial_partner_id.ids)
        product = unit.x_fc_product_id or repair.product_id
        unnamed = Domain("equipment_id", "=", False) & Domain("serial_key", "=", False)
        ways = (
            (unit, Domain("equipment_id", "=", unit.id)),
            (unit.x_fc_serial_key, Domain("serial_key", "=", unit.x_fc_serial_key) & client),
            (product, Domain("product_id", "=", product.id) & client & unnamed),
        )
        for is_known, way in ways:
            found = is_known and self.search(valid & way, limit=1)
            if found:
                return found
        return self.browse()
