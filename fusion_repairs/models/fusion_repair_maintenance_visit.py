from odoo import api, fields, models


class FusionRepairMaintenanceVisit(models.Model):
    """One maintenance visit to one unit; together they are the unit's log."""

    _name = "fusion.repair.maintenance.visit"
    _description = "Maintenance Visit"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "fusion.repair.mail.mixin",
        "fusion.repair.office.mixin",
    ]
    _order = "visit_date desc, id desc"
    _check_company_auto = True
    _field_writable = frozenset(
        {
            "checklist_line_ids",
            "findings",
            "outcome",
            "parts_note",
            "signature",
            "signature_refused_reason",
            "signed_by",
        }
    )

    name = fields.Char("Reference", readonly=True, copy=False, default="/")
    contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    equipment_id = fields.Many2one("maintenance.equipment", "Unit", index="btree_not_null")
    technician_task_id = fields.Many2one(
        "fusion.technician.task", "Task", index="btree_not_null", copy=False
    )
    repair_order_id = fields.Many2one("repair.order", "Job", index="btree_not_null", copy=False)
    sale_order_id = fields.Many2one("sale.order", "Order", index="btree_not_null", copy=False)
    partner_id = fields.Many2one("res.partner", "Client", required=True, index=True)
    product_id = fields.Many2one("product.product")
    lot_id = fields.Many2one("stock.lot", "Lot")
    visit_date = fields.Date(
        "Day", compute="_compute_from_task", store=True, readonly=False, index=True
    )
    technician_id = fields.Many2one(
        "res.users", compute="_compute_from_task", store=True, readonly=False, index=True
    )
    state = fields.Selection(
        [
            ("scheduled", "Scheduled"),
            ("in_progress", "In Progress"),
            ("done", "Done"),
            ("no_show", "Client Absent"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="scheduled",
        tracking=True,
        copy=False,
    )
    checklist_line_ids = fields.One2many("fusion.repair.maintenance.checklist.line", "visit_id")
    findings = fields.Html()
    parts_note = fields.Text("Parts")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    x_fc_fee = fields.Monetary("Fee", help="Before tax.")
    signature = fields.Binary(attachment=True, copy=False)
    signed_by = fields.Char(copy=False)
    signature_refused_reason = fields.Char("Why Not Signed", copy=False)
    inspection_certificate_id = fields.Many2one(
        "fusion.repair.inspection.certificate", "Certificate", copy=False, readonly=True
    )
    outcome = fields.Selection(
        [
            ("ok", "In order"),
            ("needs_parts", "Needs parts"),
            ("needs_repair", "Needs a repair"),
            ("unsafe", "Unsafe"),
        ],
        copy=False,
        tracking=True,
    )
    rolled_forward = fields.Boolean(copy=False, readonly=True)
    reschedule_count = fields.Integer("Moves by the Client", copy=False, readonly=True)
    booked_via = fields.Selection(
        [("client_portal", "Client"), ("office", "Office"), ("technician", "Technician")],
        required=True,
        default="office",
    )
    plan_burn_id = fields.Many2one(
        "fusion.repair.service.plan.burn", "Visit of a Plan", copy=False, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _one_open = models.UniqueIndex(
        "(contract_id) WHERE state IN ('scheduled', 'in_progress')",
        "This contract already has a visit.",
    )

    @api.depends("technician_task_id.scheduled_date", "technician_task_id.technician_id")
    def _compute_from_task(self):
        for visit in self:
            task = visit.technician_task_id
            visit.visit_date = task.scheduled_date or visit.visit_date
            visit.technician_id = task.technician_id or visit.technician_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("fusion.repair.visit")
        return super().create(vals_list)
