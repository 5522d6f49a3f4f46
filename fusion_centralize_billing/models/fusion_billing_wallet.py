from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.fusion_base.tools.batch import run_batch

from ..services.wire import cents

JOURNAL_CODE = "FBCRD"
ACCOUNTS = {"purchase": ("FBC.PREPAID", "liability_current"), "grant": ("FBC.PROMO", "expense")}
NEVER = fields.Date.to_date("9999-12-31")


class FusionBillingWallet(models.Model):
    """Credit that a customer has ahead, granted or paid for. It pays invoices before the card does.

    What was paid for is a debt of the company until it is used, and is taxed when it is used, not
    when it is sold: Excise Tax Act, s. 181.2 (gift certificates). It never expires, as consumer
    law asks of gift cards (Ontario: O. Reg. 17/05, s. 25.3); what was given away may.
    """

    _name = "fusion.billing.wallet"
    _description = "Prepaid Credit"
    _order = "partner_id, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict",
        domain=[("parent_id", "=", False)],
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    balance = fields.Monetary(readonly=True, copy=False, help="The sum of the movements.")
    low_balance = fields.Monetary(
        "Tell Below", help="The app is told once the credit falls to this amount. 0: never."
    )
    entry_ids = fields.One2many("fusion.billing.wallet.entry", "wallet_id", "Movements")

    _owner_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id, currency_id)",
        "This customer has prepaid credit in this currency already.",
    )
    # Every movement writes the row: of two at once the database lets one through, and the other
    # one starts anew.
    _check_balance = models.Constraint(
        "CHECK (balance >= 0)", "There is not so much prepaid credit left."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_moved_only(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_moved_only(vals)
        return super().write(vals)

    def _check_moved_only(self, vals):
        if "balance" in vals and not self.env.su:
            raise AccessError(self.env._("The balance changes by movements only."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_moved(self):
        if self.entry_ids:
            raise UserError(self.env._("Prepaid credit that has moved stays in the books."))

    @api.model
    def _find(self, document):
        """:param document: order or invoice
        :return: the sudoed wallet that pays it, or empty"""
        return self.sudo().search(
            [
                ("partner_id", "=", document.partner_id.commercial_partner_id.id),
                ("company_id", "=", document.company_id.id),
                ("currency_id", "=", document.currency_id.id),
            ]
        )

    def _grant(self, amount, expires_on=None, note=""):
        """Give credit away.

        :param expires_on: the last date on which it pays, None for ever
        :return: sudoed movement
        :raise UserError: no amount above 0"""
        return self._move("grant", amount, expires_on=expires_on, note=note)

    def _sell(self, amount, note=""):
        """Bill credit; it comes once the invoice is paid. No tax: it is due on what it will buy.

        :return: the posted invoice
        :raise UserError: no amount above 0"""
        self.ensure_one()
        self.check_access("write")
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            raise UserError(self.env._("Enter an amount above 0."))
        product = self.env.ref("fusion_centralize_billing.product_prepaid_credit")
        line = {
            "product_id": product.id,
            "quantity": 1,
            "price_unit": amount,
            "account_id": self._get_account("purchase").id,
            "tax_ids": [Command.clear()],
        }
        invoice = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_id.id,
                    "invoice_date": fields.Date.context_today(self),
                    "currency_id": self.currency_id.id,
                    "narration": note or False,
                    "x_fc_wallet_id": self.id,
                    "invoice_line_ids": [Command.create(line)],
                }
            )
        )
        invoice.action_post()
        return invoice.sudo(False)

    def _purchase(self, invoice):
        """Credit that an invoice sold, once it is paid. Asked again, it changes nothing.

        :return: sudoed movement"""
        known = self.env["fusion.billing.wallet.entry"].sudo()
        known = known.search([("kind", "=", "purchase"), ("move_id", "=", invoice.id)])
        return known or self._move("purchase", invoice.amount_untaxed, move_id=invoice.id)

    def _move(self, kind, amount, lot=None, **values):
        """:param amount: above 0; what goes out is turned around here"""
        self.ensure_one()
        self.check_access("write")
        amount = self.currency_id.round(amount)
        if amount <= 0:
            raise UserError(self.env._("Enter an amount above 0."))
        sign = 1 if kind in ("grant", "purchase") else -1
        wallet = self.sudo()
        entry = wallet.entry_ids.create(
            {
                "wallet_id": wallet.id,
                "kind": kind,
                "amount": sign * amount,
                "lot_id": lot and lot.id,
                **values,
            }
        )
        wallet.balance = wallet.currency_id.round(sum(wallet.entry_ids.mapped("amount")))
        return entry

    def _get_lots(self, day):
        """:return: [(movement that brought credit, what is left of it)], the next to expire first;
        those that pay on a date"""
        lots = self.sudo().entry_ids.filtered(
            lambda entry: not entry.lot_id and (entry.expires_on or NEVER) >= day
        )
        lots = lots.sorted(lambda entry: (entry.expires_on or NEVER, entry.id))
        return [(lot, left) for lot in lots if (left := lot._get_left()) > 0]

    def _consume(self, invoice):
        """Pay what is open on an invoice, as far as the credit reaches.

        :return: the amount paid, in the invoice's currency"""
        self.ensure_one()
        day = invoice.invoice_date or fields.Date.context_today(self)
        open_amount = invoice.amount_residual
        used = []
        for lot, left in self._get_lots(day):
            part = min(left, self.currency_id.round(open_amount - sum(one for _lot, one in used)))
            if part <= 0:
                break
            used.append((lot, part))
        if not used:
            return 0.0
        before = self.balance
        debits = [(self._get_account(lot.kind), part) for lot, part in used]
        booked = self._book(invoice, debits)
        for lot, part in used:
            self._move("consume", part, lot=lot, move_id=invoice.id, entry_move_id=booked.id)
        self._tell_low(before, invoice)
        return sum(part for _lot, part in used)

    def _tell_low(self, before, invoice):
        now = self.balance
        if self.currency_id.is_zero(now):
            event = "wallet.depleted"
        elif now <= self.low_balance < before:
            event = "wallet.low_balance"
        else:
            return
        invoice._fc_emit(event, {"wallet": self._fc_event_values()})

    def _fc_event_values(self):
        return {
            "balance_cents": cents(self.balance, self.currency_id),
            "currency": self.currency_id.name,
        }

    def _book(self, invoice, debits):
        """Book used credit: what it was stands on the debit side, the customer's debt on the other.

        :param debits: [(account, amount above 0)]
        :return: the posted entry, matched with the invoice
        """
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        text = self.env._("Prepaid credit for %s", invoice.name)
        total = sum(amount for _account, amount in debits)
        amounts = [*debits, (receivable.account_id[:1], -total)]
        entry = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self._get_journal().id,
                    "date": invoice.date,
                    "ref": text,
                    "currency_id": self.currency_id.id,
                    "line_ids": [
                        Command.create(
                            {
                                "name": text,
                                "partner_id": self.partner_id.id,
                                "currency_id": self.currency_id.id,
                                "account_id": account.id,
                                "amount_currency": self.currency_id.round(amount),
                            }
                        )
                        for account, amount in amounts
                    ],
                }
            )
        )
        entry.action_post()
        (invoice.sudo() + entry)._fc_reconcile_receivable()
        return entry

    def _get_account(self, kind):
        """:param kind: of the movement: what was bought is a debt, what was granted a cost
        :return: account.account of the wallet's company, made where it is missing"""
        name = {
            "purchase": self.env._("Prepaid Credits"),
            "grant": self.env._("Promotional Credits"),
        }[kind]
        code, account_type = ACCOUNTS[kind]
        return self.company_id._fc_get_account(code, name, account_type)

    def _get_journal(self):
        journals = self.env["account.journal"].sudo().with_company(self.company_id)
        domain = [("code", "=", JOURNAL_CODE), ("company_id", "=", self.company_id.id)]
        return journals.search(domain, limit=1) or journals.create(
            {
                "name": self.env._("Prepaid Credits"),
                "code": JOURNAL_CODE,
                "type": "general",
                "company_id": self.company_id.id,
            }
        )

    @api.model
    def _cron_expire(self):
        """Take back what is left of credit whose last date is over.

        :return: number of wallets"""
        lots = self.env["fusion.billing.wallet.entry"].sudo()
        lots = lots.search([("lot_id", "=", False), ("expires_on", "<=", fields.Date.today())])
        wallets = lots.filtered(lambda lot: lot._is_over()).wallet_id
        return run_batch(wallets, lambda wallet: wallet._expire())

    def _expire(self):
        """What was given away is in no books until it is used: nothing is booked here."""
        for lot in self.entry_ids.filtered(lambda one: one._is_over()):
            self._move("expire", lot._get_left(), lot=lot)

    def action_top_up(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Credit"),
            "res_model": "fusion.billing.wallet.top.up",
            "view_mode": "form",
            "target": "new",
            "context": {"default_wallet_id": self.id},
        }
