import logging

from odoo import api, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _fc_print(self, report, record, lang, owner=None):
        """
        :param report: xmlid
        :param owner: record that keeps the PDF, default ``record``
        :return: the attachment; none when the PDF engine is missing or fails
        """
        attachments = self.env["ir.attachment"].sudo()
        reports = self.sudo().with_context(lang=lang or self.env.lang)
        try:
            content, kind = reports._render_qweb_pdf(report, record.ids)
        except UserError as error:
            _logger.warning("%s could not be printed: %s", record, error)
            return attachments
        if kind != "pdf":
            return attachments
        return attachments.create(
            {
                "name": f"{record.name.replace('/', '-')}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": (owner or record)._name,
                "res_id": (owner or record).id,
            }
        )
