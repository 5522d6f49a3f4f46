from odoo import models

from .sale_order import CHURN, PROGRESS, RENEWED


class SaleOrder(models.Model):
    """The history of the monthly recurring revenue (``sale.order.log``)."""

    _inherit = "sale.order"

    def write(self, vals):
        result = super().write(vals)
        if "subscription_state" in vals:
            self._log_revenue_change()
        return result

    def _log_revenue_change(self):
        """One row for each order whose revenue is not what its rows add up to."""
        orders = self.filtered(lambda order: order.is_subscription and order.state != "draft")
        if not orders:
            return
        groups = (
            self.env["sale.order.log"]
            .sudo()
            ._read_group([("order_id", "in", orders.ids)], ["order_id"], ["amount_signed:sum"])
        )
        logged = dict(groups)
        rows = []
        for order in orders:
            before = logged.get(order)
            after = order.recurring_monthly if order.subscription_state == PROGRESS else 0.0
            change = order.currency_id.round(after - (before or 0.0))
            if change:
                rows.append(order._prepare_log_values(before, after, change))
        self.env["sale.order.log"].sudo().create(rows)

    def _prepare_log_values(self, before, after, change):
        return {
            "order_id": self.id,
            "currency_id": self.currency_id.id,
            "event_date": self._get_today(),
            "event_type": self._get_event_type(before, change),
            "amount_signed": change,
            "recurring_monthly": after,
        }

    def _get_event_type(self, before, change):
        """:param before: revenue logged so far, None where nothing is"""
        if self.subscription_state == RENEWED or (before is None and self.subscription_id):
            return "3_transfer"
        if self.subscription_state == CHURN:
            return "2_churn"
        if before is None:
            return "0_creation"
        return "1_expansion" if change > 0 else "15_contraction"
