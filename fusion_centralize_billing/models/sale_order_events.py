from odoo import fields, models

CHURN, PAUSED, PROGRESS = "6_churn", "4_paused", "3_progress"


class SaleOrder(models.Model):
    """What the app is told of its subscriptions."""

    _inherit = "sale.order"

    def write(self, vals):
        """A change of the state becomes an event, in the same transaction."""
        if "subscription_state" not in vals:
            return super().write(vals)
        billed = self.filtered("x_fc_billing_service_id")
        before = {order: order.subscription_state for order in billed}
        result = super().write(vals)
        for order, state in before.items():
            order._fc_tell_state(state)
        return result

    def _fc_tell_state(self, before):
        after = self.subscription_state
        if after == before:
            return
        if after == CHURN:
            if not self.x_fc_terminated_at:
                self.x_fc_terminated_at = fields.Datetime.now()
            self._fc_emit("subscription.terminated")
        elif after == PROGRESS and before in (PAUSED, CHURN):
            self.write({"x_fc_terminated_at": False, "x_fc_skips_last_invoice": False})
            self._fc_emit("subscription.reactivated")
        elif after == PROGRESS:
            self._fc_emit("subscription.started")
        elif after == PAUSED:
            self._fc_emit("subscription.updated")

    def _fc_emit(self, event_type, data=None):
        """:return: the event, empty where nobody is to be told"""
        service = self.x_fc_billing_service_id.sudo()
        return service._emit(event_type, subscription=self, data=data)
