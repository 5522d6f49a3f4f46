import re

from odoo import api, models

from .. import const


class FusionLoginAudit(models.Model):
    """Reading the parameters: a missing or unreadable one is the default, but for retention."""

    _inherit = "fusion.login.audit"

    @api.model
    def _fc_get_text(self, name):
        return self.env["ir.config_parameter"].sudo().get_param(const.PREFIX + name) or ""

    @api.model
    def _fc_get_int(self, name):
        """:return: whole number within its limits, else the default (``const.INTEGERS``)"""
        default, smallest, largest = const.INTEGERS[name]
        text = str(self._fc_get_text(name))
        value = int(text) if re.fullmatch("[0-9]{1,9}", text) else default
        return value if smallest <= value <= largest else default

    @api.model
    def _fc_get_bool(self, name):
        text = str(self._fc_get_text(name)).strip().lower()
        return {"true": True, "1": True, "false": False, "0": False}.get(text, const.BOOLEANS[name])

    @api.model
    def _fc_get_choice(self, name):
        """:return: one of ``const.CHOICES``; the first is the default"""
        text = self._fc_get_text(name)
        return text if text in const.CHOICES[name] else const.CHOICES[name][0]

    @api.model
    def _fc_get_retention_days(self):
        """A typo must not cost the log: what is no plain decimal deletes nothing.

        :return: days, 0 = keep for ever, None = unreadable (deletes nothing)
        """
        value = self._fc_get_text("retention_days")
        if not value:
            return const.RETENTION_DEFAULT
        if not re.fullmatch("[0-9]{1,9}", value) or int(value) > const.RETENTION_MAX:
            return None
        return int(value)
