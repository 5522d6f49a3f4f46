from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _set_error(self, state_message, extra_allowed_states=()):
        changed = super()._set_error(state_message, extra_allowed_states=extra_allowed_states)
        changed._fc_register_failures()
        return changed

    def _set_canceled(self, state_message=None, extra_allowed_states=()):
        changed = super()._set_canceled(
            state_message=state_message, extra_allowed_states=extra_allowed_states
        )
        changed._fc_register_failures()
        return changed

    def _fc_register_failures(self):
        """Only automatic charges count: who gives up paying by hand is not dunned for it."""
        for transaction in self.filtered(lambda one: one.operation == "offline"):
            moves = transaction.sudo().invoice_ids.filtered("x_fc_billing_service_id")
            for move in moves:
                move._fc_register_payment_failure(transaction.state_message or "card_declined")
