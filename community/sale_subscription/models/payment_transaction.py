from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _set_error(self, state_message, extra_allowed_states=()):
        changed = super()._set_error(state_message, extra_allowed_states=extra_allowed_states)
        changed._stop_subscriptions()
        return changed

    def _set_canceled(self, state_message=None, extra_allowed_states=()):
        changed = super()._set_canceled(
            state_message=state_message, extra_allowed_states=extra_allowed_states
        )
        changed._stop_subscriptions()
        return changed

    def _stop_subscriptions(self):
        """Only automatic charges count: a customer who gives up paying by hand stops nothing."""
        for transaction in self.filtered(lambda one: one.operation == "offline"):
            orders = transaction.sudo().invoice_ids.line_ids.subscription_id
            orders._on_charge_failed(transaction.sudo())
