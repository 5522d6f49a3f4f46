from odoo import fields, models
from odoo.exceptions import UserError

from .. import const
from ..services.upload import UploadError, clean_upload


class RepairOrderReport(models.Model):
    """What the technician reports of a repair: findings, parts, photos, signature, outcome."""

    _inherit = "repair.order"

    x_fc_findings = fields.Html("Findings", copy=False)
    x_fc_outcome = fields.Selection(
        lambda self: self.env[
            "fusion.technician.task"
        ]._fields["x_fc_outcome"]._description_selection(self.env),
        "Outcome of the Visit",
        copy=False,
        tracking=True,
    )  # fmt: skip
    x_fc_signature = fields.Binary("Signature", attachment=True, copy=False)
    x_fc_signed_by = fields.Char("Signed By", copy=False)
    x_fc_signature_refused_reason = fields.Char("Why Not Signed", copy=False)

    def action_fc_report(self):
        """:return: action that opens the technician's report"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visit Report"),
            "res_model": "fusion.repair.visit.report.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"active_model": self._name, "active_id": self.id},
        }

    def _fc_find_reported_task(self):
        """:return: the visit that a report ends: the one under way, else the next planned"""
        tasks = self._fc_get_tasks().filtered(
            lambda task: task.status in ("scheduled", "en_route", "in_progress")
        )
        order = {"in_progress": 0, "en_route": 1, "scheduled": 2}
        return tasks.sorted(lambda task: (order[task.status], task.datetime_start))[:1]

    def _fc_submit_report(self, task=None):
        """Check the report, end the task, and the job when nothing is left to do.

        :param task: the visit reported on, default: the one under way
        :raise UserError: naming what is missing; what was entered stays
        """
        self.ensure_one()
        faults = []
        if not self.x_fc_outcome:
            faults.append(self.env._("Choose an outcome."))
        if not (self.x_fc_signature and self.x_fc_signed_by or self.x_fc_signature_refused_reason):
            faults.append(self.env._("The client signs with a name, or say why not."))
        if faults:
            raise UserError("\n".join(faults))
        task = task or self._fc_find_reported_task()
        self._fc_stop_timers()
        if task:
            task.x_fc_outcome = self.x_fc_outcome
            task.action_complete()
        if self.x_fc_outcome == "unsafe" and not self.x_fc_safety_flag:
            self.sudo()._fc_triage()
        if self.x_fc_outcome == "ok" and not self._fc_find_reported_task():
            self.sudo()._fc_end()
        return True

    def _fc_stop_timers(self):
        running = self.x_fc_labour_line_ids.filtered(lambda line: not line.stop)
        if running.filtered(lambda line: line.technician_id == self.env.user):
            self.action_timer_stop()

    def _fc_end(self):
        if self.state in ("draft", "confirmed"):
            self.action_repair_start()
        if self.state == "under_repair":
            self.action_repair_end()

    def _fc_use_parts(self, parts):
        """:param parts: list of ``(product, quantity)`` taken from the van or the warehouse"""
        moves = self.env["stock.move"].sudo()
        for product, quantity in parts:
            moves.create(
                {
                    "repair_id": self.id,
                    "repair_line_type": "add",
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "company_id": self.company_id.id,
                }
            )

    def _fc_keep_photos(self, attachments):
        """Bind them to the job, encoded anew without the place where they were taken.

        :raise UserError: for a file that is neither a picture nor a PDF
        """
        for one in attachments.filtered(
            lambda file: (file.res_model, file.res_id) != (self._name, self.id)
        ):
            try:
                content, mimetype = clean_upload(one.raw, const.INTAKE_FILE_BYTES)
            except UploadError as error:
                raise UserError(
                    self.env._(
                        "“%(name)s” is not a picture or PDF of at most 10 MB.", name=one.name
                    )
                ) from error
            one.write({"raw": content, "mimetype": mimetype, "res_model": self._name,
                       "res_id": self.id})  # fmt: skip
