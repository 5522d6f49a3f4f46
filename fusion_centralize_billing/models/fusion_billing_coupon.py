from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FusionBillingCoupon(models.Model):
    """A reduction, before tax, of the invoices of the subscriptions that it is given to."""

    _name = "fusion.billing.coupon"
    _description = "Coupon"
    _order = "name, id"

    name = fields.Char(required=True, translate=True, help="On the invoice.")
    code = fields.Char(required=True, copy=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    kind = fields.Selection(
        [("percent", "Percent"), ("amount", "Amount")], required=True, default="percent"
    )
    percent = fields.Float("Percentage", digits=(5, 2))
    amount = fields.Monetary(help="Of each invoice; what an invoice leaves of it is lost.")
    applies_to = fields.Selection(
        [("both", "Flat Price and Usage"), ("flat", "Flat Price"), ("usage", "Usage")],
        required=True,
        default="both",
    )
    frequency = fields.Selection(
        [("once", "One Invoice"), ("periods", "Several Invoices"), ("forever", "For Ever")],
        required=True,
        default="once",
    )
    periods = fields.Integer("Invoices", default=3)
    last_date = fields.Date(
        "Give Until", help="The last date on which it may be given. Empty: ever."
    )
    use_ids = fields.One2many("fusion.billing.coupon.use", "coupon_id", "Given to")
    use_count = fields.Integer("Given", compute="_compute_use_count")

    _code_uniq = models.UniqueIndex(
        "(company_id, lower(code))", "Another coupon of this company has this code."
    )
    _check_value = models.Constraint(
        """CHECK ((kind = 'percent' AND COALESCE(percent, 0) > 0 AND percent <= 100)
               OR (kind = 'amount' AND COALESCE(amount, 0) > 0))""",
        "A coupon takes off more than 0, and at most 100 %.",
    )
    _check_periods = models.Constraint(
        "CHECK (frequency <> 'periods' OR COALESCE(periods, 0) > 0)",
        "Enter the number of invoices.",
    )

    @api.depends("use_ids")
    def _compute_use_count(self):
        for coupon in self:
            coupon.use_count = len(coupon.use_ids)

    @api.constrains("kind", "percent", "amount", "applies_to", "currency_id")
    def _check_unused(self):
        """What customers were promised stays; a new coupon is made instead."""
        for coupon in self:
            if coupon.use_ids.filtered(lambda use: use.used_count):
                raise ValidationError(
                    self.env._("%s has reduced invoices: make a new coupon instead.", coupon.name)
                )

    def _get_limit(self):
        """:return: number of invoices, None for ever"""
        return {"once": 1, "periods": self.periods}.get(self.frequency)

    def _share(self, left):
        """:param left: {account.move.line: untaxed amount that no coupon took yet}
        :return: {line: what this coupon takes off it}, never more than is left"""
        currency = self.currency_id
        rest = self.amount
        parts = {}
        for line, amount in left.items():
            if self.applies_to != "both" and (self.applies_to == "usage") != line._fc_is_usage():
                continue
            part = line.price_subtotal * self.percent / 100 if self.kind == "percent" else rest
            part = currency.round(min(part, amount))
            if part > 0:
                parts[line] = part
                rest -= part
        return parts
