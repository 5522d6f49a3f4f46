from odoo import models

from .sale_order import RUNNING


class AccountMove(models.Model):
    _inherit = "account.move"

    def _advance_subscriptions(self):
        """Move each subscription on to the end of what these new invoices cover."""
        for order, lines in self._get_period_lines().grouped("subscription_id").items():
            end = max(lines.mapped("subscription_period_end"))
            if order.next_invoice_date < end:
                order.next_invoice_date = end

    def _get_period_lines(self):
        return self.line_ids.filtered(
            lambda line: line.subscription_period_end and line._covers_period()
        )

    def _take_subscriptions_back(self):
        """Before these invoices disappear: {order: first day of what they covered}."""
        return {
            order: min(lines.mapped("subscription_period_start"))
            for order, lines in self.sudo()._get_period_lines().grouped("subscription_id").items()
        }

    def _reopen_periods(self, starts):
        """What only a discarded invoice covered is invoiced again; nothing is lost.

        :param starts: what ``_take_subscriptions_back`` returned
        """
        for order, start in starts.items():
            covered = order._get_recurring_lines().mapped("last_invoiced_date")
            latest = max(filter(None, covered), default=order.start_date)
            if order.subscription_state in RUNNING and latest <= start:
                order.next_invoice_date = start

    def button_cancel(self):
        starts = self._take_subscriptions_back()
        result = super().button_cancel()
        self._reopen_periods(starts)
        return result

    def unlink(self):
        starts = self._take_subscriptions_back()
        result = super().unlink()
        self._reopen_periods(starts)
        return result
