from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    x_fc_stripe_customer_id = fields.Char("Stripe Customer", index=True, copy=False)
    x_fc_billing_link_ids = fields.One2many(
        "fusion.billing.account.link",
        "partner_id",
        "Billing Accounts",
        groups="fusion_centralize_billing.group_billing_user",
    )
