from odoo import api, fields, models


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = ["repair.order", "portal.mixin", "fusion.repair.mail.mixin"]

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
    x_fc_do_not_use = fields.Boolean(related="x_fc_equipment_id.x_fc_do_not_use", readonly=False)
    x_fc_site_id = fields.Many2one("res.partner", "Place")
    x_fc_contact_phone = fields.Char("Phone at the Place")
    x_fc_maintenance_contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", "Contract", index="btree_not_null", copy=False
    )
    x_fc_maintenance_visit_id = fields.Many2one(
        "fusion.repair.maintenance.visit", "Visit", index="btree_not_null", copy=False
    )
    x_fc_task_ids = fields.One2many("fusion.technician.task", "x_fc_repair_id", "Tasks")

    @api.depends("x_fc_equipment_id")
    def _compute_x_fc_category_id(self):
        for repair in self.filtered("x_fc_equipment_id"):
            repair.x_fc_category_id = repair.x_fc_equipment_id.x_fc_repair_category_id
