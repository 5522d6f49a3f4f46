from odoo import fields, models
from odoo.fields import Command

from ..services.pricing import to_decimal
from ..services.wire import cents


class AccountMove(models.Model):
    """Credit notes of an app's invoices: a part of a fee, or all of an invoice."""

    _inherit = "account.move"

    x_fc_voided = fields.Boolean("Voided", copy=False, readonly=True)

    def _fc_credit(self, amounts, reason=""):
        """Credit parts of this invoice's lines.

        No order line is linked: a credit never makes its period or usage billable again.

        :param amounts: {account.move.line of this invoice: untaxed amount}
        :return: the posted credit note; it lowers what is open here, else it waits for the
            customer's next invoice of this service
        """
        self.ensure_one()
        note = self.create(
            {
                "move_type": "out_refund",
                "reversed_entry_id": self.id,
                "partner_id": self.partner_id.id,
                "currency_id": self.currency_id.id,
                "fiscal_position_id": self.fiscal_position_id.id,
                "journal_id": self.journal_id.id,
                "invoice_date": fields.Date.context_today(self),
                "ref": reason or False,
                "x_fc_billing_service_id": self.x_fc_billing_service_id.id,
                "invoice_line_ids": [
                    Command.create(line._fc_prepare_credit(amount))
                    for line, amount in amounts.items()
                ],
            }
        )
        note.action_post()
        (self + note)._fc_reconcile_receivable()
        return note

    def _fc_void(self):
        """Reverse an unpaid invoice whole; voiding it twice changes nothing."""
        if self.x_fc_voided:
            return
        fees = self._fc_get_fee_lines()
        note = self._reverse_moves([{"invoice_date": fields.Date.context_today(self)}])
        note.x_fc_billing_service_id = self.x_fc_billing_service_id
        for line, fee in zip(note._fc_get_fee_lines(), fees, strict=True):
            line.write({"sale_line_ids": [Command.clear()], "x_fc_credited_line_id": fee.id})
        note.action_post()
        self.write({"x_fc_voided": True, "x_fc_next_attempt_at": False})
        (self + note)._fc_reconcile_receivable()
        drafts = self.sudo().transaction_ids.filtered(lambda one: one.state == "draft")
        drafts._set_canceled()

    def _fc_is_voidable(self):
        """:return: whether nothing was paid or credited, and no payment is under way"""
        under_way = self.sudo().transaction_ids.filtered(
            lambda one: one.state in ("pending", "authorized")
        )
        is_untouched = not self.currency_id.compare_amounts(self.amount_residual, self.amount_total)
        return self.state == "posted" and is_untouched and bool(self.amount_total) and not under_way

    def _fc_reconcile_receivable(self):
        """Match what is open on these invoices and credit notes of one customer."""
        lines = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        if len(lines.move_id) > 1:
            lines.reconcile()

    def _fc_apply_credits(self):
        """A new invoice uses up the customer's open credit notes of the same service."""
        notes = self.search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
                ("x_fc_billing_service_id", "=", self.x_fc_billing_service_id.id),
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("amount_residual", ">", 0),
            ],
            order="id",
        )
        for note in notes:
            if self.currency_id.is_zero(self.amount_residual):
                break
            (self + note)._fc_reconcile_receivable()
        if notes and self.currency_id.is_zero(self.amount_residual):
            self._fc_note_paid()  # Odoo tells of money only

    def _fc_get_refundable(self):
        """:return: the settled card payment of this invoice that can be given back, and how much
        of it"""
        for transaction in self.sudo().transaction_ids:
            is_settled = transaction.state == "done" and transaction.operation != "refund"
            if is_settled and transaction.provider_id.support_refund != "none":
                back = transaction.child_transaction_ids.filtered(
                    lambda one: one.operation == "refund" and one.state not in ("error", "cancel")
                )
                return transaction, transaction.amount + sum(back.mapped("amount"))
        return self.env["payment.transaction"].sudo(), 0.0

    def _fc_is_refundable(self):
        """:return: whether a settled card payment covers what is open on this credit note"""
        _paid, left = self.reversed_entry_id._fc_get_refundable()
        return 0 < self.amount_residual <= left

    def _fc_refund(self, amount):
        """Give a part of this credit note back to the card that paid its invoice.

        :return: sudoed refund transaction
        """
        paid, _left = self.reversed_entry_id._fc_get_refundable()
        refund = paid._refund(amount_to_refund=amount)
        refund.invoice_ids = [Command.set(self.ids)]
        if refund.state == "done":
            refund._post_process()
        return refund

    def _fc_credit_note_values(self):
        """:return: the API's credit note object"""
        refunds = self.sudo().transaction_ids.filtered(lambda one: one.operation == "refund")
        status = {"done": "succeeded", "error": "failed", "cancel": "failed"}
        is_used_up = self.currency_id.is_zero(self.amount_residual)
        return {
            "id": self.x_fc_billing_uuid,
            "lago_id": self.x_fc_billing_uuid,
            "number": self.name,
            "invoice_id": self.reversed_entry_id.x_fc_billing_uuid,
            "credit_status": "consumed" if is_used_up else "available",
            "refund_status": status.get(refunds.state, "pending") if refunds else None,
            "total_amount_cents": cents(self.amount_total, self.currency_id),
            "currency": self.currency_id.name,
            "items": [
                {
                    "fee_id": str(line.x_fc_credited_line_id.id),
                    "amount_cents": cents(line.price_subtotal, self.currency_id),
                }
                for line in self._fc_get_fee_lines()
            ],
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    x_fc_credited_line_id = fields.Many2one(
        "account.move.line", "Credited Line", copy=False, readonly=True, index="btree_not_null"
    )
    x_fc_credit_line_ids = fields.One2many("account.move.line", "x_fc_credited_line_id", "Credits")

    def _fc_prepare_credit(self, amount):
        return {
            "name": self.name,
            "product_id": self.product_id.id,
            "account_id": self.account_id.id,
            "quantity": 1,
            "price_unit": float(amount),
            "tax_ids": [Command.set(self.tax_ids.ids)],
            "subscription_id": self.subscription_id.id,
            "x_fc_credited_line_id": self.id,
        }

    def _fc_get_left(self):
        """:return: Decimal, untaxed amount of this line that no coupon and no credit note took"""
        notes = self.x_fc_credit_line_ids.filtered(lambda line: line.parent_state == "posted")
        taken = sum((to_decimal(line.price_subtotal) for line in notes), to_decimal(0))
        return to_decimal(self.price_subtotal) - to_decimal(self.x_fc_discount) - taken
