from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const
from ..services.wire import cents, show_moment

UNDER_WAY = ("draft", "pending", "authorized")


class AccountMove(models.Model):
    """Charging the saved card, again after a failure, and what the app is told of it."""

    _inherit = "account.move"

    x_fc_payment_attempts = fields.Integer("Payment Attempts", copy=False, readonly=True)
    x_fc_next_attempt_at = fields.Datetime(
        "Next Attempt", copy=False, readonly=True, index="btree_not_null"
    )
    x_fc_dunning_state = fields.Selection(
        [
            ("none", "None"),
            ("retrying", "Retrying"),
            ("exhausted", "Given Up"),
            ("recovered", "Recovered"),
        ],
        "Dunning",
        default="none",
        copy=False,
        readonly=True,
    )

    def _fc_schedule_charge(self, order):
        """An invoice whose customer has a saved card is charged by the next run."""
        if order.payment_token_id and not self.currency_id.is_zero(self.amount_residual):
            self.x_fc_next_attempt_at = fields.Datetime.now()
            self._fc_trigger_dunning()

    @api.model
    def _fc_trigger_dunning(self):
        self.env.ref("fusion_centralize_billing.cron_fc_dunning").sudo()._trigger()

    @api.model
    def _cron_dunning(self, now=None):
        """Two runs charge an invoice: one writes the transaction down, the next sends it. A crash
        between them sends the same reference again, never a second charge.

        :return: transactions sent
        """
        now = now or fields.Datetime.now()
        waiting = self._fc_find_waiting()
        sent = run_batch(waiting, lambda move: move._fc_send_charge())
        due = self.search(
            [
                ("x_fc_billing_service_id", "!=", False),
                ("state", "=", "posted"),
                ("x_fc_next_attempt_at", "<=", now),
            ],
            order="x_fc_next_attempt_at, id",
        )
        if run_batch(due - waiting, lambda move: move._fc_prepare_charge()):
            self._fc_trigger_dunning()
        run_batch(self._fc_find_overdue(now), lambda move: move._fc_give_up_overdue())
        return sent

    @api.model
    def _fc_find_waiting(self):
        """:return: invoices with a charge that is written down and not sent"""
        drafts = (
            self.env["payment.transaction"]
            .sudo()
            .search([("state", "=", "draft"), ("operation", "=", "offline")], order="id")
        )
        return drafts.invoice_ids.filtered("x_fc_billing_service_id").sudo(False)

    @api.model
    def _fc_find_overdue(self, now):
        """:return: unpaid invoices without a card, past their due date and the last dunning day"""
        last = max(self._fc_get_dunning_days(), default=0)
        moves = self.search(
            [
                ("x_fc_billing_service_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("x_fc_dunning_state", "in", ("none", False)),
                ("x_fc_next_attempt_at", "=", False),
                ("invoice_date_due", "<", (now - timedelta(days=last)).date()),
            ]
        )
        return moves.filtered(lambda move: not move._fc_get_subscription().payment_token_id)

    def _fc_give_up_overdue(self):
        self._fc_register_payment_failure("overdue", final=True)

    @api.model
    def _fc_get_dunning_days(self):
        """:return: rising days after the first failure on which the card is tried again"""
        texts = self.env["ir.config_parameter"]._fc_billing_list(
            "dunning_days", const.DEFAULT_DUNNING_DAYS
        )
        days = {int(text) for text in texts if text.isascii() and text.isdigit()}
        return sorted(days - {0})

    def _fc_charge_token(self):
        """Charge the saved card now, for a person's click.

        :return: sudoed payment.transaction, empty when there is nothing to do
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return self.env["payment.transaction"].sudo()
        transaction = self._fc_prepare_charge()
        return self._fc_send(transaction) if transaction.state == "draft" else transaction

    def _fc_prepare_charge(self):
        """Write a charge down: never two at once for one invoice.

        :return: sudoed draft transaction; empty while another one is under way
        """
        self.x_fc_next_attempt_at = False
        transactions = self.env["payment.transaction"].sudo()
        token = self._fc_get_subscription().payment_token_id.sudo()
        started = self.sudo().transaction_ids.filtered(lambda one: one.state in UNDER_WAY)
        if started:
            return started.filtered(lambda one: one.state == "draft")[:1]
        is_open = self.state == "posted" and not self.currency_id.is_zero(self.amount_residual)
        if not token or not is_open:
            return transactions
        return transactions.create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "amount": self.amount_residual,
                "currency_id": self.currency_id.id,
                "partner_id": self.partner_id.id,
                "operation": "offline",
                "invoice_ids": [Command.set(self.ids)],
            }
        )

    def _fc_send_charge(self):
        drafts = self.sudo().transaction_ids.filtered(
            lambda one: one.state == "draft" and one.operation == "offline"
        )
        for transaction in drafts:
            self._fc_send(transaction)

    def _fc_send(self, transaction):
        transaction._charge_with_token()
        if transaction.state == "done":
            transaction._post_process()
        return transaction

    def _fc_register_payment_failure(self, reason, final=None):
        """Count a failed attempt: plan the next one, or give up and tell the app, once.

        :param reason: in words, as the event tells it
        :param final: True gives up at once
        """
        self.ensure_one()
        is_settled = self.currency_id.is_zero(self.amount_residual)
        if self.x_fc_dunning_state == "exhausted" or is_settled:
            return
        attempt = self.x_fc_payment_attempts + 1
        days = self._fc_get_dunning_days()
        self.x_fc_payment_attempts = attempt
        data = {"reason": reason or "", "attempt": attempt}
        if final or attempt > len(days):
            self._fc_give_up(data)
            return
        earlier = days[attempt - 2] if attempt > 1 else 0
        following = fields.Datetime.now() + timedelta(days=days[attempt - 1] - earlier)
        self.write({"x_fc_dunning_state": "retrying", "x_fc_next_attempt_at": following})
        data.update(final=False, next_attempt_at=show_moment(following))
        self._fc_emit("invoice.payment_retry_scheduled", data)
        self._fc_mail("mail_template_payment_retry")

    def _fc_give_up(self, data):
        self.write({"x_fc_dunning_state": "exhausted", "x_fc_next_attempt_at": False})
        self._fc_get_subscription().payment_exception = True
        self._fc_emit("invoice.payment_failed", {**data, "final": True})
        self._fc_mail("mail_template_payment_failed")

    def _fc_note_paid(self):
        """The customer is restored where the app was told to suspend."""
        restored = self.x_fc_dunning_state == "exhausted"
        if self.x_fc_dunning_state in ("retrying", "exhausted"):
            self.x_fc_dunning_state = "recovered"
        self.x_fc_next_attempt_at = False
        paid = cents(self.amount_total - self.amount_residual, self.currency_id)
        self._fc_emit(
            "invoice.payment_succeeded", {"amount_paid_cents": paid, "restored": restored}
        )

    def _fc_mail(self, name):
        """Queue a mail to the invoice's contact; shadows and silent customers get none."""
        template = self.env.ref(f"fusion_centralize_billing.{name}", raise_if_not_found=False)
        if template and self.partner_id.email and not self._fc_get_subscription().x_fc_shadow:
            template.send_mail(self.id, force_send=False)
