from odoo import api, fields, models

from .sale_order import PROGRESS, UPSELL

MRR_FIELDS = {"product_id", "product_uom_qty", "price_unit", "discount", "tax_ids"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    recurring_invoice = fields.Boolean(related="product_id.recurring_invoice")
    last_invoiced_date = fields.Date(
        "Invoiced Until",
        compute="_compute_last_invoiced_date",
        store=True,
        help="First day that is not invoiced yet. A credit note does not move it.",
    )

    @api.depends(
        "invoice_lines.subscription_period_end",
        "invoice_lines.move_id.state",
        "invoice_lines.move_id.move_type",
    )
    def _compute_last_invoiced_date(self):
        for line in self:
            ends = [
                item.subscription_period_end
                for item in line.invoice_lines
                if item.subscription_period_end and item._covers_period()
            ]
            line.last_invoiced_date = max(ends, default=False)

    def _is_recurring(self):
        """:return: whether this line is invoiced every period"""
        self.ensure_one()
        return (
            self.order_id.is_subscription
            and self.product_id.recurring_invoice
            and not self.display_type
            and not self.is_downpayment
        )

    def _get_period_quantity(self):
        """:return: what the period to invoice bills: all that is ordered, or what was delivered
        since the last invoice"""
        order = self.order_id
        if self.state != "sale" or order.subscription_state != PROGRESS:
            return 0.0
        if self.last_invoiced_date and self.last_invoiced_date > order.next_invoice_date:
            return 0.0
        if self.product_id.invoice_policy == "order":
            return self.product_uom_qty
        return max(self.qty_delivered - self._get_billed_quantity(), 0.0)

    def _get_billed_quantity(self):
        """:return: quantity on invoices; a credit note of a period does not reopen it"""
        return sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            for line in self.invoice_lines
            if line._covers_period()
        )

    @api.depends(
        "order_id.subscription_state",
        "order_id.next_invoice_date",
        "order_id.is_subscription",
        "last_invoiced_date",
    )
    def _compute_qty_to_invoice(self):
        recurring = self.filtered(lambda line: line._is_recurring())
        result = super(SaleOrderLine, self - recurring)._compute_qty_to_invoice()
        for line in recurring:
            is_due = line.order_id._is_period_due()
            line.qty_to_invoice = line._get_period_quantity() if is_due else 0.0
        return result

    @api.depends("qty_to_invoice")
    def _compute_untaxed_amount_to_invoice(self):
        """For a recurring line: what waits now, not ordered less invoiced over all periods."""
        recurring = self.filtered(lambda line: line._is_recurring())
        result = super(SaleOrderLine, self - recurring)._compute_untaxed_amount_to_invoice()
        for line in recurring:
            line.untaxed_amount_to_invoice = line.price_reduce_taxexcl * line.qty_to_invoice
        return result

    @api.depends("qty_to_invoice")
    def _compute_amount_to_invoice(self):
        recurring = self.filtered(lambda line: line._is_recurring())
        result = super(SaleOrderLine, self - recurring)._compute_amount_to_invoice()
        for line in recurring:
            line.amount_to_invoice = line.price_reduce_taxinc * line.qty_to_invoice
        return result

    def _get_display_price(self):
        """Products added to an upsell cost the part of the price for the rest of the period."""
        price = super()._get_display_price()
        order = self.order_id
        if order.subscription_state == UPSELL and self.product_id.recurring_invoice:
            return price * order._get_upsell_share()
        return price

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        order = self.order_id
        if order.is_subscription:
            values["subscription_id"] = order.id
        elif order.subscription_state == UPSELL:
            values["subscription_id"] = order.subscription_id.id
        if self._is_recurring():
            start, end = order._get_period()
            values.update(
                name=f"{values['name']}\n{order._get_period_text()}",
                quantity=self._get_period_quantity(),
                subscription_period_start=start,
                subscription_period_end=end,
            )
            share = order._get_period_share()
            if share != 1.0:
                values["price_unit"] = order.currency_id.round(self.price_unit * share)
        return values

    def _merge_into(self, parent):
        """Add this upsell line to the subscription, to a line of the same product and price.

        :param parent: the subscription's order
        """
        self.ensure_one()
        share = self.order_id._get_upsell_share()
        price = parent.currency_id.round(self.price_unit / share) if share else self.price_unit
        same = parent.order_line.filtered(
            lambda line: (
                line.product_id == self.product_id
                and line.product_uom_id == self.product_uom_id
                and not parent.currency_id.compare_amounts(line.price_unit, price)
            )
        )
        if same:
            same[0].product_uom_qty += self.product_uom_qty
        else:
            self.copy({"order_id": parent.id, "price_unit": price})

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.context.get("subscription_change_plan"):  # what it replaces leaves next
            lines.order_id._log_revenue_change()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if MRR_FIELDS.intersection(vals):
            self.order_id._log_revenue_change()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders.exists()._log_revenue_change()
        return result
