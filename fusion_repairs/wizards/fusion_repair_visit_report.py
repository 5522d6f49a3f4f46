from odoo import api, fields, models
from odoo.exceptions import UserError

#: Where a visit is found from: model → field of the visit.
SOURCES = {
    "fusion.repair.maintenance.visit": "id",
    "fusion.technician.task": "technician_task_id",
    "repair.order": "repair_order_id",
}


class FusionRepairVisitReportWizard(models.TransientModel):
    """The technician's report. Each entry is written to the visit itself, so that a report refused
    for something missing loses nothing."""

    _name = "fusion.repair.visit.report.wizard"
    _description = "Visit Report"

    visit_id = fields.Many2one("fusion.repair.maintenance.visit", required=True)
    partner_id = fields.Many2one(related="visit_id.partner_id")
    checklist_line_ids = fields.One2many(related="visit_id.checklist_line_ids", readonly=False)
    findings = fields.Html(related="visit_id.findings", readonly=False)
    parts_note = fields.Text(related="visit_id.parts_note", readonly=False)
    outcome = fields.Selection(related="visit_id.outcome", readonly=False)
    signature = fields.Binary(related="visit_id.signature", readonly=False)
    signed_by = fields.Char(related="visit_id.signed_by", readonly=False)
    signature_refused_reason = fields.Char(
        related="visit_id.signature_refused_reason", readonly=False
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        name = SOURCES.get(self.env.context.get("active_model"))
        if name and not values.get("visit_id"):
            visits = self.env["fusion.repair.maintenance.visit"]
            domain = [(name, "=", self.env.context.get("active_id"))]
            values["visit_id"] = visits.search(domain, limit=1).id
        if "visit_id" in fields_list and not values.get("visit_id"):
            raise UserError(self.env._("There is no maintenance visit to report on."))
        return values

    def action_submit(self):
        """:raise UserError: naming what is missing"""
        self.ensure_one()
        self.visit_id._submit_report()
        return {"type": "ir.actions.act_window_close"}
