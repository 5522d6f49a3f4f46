from odoo import fields, models

from .. import const


class FusionTechnicianTask(models.Model):
    _inherit = "fusion.technician.task"

    x_fc_repair_id = fields.Many2one("repair.order", "Job", index="btree_not_null", copy=False)
    x_fc_maintenance_contract_id = fields.Many2one(
        "fusion.repair.maintenance.contract", "Maintenance Of", index="btree_not_null", copy=False
    )

    x_fc_outcome = fields.Selection(
        [
            ("ok", "In order"),
            ("needs_parts", "Needs parts"),
            ("needs_repair", "Needs a repair"),
            ("unsafe", "Unsafe"),
        ],
        "Outcome",
        copy=False,
        help="Of a job's visit: whether somebody has to come again.",
    )

    def _get_plan_fields(self):
        """Also the job and the contract: whoever visits a client may read their papers, and the end
        of the visit moves the contract's due date."""
        return super()._get_plan_fields() | {"x_fc_repair_id", "x_fc_maintenance_contract_id"}

    def _on_status_changed(self, old, new):
        result = super()._on_status_changed(old, new)
        self.sudo()._fc_get_visits(new)._follow(new)
        return result

    def _fc_get_visits(self, status):
        """:return: the visits of this task, those still open where there are any; a finished task
        that was linked by hand gets its own"""
        visits = self.env["fusion.repair.maintenance.visit"].search(
            [("technician_task_id", "=", self.id)], order="id"
        )
        contract = self.x_fc_maintenance_contract_id
        if visits or status != "completed" or not contract:
            return visits.filtered(lambda one: one.state in const.OPEN_VISIT) or visits
        contract = contract.with_context(fusion_repairs_source="office")
        return contract.create_repair_from_booking(self).x_fc_maintenance_visit_id
