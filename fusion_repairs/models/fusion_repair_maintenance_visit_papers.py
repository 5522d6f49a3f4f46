from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const


class FusionRepairMaintenanceVisitPapers(models.Model):
    """The client's message about a visit that was done, with its papers. It follows the visit in a
    job of its own: printing takes seconds, and a printer that fails never loses a visit."""

    _inherit = "fusion.repair.maintenance.visit"

    is_done_mail_due = fields.Boolean(readonly=True, copy=False)

    _done_mail_idx = models.Index("(id) WHERE is_done_mail_due")

    def _announce_done(self):
        self.is_done_mail_due = True
        self.env.ref("fusion_repairs.ir_cron_visit_done").sudo()._trigger()

    @api.model
    def _cron_mail_done(self):
        due = self.search([("is_done_mail_due", "=", True)], limit=const.PDF_BATCH, order="id")
        left = self.search_count([("is_done_mail_due", "=", True)]) - len(due)
        run_batch(due, lambda visit: visit._mail_done(), remaining=left)

    def _mail_done(self):
        self.is_done_mail_due = False
        self._mail_client("email_template_visit_done", attachments=self._print_papers())

    def _print_papers(self):
        """:return: PDFs of the visit, its certificate and posted invoices, those that can be had"""
        certificate = self.inspection_certificate_id
        if certificate and not certificate.pdf_attachment_id:
            certificate._render_pdf()
        reports, lang = self.env["ir.actions.report"], self.partner_id.lang
        papers = reports._fc_print("fusion_repairs.action_report_visit", self, lang)
        for invoice in self.sale_order_id.invoice_ids.filtered(lambda one: one.state == "posted"):
            papers += reports._fc_print("account.account_invoices", invoice, lang, self)
        return certificate.pdf_attachment_id + papers
