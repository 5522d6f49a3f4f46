import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const

#: Entries of the report: field of the visit, and that of a job without a maintenance visit.
ENTRIES = {
    "findings": "x_fc_findings",
    "outcome": "x_fc_outcome",
    "signature": "x_fc_signature",
    "signed_by": "x_fc_signed_by",
    "signature_refused_reason": "x_fc_signature_refused_reason",
}
#: Entries that would add up when they came twice.
ONCE = ("part_ids", "photo_ids")


class FusionRepairVisitReportWizard(models.TransientModel):
    """The technician's report. Each entry is written to the visit or job itself, so that a report
    refused for something missing loses nothing."""

    _name = "fusion.repair.visit.report.wizard"
    _description = "Visit Report"
    _transient_max_hours = 72  # a draft may wait on a device over a weekend

    draft_key = fields.Char(
        default=lambda self: secrets.token_urlsafe(16), copy=False,
        help="Told by the device: a report whose answer was lost is sent again, and counts once.",
    )  # fmt: skip
    visit_id = fields.Many2one("fusion.repair.maintenance.visit")
    repair_id = fields.Many2one("repair.order", "Job")
    task_id = fields.Many2one("fusion.technician.task")
    checklist_line_ids = fields.One2many(related="visit_id.checklist_line_ids", readonly=False)
    findings = fields.Html()
    parts_note = fields.Text(related="visit_id.parts_note", readonly=False)
    used_part_ids = fields.One2many(related="repair_id.move_ids", string="Used Already")
    part_ids = fields.One2many("fusion.repair.visit.report.part", "report_id", "Parts Used")
    photo_ids = fields.Many2many("ir.attachment", string="Photos")
    outcome = fields.Selection(
        lambda self: self.env[
            "fusion.technician.task"
        ]._fields["x_fc_outcome"]._description_selection(self.env)
    )  # fmt: skip
    signature = fields.Binary(attachment=False)
    signed_by = fields.Char()
    signature_refused_reason = fields.Char("Why Not Signed")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        visit, repair, task = self._find_subject(values)
        if not (visit or repair):
            raise UserError(self.env._("There is no job to report on."))
        target = visit or repair
        values |= {"visit_id": visit.id, "repair_id": repair.id, "task_id": task.id}
        for name, job_name in ENTRIES.items():
            values.setdefault(name, target[name if visit else job_name])
        return values

    @api.model
    def _find_subject(self, values):
        """:return: ``(visit, repair, task)`` of what the report is opened from"""
        visits = self.env["fusion.repair.maintenance.visit"]
        context = self.env.context
        visit = visits.browse(values.get("visit_id") or context.get("default_visit_id") or [])
        record = visits
        name = context.get("active_model")
        if name in ("repair.order", "fusion.technician.task", visits._name):
            record = self.env[name].browse(context.get("active_id") or [])
        task = record if name == "fusion.technician.task" else self.env["fusion.technician.task"]
        repair = record if name == "repair.order" else task.x_fc_repair_id
        repair = repair or repair.browse(context.get("default_repair_id") or [])
        if not visit and name == visits._name:
            visit = record
        if not visit and (task or repair):
            ways = [("technician_task_id", "in", task.ids), ("repair_order_id", "in", repair.ids)]
            found = visits.search(["|", *ways], order="id")
            visit = (found.filtered(lambda one: one.state in const.OPEN_VISIT) or found)[:1]
        return visit, visit.repair_order_id or repair, task

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._without_what_is_kept(vals) for vals in vals_list]
        reports = super().create(vals_list)
        for report, vals in zip(reports, vals_list, strict=True):
            report._keep(vals)
        return reports

    def write(self, vals):
        result = super().write(vals)
        for report in self:
            report._keep(vals)
        return result

    def _without_what_is_kept(self, vals):
        """:return: ``vals`` without parts and photos when this very report brought them before"""
        key = vals.get("draft_key")
        mine = [("draft_key", "=", key), ("create_uid", "=", self.env.uid)]
        if not key or not self.search_count(mine, limit=1):
            return vals
        return {name: value for name, value in vals.items() if name not in ONCE}

    def _keep(self, vals):
        """Write the entries through to the visit or job."""
        target = self.visit_id or self.repair_id
        entries = {
            name if self.visit_id else job_name: vals[name]
            for name, job_name in ENTRIES.items()
            if name in vals
        }
        if entries:
            target.write(entries)
        if self.part_ids:
            self.repair_id.check_access("write")
            self.repair_id._fc_use_parts([(one.product_id, one.quantity) for one in self.part_ids])
            self.part_ids.unlink()
        if vals.get("photo_ids"):
            self.repair_id.check_access("write")
            self.repair_id._fc_keep_photos(self.photo_ids)

    def action_submit(self):
        """:raise UserError: naming what is missing"""
        self.ensure_one()
        if self.visit_id:
            self.visit_id._submit_report()
        else:
            self.repair_id._fc_submit_report(self.task_id)
        return {"type": "ir.actions.act_window_close"}
