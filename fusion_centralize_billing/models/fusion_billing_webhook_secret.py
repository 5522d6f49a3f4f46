import base64
import secrets
from datetime import timedelta

from odoo import api, fields, models

from .. import const


class FusionBillingWebhookSecret(models.Model):
    """What a service's webhooks are signed with."""

    _name = "fusion.billing.webhook.secret"
    _description = "Webhook Secret"
    _order = "id desc"
    _rec_name = "active_from"

    service_id = fields.Many2one(
        "fusion.billing.service", required=True, ondelete="cascade", index=True
    )
    secret = fields.Char(required=True, copy=False, groups="base.group_system")
    active_from = fields.Datetime(required=True, default=fields.Datetime.now)
    expires_at = fields.Datetime("Expires")

    @api.model
    def _issue(self, service):
        raw = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        ends = fields.Datetime.now() + timedelta(hours=const.SECRET_OVERLAP_HOURS)
        older = self.sudo().search([("service_id", "=", service.id)])
        older.filtered(lambda one: not one.expires_at or one.expires_at > ends).expires_at = ends
        self.sudo().create({"service_id": service.id, "secret": raw})
        return raw
