from datetime import timedelta

from odoo import fields, models

from odoo.addons.fusion_base.tools import signing

from .. import const
from ..exceptions import BillingApiError
from ..services.wire import show_moment


class FusionBillingService(models.Model):
    """Signed links that an app hands to its customers."""

    _inherit = "fusion.billing.service"

    def _api_get_checkout(self, link):
        """:return: where the customer saves a card, once
        :raise BillingApiError: no payment provider keeps cards"""
        provider = self._find_card_providers(link.partner_id)[:1]
        if not provider:
            raise BillingApiError(422, "no_payment_method")
        newest = self._get_newest_token(link)
        url, expires = self._sign_link("card", const.LINK_HOURS, [link.id, newest.id or 0])
        return {
            "external_customer_id": link.external_id,
            "checkout_url": url,
            "payment_provider": provider.code,
            "expires_at": expires,
        }

    def _api_get_portal(self, link):
        """:return: where the customer sees all that this service bills"""
        url, expires = self._sign_link("account", const.LINK_HOURS, link.id)
        return {
            "external_customer_id": link.external_id,
            "portal_url": url,
            "expires_at": expires,
        }

    def _api_get_invoice_file(self, move):
        """:return: the API's invoice object with the address of its PDF
        :raise BillingApiError: a draft has none"""
        if move.state == "draft":
            raise BillingApiError(
                422, "validation_errors", {"invoice.status": ["value_is_invalid"]}
            )
        url, _expires = self._sign_link("invoice", const.FILE_LINK_HOURS, move.id)
        return {**move._fc_api_values(), "file_url": url}

    def _sign_link(self, purpose, hours, values):
        """:return: (address, when it dies as the API writes it)"""
        token = signing.sign_values(self.env, f"{const.LINK_SCOPE}.{purpose}", values, hours=hours)
        expires = fields.Datetime.now() + timedelta(hours=hours)
        return f"{self.get_base_url()}/billing/{purpose}/{token}", show_moment(expires)

    def _get_newest_token(self, link):
        """:return: sudoed newest saved card of a customer"""
        tokens = self.env["payment.token"].sudo()
        return tokens.search([("partner_id", "=", link.partner_id.id)], order="id desc", limit=1)

    def _find_card_providers(self, partner):
        """:return: sudoed payment providers that keep a card without a payment"""
        return (
            self.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                self.company_id.id, partner.id, 0.0, force_tokenization=True, is_validation=True
            )
        )
