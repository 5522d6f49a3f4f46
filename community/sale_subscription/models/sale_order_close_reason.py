from odoo import fields, models


class SaleOrderCloseReason(models.Model):
    """Why a subscription ended."""

    _name = "sale.order.close.reason"
    _description = "Subscription Close Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    visible_in_portal = fields.Boolean(
        default=True, help="Customers may choose it when they close a subscription themselves."
    )
