from odoo import models


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _build_request_url(self, endpoint, **kwargs):
        """``fusion_billing.stripe_api_base`` is for tests and staging: another place that speaks
        Stripe's API."""
        base = self.env["ir.config_parameter"]._fc_billing("stripe_api_base")
        if self.code != "stripe" or not base or kwargs.get("is_proxy_request"):
            return super()._build_request_url(endpoint, **kwargs)
        return f"{base.rstrip('/')}/v1/{endpoint}"
