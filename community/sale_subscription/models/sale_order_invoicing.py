import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import format_date

from .sale_order import PROGRESS

_logger = logging.getLogger(__name__)

MAX_PERIODS = 12  # invoiced for one order in one run: a longer gap is caught up in several


class SaleOrder(models.Model):
    """Invoices of each period."""

    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        """Invoice the period that has begun with whatever else waits; never a period twice.

        A subscription has invoices of its own: with one among them no orders are merged.
        """
        subscriptions = self.filtered("is_subscription")
        subscriptions._refresh_recurring_lines()
        moves = super()._create_invoices(
            grouped=grouped or bool(subscriptions), final=final, date=date
        )
        if subscriptions:
            moves._advance_subscriptions()
        return moves

    def _refresh_recurring_lines(self):
        """Whether a period has begun depends on today, which no stored field follows."""
        lines = self._get_recurring_lines()
        self.env.add_to_compute(lines._fields["qty_to_invoice"], lines)
        lines.mapped("qty_to_invoice")

    def _is_period_due(self):
        """:return: whether a period has begun that is not invoiced"""
        self.ensure_one()
        is_running = self.subscription_state == PROGRESS and self.next_invoice_date
        return bool(is_running) and self.next_invoice_date <= self._get_today()

    def _get_period(self):
        """:return: (first day, first day of the next) of the period to invoice"""
        return self.next_invoice_date, self._get_next_bound(self.next_invoice_date)

    def _get_period_share(self):
        """:return: part of the recurring price that the period to invoice costs"""
        if self.next_invoice_date != self.start_date:
            return 1.0
        return self.plan_id._get_recurrence().first_share(self.start_date)

    def _get_period_text(self):
        """:return: the period in words, in the language of the environment"""
        start, end = self._get_period()
        last = fields.Date.subtract(end, days=1)
        return self.env._(
            "%(start)s to %(end)s",
            start=format_date(self.env, start),
            end=format_date(self.env, last),
        )

    def action_invoice_in_advance(self):
        """Invoice the next period before it begins."""
        self.ensure_one()
        moves = self._create_recurring_invoice(in_advance=True)
        return self.action_view_invoice(invoices=moves) if moves else True

    def _create_recurring_invoice(self, in_advance=False):
        """Invoice, post and charge one period of each subscription here that is due.

        :param in_advance: the next period even if it has not begun
        :return: the posted invoices; an order without anything to invoice only moves its date
        """
        moves = self.env["account.move"]
        running = self.filtered(
            lambda order: order.subscription_state == PROGRESS and not order.payment_exception
        )
        for order in running:
            if in_advance or order._is_period_due():
                move = order._invoice_period()
                order._charge_invoice(move)
                moves |= move
        return moves

    def _get_invoiceable_lines(self, final=False):
        """A period that is asked for before it begins waits in no line's quantity to invoice."""
        lines = super()._get_invoiceable_lines(final)
        if not self.env.context.get("subscription_whole_period"):
            return lines
        return lines | self._get_recurring_lines().filtered(
            lambda line: line._get_period_quantity()
        )

    def _invoice_period(self):
        """:return: the posted invoice of one period, empty when there was nothing to invoice"""
        self.ensure_one()
        asked = self.with_context(raise_if_nothing_to_invoice=False, subscription_whole_period=True)
        period = self.next_invoice_date
        move = asked._create_invoices(grouped=True, final=True)
        if self.next_invoice_date == period:
            self.next_invoice_date = self._get_next_bound(period)
        if not move:
            self.message_post(body=self.env._("Nothing to invoice for this period."))
            return move
        move = move.with_env(self.env)
        move.action_post()
        self._send_invoice(move)
        return move

    def _send_invoice(self, move):
        """Hand the invoice to Odoo's own sending job; nothing is sent or rendered here."""
        template = self.plan_id.invoice_mail_template_id
        if not template or not move.partner_id.email or move.move_type != "out_invoice":
            return
        move.sending_data = {
            "author_user_id": self.env.user.id,
            "author_partner_id": self.env.user.partner_id.id,
            "sending_methods": ["email"],
            "mail_template_id": template.id,
        }
        self.env.ref("account.ir_cron_account_move_send")._trigger()

    def _get_due_domain(self):
        """:return: domain of what may be due; the exact day depends on each company's zone"""
        latest = fields.Date.add(fields.Date.today(), days=1)
        return [
            ("is_subscription", "=", True),
            ("state", "=", "sale"),
            ("subscription_state", "=", PROGRESS),
            ("payment_exception", "=", False),
            ("next_invoice_date", "<=", latest),
        ]

    @api.model
    def _cron_recurring_create_invoice(self, limit=500):
        """Invoice what is due, oldest first, each order by itself; a failing one gets an activity
        and is tried again the next day.

        :return: number of orders looked at
        """
        orders = self.search(self._get_due_domain(), order="next_invoice_date, id")
        orders = orders.filtered(lambda order: order._is_period_due())
        self._run_one_by_one(orders[:limit], len(orders[limit:]), self._invoice_missed_periods)
        self._charge_waiting_invoices()
        return len(orders[:limit])

    @api.model
    def _run_one_by_one(self, orders, remaining, work):
        """Lock each order, work in a savepoint, commit inside a real cron run.

        :param work: called with the locked order; what it raises becomes an activity
        """
        in_cron = self.env.context.get("ir_cron_progress_id")
        cron = self.env["ir.cron"]
        if in_cron:
            cron._commit_progress(remaining=len(orders) + remaining)
        for order in orders:
            order = order[0].try_lock_for_update()  # [0]: a commit would fetch the whole set again
            if order:
                order._run_in_savepoint(work)
            if in_cron and not cron._commit_progress(1):
                break

    def _run_in_savepoint(self, work):
        try:
            with self.env.cr.savepoint():
                work(self)
        except OperationalError:
            raise
        except Exception as error:  # row boundary: one bad order never stops the rest
            _logger.warning("Subscription %s was not invoiced", self.id, exc_info=True)
            self._note_invoicing_failure(error)

    @api.model
    def _invoice_missed_periods(self, order):
        """The charges are only written down: they are sent once the invoices are committed."""
        for _number in range(MAX_PERIODS):
            if not order._is_period_due():
                break
            order._find_or_create_charge(order._invoice_period())

    def _note_invoicing_failure(self, error):
        """One open activity per order, whatever the number of failing days."""
        summary = self.env._("This subscription could not be invoiced")
        if self.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=str(error),
            user_id=self.user_id.id or self.env.uid,
        )
