from odoo import api, fields, models
from odoo.tools.misc import is_list_of


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    x_fc_pdf_preview = fields.Selection(
        [
            ("default", "As set for the person"),
            ("always", "Always show in a dialog"),
            ("never", "Never show in a dialog"),
        ],
        "PDF Preview",
        default="default",
        required=True,
        help="Whether printing shows the document in a dialog instead of downloading it.",
    )

    def _get_readable_fields(self):
        return super()._get_readable_fields() | {"x_fc_pdf_preview"}

    def report_action(self, docids, data=None, config=True):
        """Add ``x_fc_pdf_preview``, so that it reaches the client.

        The first print of a database may return the layout wizard instead; the report's own
        action is then in its context.
        """
        action = super().report_action(docids, data=data, config=config)
        report_action = action
        if action.get("type") != "ir.actions.report":
            report_action = action.get("context", {}).get("report_action", {})
        report_action["x_fc_pdf_preview"] = self.sudo().x_fc_pdf_preview
        return action

    @api.model
    def _fusion_find_report(self, report_name):
        """:return: the sudoed report of that technical name, or an empty set"""
        if not isinstance(report_name, str) or not report_name:
            return self.sudo().browse()
        return self.sudo().search([("report_name", "=", report_name)], limit=1)

    @api.model
    def _fusion_check_records(self, model_name, record_ids):
        """Keep the records the real user may read; what a client states is not proof.

        :return: ``{"model_name", "record_ids"}``, or ``{}`` where one of them may not be read
        """
        if model_name not in self.env or not is_list_of(record_ids, int):
            return {}
        records = self.env[model_name].sudo(False).browse(record_ids)
        if len(records.exists()) != len(set(record_ids)) or not records.has_access("read"):
            return {}
        return {"model_name": model_name, "record_ids": record_ids}
