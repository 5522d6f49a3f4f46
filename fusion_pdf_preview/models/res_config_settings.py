from odoo import api, fields, models

from ..const import INTERCEPT_PARAM, LOG_DAYS_PARAM, MAX_MB_PARAM


class ResConfigSettings(models.TransientModel):
    """Hand-written get and set: ``config_parameter=`` deletes the row of a False or 0, which
    would then read as the default, on."""

    _inherit = "res.config.settings"

    x_fc_pdf_intercept_reports = fields.Boolean("Preview Reports")
    x_fc_pdf_log_days = fields.Integer("Keep the Log (days)")
    x_fc_pdf_max_mb = fields.Integer("Largest Preview (MB)")

    @api.model
    def get_values(self):
        values = super().get_values()
        reader = self.env["ir.config_parameter"]
        values.update(
            x_fc_pdf_intercept_reports=reader._fc_pdf_intercepts_reports(),
            x_fc_pdf_log_days=reader._fc_pdf_log_days() or 0,
            x_fc_pdf_max_mb=reader._fc_pdf_max_mb(),
        )
        return values

    def set_values(self):
        result = super().set_values()
        set_param = self.env["ir.config_parameter"].sudo().set_param
        set_param(INTERCEPT_PARAM, str(self.x_fc_pdf_intercept_reports))
        set_param(LOG_DAYS_PARAM, str(max(self.x_fc_pdf_log_days, 0)))
        set_param(MAX_MB_PARAM, str(max(self.x_fc_pdf_max_mb, 0)))
        return result
