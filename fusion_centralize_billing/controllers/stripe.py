from werkzeug.exceptions import Forbidden

from odoo.http import request

from odoo.addons.payment_stripe.controllers.main import StripeController


class SignedStripeController(StripeController):
    def _verify_signature(self, tx_sudo):
        """Odoo takes any notification while no secret is set: where apps are billed, none.

        :raise Forbidden: no secret, or a wrong signature
        """
        services = request.env["fusion.billing.service"].sudo()
        provider = tx_sudo.provider_id
        is_billed = services.search_count([("company_id", "=", tx_sudo.company_id.id)], limit=1)
        if is_billed and not provider.stripe_webhook_secret:
            raise Forbidden()
        return super()._verify_signature(tx_sudo)
