from odoo import api, fields, models

from .. import const
from ..services.wire import show_moment, show_number


class FusionBillingThresholdHit(models.Model):
    """A part of a quota that was reached: told once in each period."""

    _name = "fusion.billing.threshold.hit"
    _description = "Usage Threshold Reached"
    _order = "id desc"
    _rec_name = "subscription_id"

    subscription_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", readonly=True
    )
    charge_id = fields.Many2one(
        "fusion.billing.charge", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, index=True)
    period_start = fields.Datetime(required=True, readonly=True)
    threshold = fields.Integer("Percent", required=True, readonly=True)
    quantity = fields.Float(digits=(20, 6), readonly=True)

    _hit_uniq = models.UniqueIndex("(subscription_id, charge_id, period_start, threshold)")


class FusionBillingUsage(models.Model):
    _inherit = "fusion.billing.usage"

    @api.model
    def _cron_check_thresholds(self, now=None):
        """Tell the apps which quotas are close to used up, or are, and invoice early what costs its
        plan's threshold.

        :return: thresholds reached since the last run
        """
        now = now or fields.Datetime.now()
        wanted = self._find_quotas(now)
        usage = self._fc_aggregate(sorted({window for _charge, window, _share in wanted}))
        hits = 0
        for charge, window, share in wanted:
            quantity = charge.metric_id._round_quantity(
                usage.get(window, {}).get(charge.metric_id.aggregation) or "0"
            )
            hits += self._note_thresholds(charge, window, share, float(quantity))
        self.env["sale.order"]._fc_invoice_spend(now)
        return hits

    @api.model
    def _find_quotas(self, now):
        """:return: [(charge with a quota, window of the running period, Fraction of it)]"""
        orders = self.env["sale.order"]._fc_find_ratable()
        orders = orders.filtered(lambda order: order.subscription_state == "3_progress")
        charges = orders._fc_get_charges().filtered("included_quota")
        return [
            (charge, (order.id, charge.metric_id.id, start, end), share)
            for order in orders
            for charge, start, end, share in order._fc_get_running_cuts(charges, now)
            if start <= now < end
        ]

    def _note_thresholds(self, charge, window, share, quantity):
        """:return: number of thresholds that this quantity reaches for the first time"""
        order_id, _metric, start, end = window
        quota = float(charge._get_terms(share).quota)
        parameters = self.env["ir.config_parameter"]
        texts = parameters._fc_billing_list("usage_thresholds", const.DEFAULT_THRESHOLDS)
        reached = [
            int(text) for text in texts if text.isdigit() and quantity >= quota * int(text) / 100
        ]
        hits = self.env["fusion.billing.threshold.hit"].sudo()
        domain = [
            ("subscription_id", "=", order_id),
            ("charge_id", "=", charge.id),
            ("period_start", "=", start),
        ]
        known = set(hits.search(domain).mapped("threshold")) if reached else set()
        fresh = sorted(set(reached) - known)
        order = self.env["sale.order"].browse(order_id)
        for threshold in fresh:
            hits.create(
                {
                    "subscription_id": order_id,
                    "charge_id": charge.id,
                    "period_start": start,
                    "threshold": threshold,
                    "quantity": quantity,
                }
            )
            order._fc_emit(
                "usage.threshold_reached",
                {
                    "metric_code": charge.metric_id.code,
                    "threshold": threshold,
                    "quantity": show_number(quantity),
                    "included_quota": show_number(quota),
                    "period_start": show_moment(start),
                    "period_end": show_moment(end),
                },
            )
        if fresh:
            order._fc_mail_threshold(max(fresh))
        return len(fresh)
