from odoo import api, models


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        events = self.env["fusion.billing.webhook"].sudo()
        waiting = events.search_count([("state", "in", ("pending", "failed"))])
        dead = events.search_count([("state", "=", "dead")])
        unsigned = self._find_unsigned_stripe()
        return super()._fusion_health_checks() + [
            {
                "code": "fusion_centralize_billing.webhooks_waiting",
                "label": self.env._("Billing events waiting"),
                "state": "warning" if waiting > 1000 else "ok",
                "value": waiting,
                "unit": "",
            },
            {
                "code": "fusion_centralize_billing.webhooks_dead",
                "label": self.env._("Billing events given up"),
                "state": "error" if dead else "ok",
                "value": dead,
                "unit": "",
            },
            {
                "code": "fusion_centralize_billing.stripe_webhook_unsigned",
                "label": self.env._("Stripe providers that accept unsigned notifications"),
                "state": "error" if unsigned else "ok",
                "value": len(unsigned),
                "unit": "",
            },
        ]

    def _find_unsigned_stripe(self):
        providers = self.env["payment.provider"].sudo()
        return providers.search(
            [
                ("code", "=", "stripe"),
                ("state", "!=", "disabled"),
                ("stripe_webhook_secret", "in", (False, "")),
            ]
        )
