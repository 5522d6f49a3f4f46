from odoo import fields, models
from odoo.fields import Command


class SaleOrder(models.Model):
    """The reductions of a subscription's invoices."""

    _inherit = "sale.order"

    x_fc_coupon_use_ids = fields.One2many("fusion.billing.coupon.use", "order_id", "Coupons")

    def _fc_apply_coupons(self, invoice):
        """Reduce a draft invoice of this subscription before tax: the largest reduction first, and
        never below 0."""
        running = self.x_fc_coupon_use_ids.filtered(lambda use: use.state == "running")
        fees = invoice._fc_get_fee_lines().filtered(
            lambda line: line.sale_line_ids.order_id == self and line.price_subtotal > 0
        )
        left = {line: line.price_subtotal for line in fees}
        ranked = running.sorted(lambda use: (-sum(use.coupon_id._share(left).values()), use.id))
        lines = []
        for use in ranked:
            parts = use.coupon_id._share(left)
            for line, part in parts.items():
                left[line] -= part
            lines += self._fc_prepare_reductions(use, parts)
        if lines:
            invoice.write({"invoice_line_ids": [Command.create(line) for line in lines]})
            for line, amount in left.items():
                line.x_fc_discount = line.currency_id.round(line.price_subtotal - amount)

    def _fc_prepare_reductions(self, use, parts):
        """:return: [values of invoice lines], one for each pair of account and taxes"""
        groups = {}
        for line, part in parts.items():
            key = (line.account_id.id, tuple(line.tax_ids.ids))
            groups[key] = groups.get(key, 0.0) + part
        coupon = use.coupon_id.with_context(lang=self.partner_id.lang or self.env.lang)
        product = self.env.ref("fusion_centralize_billing.product_coupon")
        return [
            {
                "product_id": product.id,
                "name": coupon.name,
                "account_id": account,
                "tax_ids": [Command.set(taxes)],
                "quantity": 1,
                "price_unit": -self.currency_id.round(amount),
                "x_fc_coupon_use_id": use.id,
            }
            for (account, taxes), amount in groups.items()
        ]
