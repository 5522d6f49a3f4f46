from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date


class SaleOrder(models.Model):
    """Automatic payment with the saved card."""

    _inherit = "sale.order"

    def _charge_invoice(self, move):
        """Charge the saved card for what is open on an invoice, once.

        A transaction that was written but not answered is sent again under the same reference,
        which is also the provider's idempotency key: a crash never charges twice.

        :param move: a posted invoice, or empty
        :return: the payment.transaction, empty when there is nothing to charge
        """
        self.ensure_one()
        transaction = self._find_or_create_charge(move)
        if transaction.state == "draft":
            transaction._charge_with_token()
        if transaction.state == "done":
            transaction._post_process()
        return transaction

    @api.model
    def _charge_waiting_invoices(self):
        """Send the charges that are written down and committed, one order at a time."""
        waiting = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("state", "=", "draft"),
                    ("operation", "=", "offline"),
                    ("invoice_ids.line_ids.subscription_id", "!=", False),
                ],
                order="id",
            )
        )
        orders = waiting.invoice_ids.line_ids.subscription_id.sudo(False)
        self._run_one_by_one(orders, 0, lambda order: order._send_charges())

    def _send_charges(self):
        drafts = self._get_subscription_moves().transaction_ids.filtered(
            lambda transaction: transaction.state == "draft" and transaction.operation == "offline"
        )
        for move in drafts.invoice_ids:
            self._charge_invoice(move)

    def _find_or_create_charge(self, move):
        """:return: sudoed draft transaction; empty while another one is under way"""
        transactions = self.env["payment.transaction"].sudo()
        token = self.payment_token_id.sudo()
        is_open = move.state == "posted" and move.move_type == "out_invoice"
        if not token or not is_open or move.currency_id.is_zero(move.amount_residual):
            return transactions
        started = move.sudo().transaction_ids.filtered(
            lambda transaction: transaction.state in ("draft", "pending", "authorized")
        )
        if started:
            return started.filtered(lambda transaction: transaction.state == "draft")[:1]
        return transactions.create(self._prepare_charge_values(move, token))

    def _prepare_charge_values(self, move, token):
        return {
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
            "token_id": token.id,
            "amount": move.amount_residual,
            "currency_id": move.currency_id.id,
            "partner_id": move.partner_id.id,
            "operation": "offline",
            "invoice_ids": [Command.set(move.ids)],
        }

    def _on_charge_failed(self, transaction):
        """The invoice stays open; automatic invoicing stops until somebody clears the exception.

        :param transaction: sudoed, in error or cancelled
        """
        for order in self.filtered(lambda order: not order.payment_exception):
            order.payment_exception = True
            order.message_post(
                body=self.env._(
                    "%(card)s was declined on %(day)s: %(reason)s",
                    card=transaction.token_id.display_name,
                    day=format_date(self.env, fields.Date.to_date(order._get_today())),
                    reason=transaction.state_message or "",
                )
            )
            order._schedule_exception_activity()
            template = self.env.ref(
                "sale_subscription.mail_template_payment_declined", raise_if_not_found=False
            )
            if template and order.partner_invoice_id.email:
                template.send_mail(order.id, force_send=False)

    def _schedule_exception_activity(self):
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("A saved card was declined"),
            user_id=self.user_id.id or self.env.ref("base.user_admin").id,
        )

    def action_clear_exception(self):
        """Automatic invoicing goes on with this subscription."""
        self.write({"payment_exception": False})
        return True
