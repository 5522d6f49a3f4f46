from odoo import api, fields, models

#: What makes the price, or opens the papers of others to whom it is written.
OFFICE_FIELDS = frozenset(
    {
        "partner_id",
        "sale_order_id",
        "under_warranty",
        "x_fc_amount_due",
        "x_fc_callout_rate_id",
        "x_fc_estimated_minutes",
        "x_fc_labor_warranty_id",
        "x_fc_labour_minutes",
        "x_fc_maintenance_contract_id",
        "x_fc_maintenance_visit_id",
        "x_fc_paid_state",
        "x_fc_payment_ids",
        "x_fc_plan_subscription_id",
        "x_fc_quote_line_ids",
        "x_fc_quote_note",
        "x_fc_quote_state",
        "x_fc_quote_total",
        "x_fc_quote_taxed_total",
        "x_fc_rate_band",
    }
)


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = [
        "repair.order",
        "portal.mixin",
        "fusion.repair.mail.mixin",
        "fusion.repair.office.mixin",
    ]

    x_fc_intake_source = fields.Selection(
        [
            ("phone", "Phone"),
            ("client_portal", "Client Portal"),
            ("public_form", "Public Form"),
            ("sales_rep", "Sales Representative"),
            ("email", "E-mail"),
            ("technician", "Technician"),
            ("helpdesk", "Helpdesk"),
            ("maintenance", "Maintenance"),
            ("recall", "Recall"),
        ],
        "Reported By",
    )
    x_fc_repair_type = fields.Selection(
        [
            ("repair", "Repair"),
            ("maintenance", "Maintenance"),
            ("installation", "Installation"),
            ("inspection", "Inspection"),
            ("warranty", "Warranty"),
        ],
        "Kind of Job",
        default="repair",
    )
    x_fc_category_id = fields.Many2one(
        "fusion.repair.product.category",
        "Equipment Category",
        compute="_compute_x_fc_category_id",
        store=True,
        readonly=False,
    )
    x_fc_equipment_id = fields.Many2one(
        "maintenance.equipment", "Client's Unit", index="btree_not_null", check_company=True
    )
    x_fc_problem = fields.Text("Problem")
    x_fc_symptom_id = fields.Many2one(
        "fusion.repair.symptom",
        "Symptom",
        domain="[('category_id', '=?', x_fc_category_id)]",
    )
    x_fc_safety_flag = fields.Boolean("Unsafe", tracking=True, copy=False)
    x_fc_do_not_use = fields.Boolean(
        "Do Not Use",
        compute="_compute_x_fc_do_not_use",
        inverse="_inverse_x_fc_do_not_use",
        store=True,
        help="That of the unit, where it is known.",
    )
    x_fc_intake_answer_ids = fields.One2many(
        "fusion.repair.intake.answer", "repair_id", "Answers", copy=False
    )
    x_fc_site_id = fields.Many2one("res.partner", "Place")
    x_fc_contact_phone = fields.Char("Phone at the Place")
    x_fc_maintenance_contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", "Contract", index="btree_not_null", copy=False
    )
    x_fc_maintenance_visit_id = fields.Many2one(
        "fusion.repair.maintenance.visit", "Visit", index="btree_not_null", copy=False
    )
    x_fc_task_ids = fields.One2many("fusion.technician.task", "x_fc_repair_id", "Tasks")

    x_fc_callout_rate_id = fields.Many2one(
        "fusion.repair.callout.rate", "Rate", readonly=True, copy=False
    )
    x_fc_rate_band = fields.Selection(
        [
            ("regular", "Working Hours"),
            ("after_hours", "After Hours"),
            ("weekend", "Weekend"),
            ("holiday", "Holiday"),
        ],
        "Band",
        readonly=True,
        copy=False,
    )
    x_fc_estimated_minutes = fields.Integer(
        "Estimate (min)",
        compute="_compute_x_fc_estimated_minutes",
        store=True,
        readonly=False,
    )
    x_fc_quote_line_ids = fields.One2many(
        "fusion.repair.quote.line", "repair_id", "Quote Lines", copy=False
    )
    x_fc_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency")
    x_fc_quote_total = fields.Monetary(
        "Total", compute="_compute_x_fc_quote_totals", store=True,
        currency_field="x_fc_currency_id", help="Before tax.",
    )  # fmt: skip
    x_fc_quote_taxed_total = fields.Monetary(
        "Total with Tax", compute="_compute_x_fc_quote_totals", store=True,
        currency_field="x_fc_currency_id",
    )  # fmt: skip
    x_fc_quote_state = fields.Selection(
        [
            ("none", "None"),
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("approved", "Approved"),
            ("declined", "Declined"),
        ],
        "Quote",
        required=True,
        default="none",
        copy=False,
        tracking=True,
    )
    x_fc_quote_expires = fields.Date("Valid Until", related="sale_order_id.validity_date")
    x_fc_quote_note = fields.Char("Remark", readonly=True, copy=False)
    x_fc_labor_warranty_id = fields.Many2one(
        "fusion.repair.labor.warranty", "Labour Warranty", readonly=True, copy=False
    )
    x_fc_plan_subscription_id = fields.Many2one(
        "fusion.repair.service.plan.subscription", "Plan", copy=False
    )
    x_fc_parts_state = fields.Selection(
        [
            ("none", "None"),
            ("to_order", "To Order"),
            ("ordered", "Ordered"),
            ("partial", "Partly Here"),
            ("ready", "Ready"),
        ],
        "State of Parts",
        required=True,
        default="none",
        copy=False,
        tracking=True,
    )
    x_fc_labour_line_ids = fields.One2many(
        "fusion.repair.labour.line", "repair_id", "Labour", copy=False
    )
    x_fc_labour_minutes = fields.Integer(
        "Minutes Worked", compute="_compute_x_fc_labour_minutes", store=True
    )
    x_fc_is_timed = fields.Boolean(
        "Timer Runs", compute="_compute_x_fc_is_timed", compute_sudo=True
    )

    def _fc_get_office_fields(self, names):
        return OFFICE_FIELDS & set(names)

    @api.depends("x_fc_equipment_id")
    def _compute_x_fc_category_id(self):
        for repair in self.filtered("x_fc_equipment_id"):
            repair.x_fc_category_id = repair.x_fc_equipment_id.x_fc_repair_category_id

    @api.depends("x_fc_equipment_id.x_fc_do_not_use")
    def _compute_x_fc_do_not_use(self):
        for repair in self.filtered("x_fc_equipment_id"):
            repair.x_fc_do_not_use = repair.x_fc_equipment_id.sudo().x_fc_do_not_use

    def _inverse_x_fc_do_not_use(self):
        for repair in self.filtered("x_fc_equipment_id"):
            unit_sudo = repair.x_fc_equipment_id.sudo()
            if unit_sudo.x_fc_do_not_use != repair.x_fc_do_not_use:
                unit_sudo.x_fc_do_not_use = repair.x_fc_do_not_use

    @api.depends("x_fc_symptom_id", "x_fc_category_id")
    def _compute_x_fc_estimated_minutes(self):
        for repair in self:
            hours = repair.x_fc_category_id.x_fc_maintenance_duration_hours or 1.0
            usual = repair.x_fc_symptom_id.default_minutes
            repair.x_fc_estimated_minutes = usual or round(hours * 60)

    @api.depends("x_fc_labour_line_ids.minutes")
    def _compute_x_fc_labour_minutes(self):
        for repair in self:
            repair.x_fc_labour_minutes = sum(repair.x_fc_labour_line_ids.mapped("minutes"))

    @api.depends("x_fc_labour_line_ids.stop")
    @api.depends_context("uid")
    def _compute_x_fc_is_timed(self):
        for repair in self:
            repair.x_fc_is_timed = any(
                not line.stop and line.technician_id == self.env.user
                for line in repair.x_fc_labour_line_ids
            )

    @api.depends("x_fc_quote_line_ids.subtotal", "x_fc_quote_line_ids.product_id", "partner_id")
    def _compute_x_fc_quote_totals(self):
        for repair in self:
            lines = repair.x_fc_quote_line_ids
            repair.x_fc_quote_total = sum(lines.mapped("subtotal"))
            repair.x_fc_quote_taxed_total = sum(repair._fc_add_tax(line) for line in lines)

    def _fc_add_tax(self, line):
        """:return: the line's amount with the product's taxes as the client owes them"""
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        taxes = line.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        position = positions._get_fiscal_position(self.partner_id) if self.partner_id else positions
        amounts = position.map_tax(taxes).compute_all(
            line.subtotal, line.currency_id, 1, line.product_id, self.partner_id
        )
        return amounts["total_included"]
