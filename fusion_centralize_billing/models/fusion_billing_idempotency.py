from datetime import timedelta

from odoo import api, fields, models

from .. import const


class FusionBillingIdempotency(models.Model):
    """The first answer to a request that an app may repeat."""

    _name = "fusion.billing.idempotency"
    _description = "Stored API Answer"
    _rec_name = "key"
    _log_access = False

    service_id = fields.Many2one("fusion.billing.service", required=True, ondelete="cascade")
    key = fields.Char(required=True, size=255)
    fingerprint = fields.Char(required=True, size=64)
    status = fields.Integer()
    body = fields.Text()
    created_at = fields.Datetime(required=True, index=True, default=fields.Datetime.now)

    _key_uniq = models.UniqueIndex("(service_id, key)")

    @api.autovacuum
    def _gc_answers(self):
        old = fields.Datetime.now() - timedelta(hours=const.IDEMPOTENCY_HOURS)
        self.sudo().search([("created_at", "<", old)], limit=10_000).unlink()
