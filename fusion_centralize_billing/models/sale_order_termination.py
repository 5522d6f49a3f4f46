from datetime import timedelta

from odoo import api, fields, models

from ..services.pricing import part_of, round_to, to_decimal


class SaleOrder(models.Model):
    """The end of a subscription: its last invoice, and what was paid ahead."""

    _inherit = "sale.order"

    x_fc_skips_last_invoice = fields.Boolean(
        "No Last Invoice", copy=False, help="Ended without a bill for its usage since the last one."
    )

    def _fc_terminate(self, invoice, credit_note):
        """End now.

        :param invoice: ``generate`` bills what is used and not billed, ``skip`` does not
        :param credit_note: ``credit``, ``refund`` (to the card) or ``skip``: the days paid ahead
        """
        self.x_fc_terminated_at = fields.Datetime.now()
        self.x_fc_skips_last_invoice = invoice == "skip"
        self._fc_cancel_plan_change(tell=False)
        if invoice == "generate" and self.subscription_state == "3_progress":
            self._fc_invoice_due_period()
        share = self._fc_get_unused_share(self._fc_get_today() + timedelta(days=1))
        self.set_close()
        if invoice == "generate":
            self._fc_invoice_rest()
        if credit_note != "skip" and share > 0:
            self._fc_credit_unused(share, credit_note == "refund")

    def _fc_credit_unused(self, share, to_card):
        """Credit the flat price of the days after the end, on the invoices that billed it.

        :param share: Fraction: how many periods are invoiced and unused
        :param to_card: give it back where a card paid, else it waits for the next invoice
        :return: the posted credit notes
        """
        flat = self._fc_get_flat_line()
        price = to_decimal(flat.price_unit * flat.product_uom_qty)
        step = to_decimal(self.currency_id.rounding)
        due = round_to(part_of(price, share), step)
        amounts = {}
        for line in self._fc_find_flat_invoice_lines():
            # A coupon's part was never paid, and is not given back.
            paid = to_decimal(line._fc_get_paid_share())
            part = min(round_to(due * paid, step), line._fc_get_left())
            if part > 0:
                amounts.setdefault(line.move_id, {})[line] = part
                due -= part / paid
        notes = self.env["account.move"].sudo()
        for move, parts in amounts.items():
            note = move._fc_credit(parts, self.env._("Unused days of %s", self.name))
            if to_card and note._fc_is_refundable():
                note._fc_refund(note.amount_residual)
            notes |= note
        return notes

    def _fc_find_flat_invoice_lines(self):
        """:return: sudoed posted invoice lines of the flat price, newest first"""
        sold = self.order_line.filtered(
            lambda one: one.recurring_invoice or one.x_fc_usage_kind == "proration"
        )
        lines = sold.sudo().invoice_lines.filtered(
            lambda line: line.parent_state == "posted" and line.move_type == "out_invoice"
        )
        return lines.filtered(lambda line: line.price_subtotal > 0).sorted("id", reverse=True)

    @api.model
    def _fc_find_unbilled_ends(self):
        """:return: ended subscriptions that owe usage, those closed by their end date, too"""
        lines = self.env["sale.order.line"].search(
            [
                ("x_fc_usage_kind", "!=", False),
                ("qty_to_invoice", "!=", 0),
                ("order_id.subscription_state", "=", "6_churn"),
                ("order_id.x_fc_skips_last_invoice", "=", False),
            ]
        )
        return lines.order_id
