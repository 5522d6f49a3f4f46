from odoo import fields, models


class AccountMove(models.Model):
    """Invoices paid by prepaid credit, and those that sell it."""

    _inherit = "account.move"

    x_fc_wallet_id = fields.Many2one(
        "fusion.billing.wallet", "Sells Credit of", copy=False, readonly=True,
        index="btree_not_null", ondelete="restrict",
    )  # fmt: skip

    def _fc_apply_wallet(self):
        """A new invoice uses the customer's prepaid credit up, before the card is charged. One that
        was reset and is posted again keeps the credit it had."""
        if self.currency_id.is_zero(self.amount_residual):
            return
        entries = self.env["fusion.billing.wallet.entry"].sudo()
        had = entries.search([("move_id", "=", self.id), ("kind", "=", "consume")])
        if had:
            (self.sudo() + had.entry_move_id)._fc_reconcile_receivable()
            return
        wallet_sudo = self.env["fusion.billing.wallet"]._find(self)
        if wallet_sudo.balance > 0 and wallet_sudo._consume(self):
            if self.currency_id.is_zero(self.amount_residual):
                self._fc_note_paid()  # Odoo tells of money only

    def _fc_fill_wallet(self):
        """A paid invoice that sold credit brings it."""
        for move in self.filtered("x_fc_wallet_id"):
            move.x_fc_wallet_id.sudo()._purchase(move)
