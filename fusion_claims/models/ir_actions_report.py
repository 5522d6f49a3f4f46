from odoo import models

_PACKAGE = "fusion_claims.report_case_package"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """What is printed of a case package is its cover; the papers are added to it."""
        streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        if self._get_report(report_ref).report_name == _PACKAGE:
            for order in self.env["sale.order"].browse(streams):
                cover = streams[order.id]["stream"]
                streams[order.id]["stream"] = order._fc_build_package(cover.getvalue())
                cover.close()
        return streams
