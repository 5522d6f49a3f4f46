from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class RepairOrderPayment(models.Model):
    """Payment at the door. Another addon adds a terminal by extending ``_fc_payment_methods`` and
    a method ``_fc_collect_payment_<code>``."""

    _inherit = "repair.order"

    x_fc_payment_ids = fields.One2many("fusion.repair.payment", "repair_id", "Payments")
    x_fc_paid_state = fields.Selection(
        [
            ("none", "Not Paid"),
            ("link_sent", "Link Sent"),
            ("partial", "Partly Paid"),
            ("paid", "Paid"),
        ],
        "Payment State",
        compute="_compute_x_fc_paid",
        compute_sudo=True,
    )
    x_fc_amount_due = fields.Monetary(
        "Amount Due", compute="_compute_x_fc_paid", compute_sudo=True,
        currency_field="x_fc_currency_id", help="With tax.",
    )  # fmt: skip

    @api.depends(
        "sale_order_id.amount_total", "sale_order_id.transaction_ids.state",
        "sale_order_id.invoice_ids.amount_residual", "x_fc_payment_ids.state",
    )  # fmt: skip
    def _compute_x_fc_paid(self):
        for repair in self:
            total, paid = repair._fc_get_money()
            currency = repair.company_id.currency_id
            due = max(currency.round(total - paid), 0.0)
            waiting = repair.x_fc_payment_ids.filtered(lambda one: one.state == "pending")
            repair.x_fc_amount_due = due
            if total and not due:
                repair.x_fc_paid_state = "paid"
            elif currency.compare_amounts(paid, 0) > 0:
                repair.x_fc_paid_state = "partial"
            else:
                is_sent = "link" in waiting.mapped("method")
                repair.x_fc_paid_state = "link_sent" if is_sent else "none"

    def _fc_get_money(self):
        """:return: ``(total, paid)`` with tax; money that waits for an invoice counts as paid"""
        order = self.sale_order_id
        invoices = order.invoice_ids.filtered(lambda move: move.state == "posted")
        paid = sum(move.amount_total_signed - move.amount_residual_signed for move in invoices)
        if not invoices:
            paid = order.amount_paid
        waiting = self.x_fc_payment_ids.filtered(
            lambda one: one.state == "pending" and one.method != "link"
        )
        return order.amount_total, paid + sum(waiting.mapped("amount"))

    def _fc_get_unpaid_invoices(self):
        invoices = self.sudo().sale_order_id.invoice_ids
        return invoices.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.currency_id.compare_amounts(move.amount_residual, 0) > 0
            )
        )

    # -- Collecting -------------------------------------------------------------------------------

    def _fc_payment_methods(self):
        """:return: list of ``(code, label)``"""
        return [
            ("link", self.env._("Payment link")),
            ("cash", self.env._("Cash")),
            ("cheque", self.env._("Cheque")),
            ("terminal_manual", self.env._("Card terminal")),
        ]

    def _fc_collect_payment(self, method, amount, reference=""):
        """:param method: a code of :meth:`_fc_payment_methods`
        :param amount: with tax, at most what is due
        :return: ``fusion.repair.payment``
        :raise UserError: for an unknown method or an amount that is not due
        """
        self.ensure_one()
        self.check_access("write")
        if method not in dict(self._fc_payment_methods()):
            raise UserError(self.env._("This way to pay is not known."))
        self._fc_wait_for_turn()
        repair, currency = self.sudo(), self.company_id.currency_id
        amount = currency.round(amount or 0.0)
        if not repair.sale_order_id:
            raise UserError(self.env._("This job has no price yet."))
        if currency.compare_amounts(amount, 0) <= 0:
            raise UserError(self.env._("Enter an amount of more than zero."))
        if currency.compare_amounts(amount, repair.x_fc_amount_due) > 0:
            raise UserError(
                self.env._(
                    "%(due)s is due. Enter at most that.",
                    due=currency.format(repair.x_fc_amount_due),
                )
            )
        return getattr(self, f"_fc_collect_payment_{method}")(amount, (reference or "").strip())

    def _fc_wait_for_turn(self):
        """A second tap at the same moment is repeated on what the first one wrote."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("UPDATE repair_order SET write_date = write_date WHERE id = %s", self.id),
            log_exceptions=False,
        )

    def _fc_collect_payment_link(self, amount, reference=""):
        """The open link of that amount again; one of another amount is no longer wanted."""
        repair = self.sudo()
        waiting = repair.x_fc_payment_ids.filtered(
            lambda one: one.method == "link" and one.state == "pending"
        )
        currency = self.company_id.currency_id
        same = waiting.filtered(lambda one: not currency.compare_amounts(one.amount, amount))
        (waiting - same).state = "cancelled"
        document = self._fc_get_unpaid_invoices()[:1] or repair.sale_order_id
        return same[:1] or self._fc_note_payment(
            "link", amount, reference, link=self._fc_make_link(document, amount)
        )

    def _fc_make_link(self, document, amount):
        wizards = self.env["payment.link.wizard"].sudo().with_company(self.company_id)
        wizard = wizards.with_context(active_model=document._name, active_id=document.id).create(
            {"amount": amount}
        )
        return wizard.link

    def _fc_collect_payment_cash(self, amount, reference=""):
        return self._fc_take_money("cash", amount, reference)

    def _fc_collect_payment_cheque(self, amount, reference=""):
        return self._fc_take_money("cheque", amount, reference)

    def _fc_collect_payment_terminal_manual(self, amount, reference=""):
        if not reference:
            raise UserError(self.env._("Type the reference that the terminal printed."))
        return self._fc_take_money("terminal_manual", amount, reference)

    def _fc_take_money(self, method, amount, reference):
        """Into the books when an invoice is posted, else it waits for the office."""
        payment = self._fc_note_payment(method, amount, reference)
        payment._book()
        self._fc_tell_paid(payment)
        return payment

    def _fc_note_payment(self, method, amount, reference, link=False):
        payment = self.env["fusion.repair.payment"].sudo().create(
            {
                "repair_id": self.id,
                "amount": amount,
                "currency_id": self.company_id.currency_id.id,
                "method": method,
                "reference": reference,
                "link": link,
                "collected_by": self.env.uid,
            }
        )  # fmt: skip
        return payment.with_env(self.env)

    def _fc_tell_paid(self, payment):
        """A note on the job; money beyond the total is somebody's to refund."""
        repair = self.sudo()._in_office_words()
        payment = payment.sudo().with_env(repair.env)
        amount = payment.currency_id.format(payment.amount)
        repair.message_post(
            body=repair.env._(
                "Paid: %(amount)s, %(method)s", amount=amount, method=payment.method_label
            )
        )
        total, paid = repair._fc_get_money()
        if payment.currency_id.compare_amounts(paid, total) > 0:
            repair.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=repair.env._("Paid twice: refund %(amount)s",
                                     amount=payment.currency_id.format(paid - total)),
                user_id=repair._fc_get_coordinator().id,
            )  # fmt: skip

    def _email_payment_link(self, payment_url=None):
        """:return: Markup"""
        due = self.sudo().x_fc_amount_due
        rows = [
            (self.env._("Number"), self.name),
            (self.env._("To pay"), due and self._format_money(due)),
            (self.env._("Questions"), self.company_id.phone),
        ]
        return self._email_build(
            self.env._("Please pay for our visit"),
            self.env._("With the button you pay online, in a minute."),
            sections=[(self.env._("Your repair"), rows)],
            button_url=payment_url,
            button_text=self.env._("Pay now"),
        )

    def action_collect_payment(self):
        """:return: action that opens the dialog
        :raise UserError: when nothing is due
        """
        self.ensure_one()
        self.check_access("write")
        if not self.sudo().sale_order_id:
            raise UserError(self.env._("This job has no price yet."))
        if not self.x_fc_amount_due:
            raise UserError(self.env._("Nothing is due."))
        dialog = self.env["fusion.repair.payment.collect"].create({"repair_id": self.id})
        return dialog._open()
