from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FusionBillingWalletTopUp(models.TransientModel):
    """Adds prepaid credit: given away at once, or sold by an invoice that brings it once paid."""

    _name = "fusion.billing.wallet.top.up"
    _description = "Add Credit"

    wallet_id = fields.Many2one("fusion.billing.wallet", required=True, readonly=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    kind = fields.Selection(
        [("purchase", "Sell"), ("grant", "Give Away")], required=True, default="purchase"
    )
    amount = fields.Monetary(required=True)
    expires_on = fields.Date("Valid Until", help="Of credit that is given away. Empty: for ever.")
    note = fields.Char()

    @api.constrains("expires_on")
    def _check_expires_on(self):
        for wizard in self:
            if wizard.expires_on and wizard.expires_on < fields.Date.context_today(wizard):
                raise ValidationError(self.env._("The last date is in the past."))

    def action_confirm(self):
        """:raise UserError: no amount above 0"""
        self.ensure_one()
        if self.kind == "grant":
            self.wallet_id._grant(self.amount, self.expires_on or None, self.note or "")
            return {"type": "ir.actions.act_window_close"}
        invoice = self.wallet_id._sell(self.amount, self.note or "")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": invoice.id,
            "view_mode": "form",
        }
