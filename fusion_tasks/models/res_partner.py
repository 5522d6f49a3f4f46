from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _fc_get_address_line(self):
        """:return: the address in one line, without the name"""
        lines = self._display_address(without_company=True).split("\n") if self else []
        parts = [part.strip() for line in lines for part in line.split(",")]
        return ", ".join(part for part in parts if part)
