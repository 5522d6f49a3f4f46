from odoo import api, fields, models


class FusionModIncomeThreshold(models.Model):
    """March of Dimes Canada's yearly table of household incomes; informs and never blocks."""

    _name = "fusion.mod.income.threshold"
    _description = "March of Dimes Income Limit"
    _order = "year DESC, household_size"
    _rec_name = "year"

    year = fields.Integer(required=True)
    household_size = fields.Integer(required=True, help="4 stands for four or more people.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    full_funding_limit = fields.Monetary("Full Funding Up To", required=True)
    max_limit = fields.Monetary("No Funding Above", required=True)
    needs_review = fields.Boolean(
        "To Be Confirmed", help="The office confirms the figures of a year with the program."
    )

    _year_size_uniq = models.Constraint(
        "UNIQUE(year, household_size)", "This year has that household size already."
    )
    _sane = models.Constraint(
        "CHECK(household_size BETWEEN 1 AND 4 AND full_funding_limit <= max_limit)",
        "A household has 1 to 4 people here (4: or more), and the first limit is the lower one.",
    )

    @api.model
    def _get_hint(self, household_size):
        """:return: the newest year's limits in words, False when there are none"""
        row = self.search([("household_size", "=", min(max(household_size, 1), 4))], limit=1)
        if not row:
            return False
        return self.env._(
            "%(year)s: full funding up to %(full)s, none above %(most)s (income after tax)",
            year=row.year,
            full=row.currency_id.format(row.full_funding_limit),
            most=row.currency_id.format(row.max_limit),
        )
