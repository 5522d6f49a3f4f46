from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.ledger import find_family

CODE = "^[a-z][a-z0-9]{0,15}$"
OTHER = "other"


class FusionBillingRevenueFamily(models.Model):
    """What kind of revenue an invoice item is, by words of its description."""

    _name = "fusion.billing.revenue.family"
    _description = "Revenue Family"
    _order = "sequence, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True, help="Small letters and digits; part of the account's code.")
    sequence = fields.Integer(default=10, help="The first family with a word in the text wins.")
    keywords = fields.Char(help="Comma-separated; capitals do not matter.")
    account_id = fields.Many2one(
        "account.account",
        "Income Account",
        company_dependent=True,
        domain=[("account_type", "=", "income")],
        help="Empty: one is made with the first invoice.",
    )

    _code_uniq = models.UniqueIndex("(code)", "Another family has this code.")
    _check_code = models.Constraint(
        f"CHECK (code ~ '{CODE}')", "A code is made of small letters and digits."
    )

    @api.constrains("code", "keywords")
    def _check_keywords(self):
        for family in self:
            if family.code == OTHER and family._get_keywords():
                raise ValidationError(
                    self.env._("The family of everything else is found by no keyword.")
                )

    def _get_keywords(self):
        words = (self.keywords or "").lower().split(",")
        return [word.strip() for word in words if word.strip()]

    @api.model
    def _find_code(self, description):
        """:return: code of the family, None where no keyword is in the text"""
        families = self.sudo().search([("keywords", "!=", False)])
        return find_family(
            description, [(family.code, family._get_keywords()) for family in families]
        )

    def _get_account(self, company):
        """:return: the income account of the family in a company, made where it is missing"""
        family = self.sudo().with_company(company)
        if not family.account_id:
            family.account_id = company._fc_get_account(
                f"NCR.{family.code.upper()}", f"NexaCloud {family.name} Revenue", "income"
            )
        return family.account_id
