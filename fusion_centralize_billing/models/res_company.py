from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _fc_get_account(self, code, name, account_type):
        """:return: the sudoed account of this code, made where it is missing"""
        self.ensure_one()
        accounts = self.env["account.account"].sudo().with_company(self)
        return accounts.search(
            [*accounts._check_company_domain(self), ("code", "=", code)], limit=1
        ) or accounts.create(
            {
                "name": name,
                "code": code,
                "account_type": account_type,
                "company_ids": self.ids,
            }
        )
