from odoo import fields, models


class AccountMoveLine(models.Model):
    """Reductions of an invoice, each beside the fees that it reduces."""

    _inherit = "account.move.line"

    # Copied to a credit note of the whole invoice, whose fees these lines are not either.
    x_fc_coupon_use_id = fields.Many2one(
        "fusion.billing.coupon.use", "Coupon", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )  # fmt: skip
    x_fc_discount = fields.Monetary(
        "Taken off by Coupons", currency_field="currency_id", copy=False, readonly=True
    )

    def _fc_is_usage(self):
        return bool(self.sale_line_ids.x_fc_charge_id)

    def _fc_get_paid_share(self):
        """:return: what of the price coupons left, between 0 and 1"""
        if not self.price_subtotal:
            return 1.0
        return (self.price_subtotal - self.x_fc_discount) / self.price_subtotal
