import logging

from odoo import models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


class ResPartner(models.Model):
    """A card that the customer saved with an app: one Stripe account serves all of them."""

    _inherit = "res.partner"

    def _fc_find_card(self, company):
        """Ask Stripe for the card that it charges by default; nothing is written.

        :return: ``{"method": its id at Stripe, "last4", "label": as a person reads it}``, {} where
            the customer has none or Stripe does not answer
        """
        provider = self._fc_get_card_provider(company)
        if not provider or not self.x_fc_stripe_customer_id:
            return {}
        try:
            customer = provider._send_api_request(
                "GET", f"customers/{self.x_fc_stripe_customer_id}"
            )
            method = (customer.get("invoice_settings") or {}).get("default_payment_method")
            card = method and provider._send_api_request("GET", f"payment_methods/{method}")
        except ValidationError:  # the subscription stays on pay by link
            _logger.warning("Stripe did not tell the card of partner %s", self.id, exc_info=True)
            return {}
        if not card or card.get("customer") != self.x_fc_stripe_customer_id or not card.get("card"):
            return {}
        last4 = card["card"].get("last4") or ""
        brand = (card["card"].get("brand") or "").capitalize()
        return {"method": card["id"], "last4": last4, "label": f"{brand} •••• {last4}".strip()}

    def _fc_keep_card(self, company, card):
        """:param card: of ``_fc_find_card``
        :return: sudoed payment.token of it, made where it is missing; empty without a card"""
        tokens = self.env["payment.token"].sudo()
        provider = self._fc_get_card_provider(company)
        if not card or not provider:
            return tokens
        known = tokens.search(
            [
                ("provider_id", "=", provider.id),
                ("partner_id", "=", self.id),
                ("stripe_payment_method", "=", card["method"]),
            ],
            limit=1,
        )
        return known or tokens.create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_card").id,
                "partner_id": self.id,
                "payment_details": card["last4"],
                "provider_ref": self.x_fc_stripe_customer_id,
                "stripe_payment_method": card["method"],
            }
        )

    def _fc_get_card_provider(self, company):
        """:return: sudoed Stripe provider of a company that is in use, or empty"""
        return (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("code", "=", "stripe"),
                    ("company_id", "=", company.id),
                    ("state", "in", ("enabled", "test")),
                ],
                limit=1,
            )
        )
