from odoo import fields, models


class SaleOrderLog(models.Model):
    """One change of a subscription's monthly recurring revenue; the sum is today's."""

    _name = "sale.order.log"
    _description = "Recurring Revenue Change"
    _order = "event_date desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", "Subscription", required=True, ondelete="cascade", index=True
    )
    origin_order_id = fields.Many2one(related="order_id.origin_order_id", store=True)
    partner_id = fields.Many2one(related="order_id.partner_id", store=True)
    user_id = fields.Many2one(related="order_id.user_id", store=True)
    plan_id = fields.Many2one(related="order_id.plan_id", store=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True)
    event_type = fields.Selection(
        [
            ("0_creation", "New"),
            ("1_expansion", "Expansion"),
            ("15_contraction", "Contraction"),
            ("2_churn", "Churn"),
            ("3_transfer", "Transfer"),
        ],
        required=True,
        index=True,
    )
    event_date = fields.Date(required=True, index=True)
    amount_signed = fields.Monetary(
        "MRR Change", required=True, help="Change of the monthly recurring revenue, untaxed."
    )
    recurring_monthly = fields.Monetary("MRR After", help="Revenue a month after this change.")
