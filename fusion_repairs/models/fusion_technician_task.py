from odoo import fields, models


class FusionTechnicianTask(models.Model):
    _inherit = "fusion.technician.task"

    x_fc_repair_id = fields.Many2one("repair.order", "Job", index="btree_not_null", copy=False)
    x_fc_maintenance_contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", "Maintenance Of", index="btree_not_null", copy=False
    )
