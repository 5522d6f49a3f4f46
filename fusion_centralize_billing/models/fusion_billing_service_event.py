from odoo import models

from .. import const


class FusionBillingService(models.Model):
    """Telling the app."""

    _inherit = "fusion.billing.service"

    def _emit(self, event_type, subscription=None, invoice=None, data=None):
        """Store an event in the transaction of its fact; a job sends it.

        :param subscription: sale.order or empty
        :param invoice: account.move or empty
        :param data: merged over the standard ``data`` keys
        :return: the event, empty where the service is archived or has no address, and for shadows
        """
        events = self.env["fusion.billing.webhook"]
        if event_type not in const.EVENTS and event_type != "test":
            raise ValueError(f"{event_type} is no event")
        is_shadow = subscription and subscription.x_fc_shadow
        if not self or not self.active or not self.webhook_url or is_shadow:
            return events
        content = self._prepare_event_data(event_type, subscription, invoice)
        return events._store(self, event_type, subscription, {**content, **(data or {})})

    def _prepare_event_data(self, event_type, subscription, invoice):
        """:return: the standard ``data`` keys of an event, billing API section 4"""
        data = {}
        if subscription:
            link = self._find_link(subscription.partner_id)
            data = {
                "deployment_id": subscription.x_fc_nexacloud_deployment_id or None,
                "external_subscription_id": subscription.x_fc_billing_external_id or None,
                "external_customer_id": link.external_id or None,
            }
            if event_type.startswith("subscription."):
                data["subscription"] = subscription.sudo()._fc_api_values()
        if invoice:
            data["invoice"] = invoice.sudo()._fc_event_values()
        return data

    def _find_link(self, partner):
        """:return: sudoed account link of a customer in this service"""
        return (
            self.env["fusion.billing.account.link"]
            .sudo()
            .search([("service_id", "=", self.id), ("partner_id", "=", partner.id)], limit=1)
        )

    def action_send_test_event(self):
        """Queue a ``test`` event, to see whether the endpoint takes it."""
        self.ensure_one()
        self.check_access("write")
        self.sudo()._emit("test", data={"message": "Test"})
        return self.action_view_events()
