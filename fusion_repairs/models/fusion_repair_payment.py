from odoo import api, fields, models
from odoo.exceptions import UserError


class FusionRepairPayment(models.Model):
    """What was collected, or asked for, at the client's door."""

    _name = "fusion.repair.payment"
    _description = "Payment at the Door"
    _order = "id desc"
    _rec_name = "method_label"
    _check_company_auto = True

    repair_id = fields.Many2one("repair.order", "Job", required=True, index=True)
    partner_id = fields.Many2one(related="repair_id.partner_id", string="Client")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    method = fields.Char(required=True, help="Code of the way to pay.")
    method_label = fields.Char("Way to Pay", compute="_compute_method_label")
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="pending",
        index=True,
    )
    reference = fields.Char()
    link = fields.Char("Payment Link", readonly=True)
    account_payment_id = fields.Many2one("account.payment", "Payment", readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction", "Transaction", readonly=True, index="btree_not_null"
    )
    collected_by = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)
    company_id = fields.Many2one(
        "res.company", related="repair_id.company_id", store=True, index=True
    )

    _transaction_uniq = models.UniqueIndex(
        "(transaction_id) WHERE transaction_id IS NOT NULL",
        "This transaction is counted already.",
    )
    _amount_positive = models.Constraint("CHECK (amount > 0)", "An amount is more than zero.")

    @api.depends("method", "repair_id")
    def _compute_method_label(self):
        for payment in self:
            labels = dict(payment.repair_id._fc_payment_methods())
            payment.method_label = labels.get(payment.method, payment.method)

    def action_register(self):
        """Money that waited for an invoice goes into the books.

        :return: True
        :raise UserError: when there is still no posted invoice to pay
        """
        self.check_access("write")
        for payment in self.filtered(lambda one: one.state == "pending" and one.method != "link"):
            if not payment._book():
                raise UserError(
                    self.env._("%(job)s has no posted invoice yet.", job=payment.repair_id.name)
                )
        return True

    def action_cancel(self):
        """What was typed in error, or a link that is no longer wanted.

        :return: True
        :raise UserError: for money that is in the books already
        """
        self.check_access("write")
        if self.filtered(lambda one: one.state == "done"):
            raise UserError(self.env._("This payment is in the books. Reverse it there."))
        self.sudo().state = "cancelled"
        return True

    def _book(self):
        """:return: whether an invoice took the money"""
        self.ensure_one()
        payment = self.sudo()
        invoice = payment.repair_id._fc_get_unpaid_invoices()[:1]
        if not invoice:
            return False
        wizards = self.env["account.payment.register"].sudo().with_company(payment.company_id)
        wizard = wizards.with_context(
            active_model="account.move", active_ids=invoice.ids, dont_redirect_to_payments=True
        ).create(payment._prepare_register_values())
        payment.write({"account_payment_id": wizard._create_payments()[:1].id, "state": "done"})
        return True

    def _prepare_register_values(self):
        kind = "cash" if self.method == "cash" else "bank"
        journals = self.env["account.journal"].sudo()
        domain = [("company_id", "=", self.company_id.id), ("type", "in", ("cash", "bank"))]
        found = journals.search(domain)
        journal = found.filtered(lambda one: one.type == kind)[:1] or found[:1]
        if not journal:
            raise UserError(self.env._("There is no cash or bank journal to book this payment."))
        return {
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "journal_id": journal.id,
            "communication": " ".join(filter(None, (self.repair_id.name, self.reference))),
        }

    @api.model
    def _follow_transactions(self, transactions):
        """A link was paid: its row is done. Paid twice, it has two rows, and somebody refunds.

        :param transactions: ``payment.transaction`` records that Odoo has just processed
        """
        for transaction in transactions.filtered(lambda one: one.state == "done"):
            orders = (
                transaction.sale_order_ids | transaction.invoice_ids.line_ids.sale_line_ids.order_id
            )
            for repair in orders.repair_order_ids[:1]:
                if not self.search_count([("transaction_id", "=", transaction.id)]):
                    self._count_transaction(repair, transaction)

    @api.model
    def _count_transaction(self, repair, transaction):
        waiting = repair.x_fc_payment_ids.filtered(
            lambda one: one.method == "link" and one.state == "pending"
        )
        same = waiting.filtered(
            lambda one: not one.currency_id.compare_amounts(one.amount, transaction.amount)
        )
        values = {
            "transaction_id": transaction.id,
            "account_payment_id": transaction.payment_id.id,
            "reference": transaction.reference,
            "state": "done",
        }
        row = same[:1] or waiting[:1]
        if row:
            row.write({**values, "amount": transaction.amount})
        else:
            row = self.create(
                {
                    **values,
                    "repair_id": repair.id,
                    "amount": transaction.amount,
                    "currency_id": transaction.currency_id.id,
                    "method": "link",
                }
            )
        repair._fc_tell_paid(row)
