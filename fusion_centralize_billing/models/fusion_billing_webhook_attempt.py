from odoo import fields, models

from .. import const


class FusionBillingWebhookAttempt(models.Model):
    """One try to deliver an event."""

    _name = "fusion.billing.webhook.attempt"
    _description = "Webhook Attempt"
    _order = "id desc"
    _rec_name = "create_date"

    webhook_id = fields.Many2one(
        "fusion.billing.webhook", required=True, ondelete="cascade", index=True
    )
    status = fields.Integer("Answer")
    milliseconds = fields.Integer()
    excerpt = fields.Char("Start of the Answer", size=const.WEBHOOK_EXCERPT)
    error = fields.Char(size=const.WEBHOOK_EXCERPT)
