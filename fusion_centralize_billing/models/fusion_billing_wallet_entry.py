from odoo import fields, models
from odoo.exceptions import UserError


class FusionBillingWalletEntry(models.Model):
    """A movement of prepaid credit. What goes out names the movement that brought it in."""

    _name = "fusion.billing.wallet.entry"
    _description = "Movement of Prepaid Credit"
    _order = "id desc"
    _rec_name = "kind"

    wallet_id = fields.Many2one(
        "fusion.billing.wallet", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    kind = fields.Selection(
        [
            ("grant", "Granted"),
            ("purchase", "Bought"),
            ("consume", "Used"),
            ("expire", "Expired"),
            ("void", "Withdrawn"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(required=True, readonly=True)
    left = fields.Monetary("Left", compute="_compute_left")
    expires_on = fields.Date("Valid Until", readonly=True, help="The last date on which it pays.")
    note = fields.Char(readonly=True)
    lot_id = fields.Many2one(
        "fusion.billing.wallet.entry", "Taken from", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )  # fmt: skip
    taken_ids = fields.One2many("fusion.billing.wallet.entry", "lot_id", "Taken")
    move_id = fields.Many2one(
        "account.move", "Invoice", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    entry_move_id = fields.Many2one(
        "account.move", "Journal Entry", readonly=True, ondelete="restrict"
    )

    _purchase_uniq = models.UniqueIndex(
        "(move_id) WHERE kind = 'purchase'", "This invoice brought its credit already."
    )
    _check_sign = models.Constraint(
        """CHECK ((kind IN ('grant', 'purchase')) = (amount > 0)
                  AND (lot_id IS NULL) = (amount > 0))""",
        "Credit comes in above 0 and goes out of what came in.",
    )

    def _get_left(self):
        """:return: what is left of a movement that brought credit"""
        return self.currency_id.round(self.amount + sum(self.taken_ids.mapped("amount")))

    def _is_over(self):
        """:return: whether something is left of credit whose last date is over"""
        if self.lot_id or not self.expires_on:
            return False
        today = self.env["sale.order"]._fc_get_local_today(self.company_id)
        return self.expires_on < today and self._get_left() > 0

    def _compute_left(self):
        for entry in self:
            entry.left = 0.0 if entry.lot_id else entry._get_left()

    def action_void(self):
        """Withdraw what is left. Money for bought credit goes back by a credit note of its invoice.

        :raise UserError: nothing is left"""
        for entry in self:
            left = 0.0 if entry.lot_id else entry._get_left()
            if left <= 0:
                raise UserError(self.env._("Nothing is left of this credit."))
            entry.wallet_id._move("void", left, lot=entry)
