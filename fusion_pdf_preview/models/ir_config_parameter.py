from odoo import api, models

from ..const import (
    DEFAULT_LOG_DAYS,
    DEFAULT_MAX_MB,
    INTERCEPT_PARAM,
    LOG_DAYS_PARAM,
    MAX_MB_PARAM,
)


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    @api.model
    def _fc_pdf_intercepts_reports(self):
        """:return: whether reports are shown in the dialog; on unless the text says no"""
        text = self.sudo().get_param(INTERCEPT_PARAM, "True")
        return text.strip().lower() not in ("false", "0", "no", "off", "")

    @api.model
    def _fc_pdf_log_days(self):
        """:return: days to keep the log, 0 = for ever; False where the setting is no number"""
        text = self.sudo().get_param(LOG_DAYS_PARAM, str(DEFAULT_LOG_DAYS)).strip()
        return int(text) if text.isascii() and text.isdecimal() else False

    @api.model
    def _fc_pdf_max_mb(self):
        """:return: largest previewed document in MiB; the default where the setting is none"""
        text = self.sudo().get_param(MAX_MB_PARAM, str(DEFAULT_MAX_MB)).strip()
        return int(text) if text.isascii() and text.isdecimal() else DEFAULT_MAX_MB
