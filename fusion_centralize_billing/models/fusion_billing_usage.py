from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch


class FusionBillingUsage(models.Model):
    """One counter of an app: a quantity of a metric in a window of time."""

    _name = "fusion.billing.usage"
    _description = "Metered Usage"
    _order = "period_start desc, id desc"
    _rec_name = "idempotency_key"

    subscription_id = fields.Many2one(
        "sale.order", required=True, ondelete="restrict", domain=[("is_subscription", "=", True)]
    )
    metric_id = fields.Many2one("fusion.billing.metric", required=True, ondelete="restrict")
    period_start = fields.Datetime("From", required=True)
    period_end = fields.Datetime("Until", required=True)
    quantity = fields.Float(digits=(20, 6), required=True)
    unique_value = fields.Char()
    source = fields.Char()
    idempotency_key = fields.Char("Key", required=True, size=255)
    company_id = fields.Many2one("res.company", index=True)

    _key_uniq = models.UniqueIndex("(subscription_id, metric_id, idempotency_key)")
    _window_idx = models.Index("(subscription_id, metric_id, period_start) INCLUDE (quantity)")
    _changed_idx = models.Index("USING brin (write_date)")
    _check_window = models.Constraint(
        "CHECK (period_start < period_end AND period_end <= period_start + interval '32 days')",
        "A window ends after its start, at most 32 days later.",
    )

    @api.model
    def _cron_rate_open_periods(self, now=None):
        """Rate what was reported, or whose period closed, since the last run.

        :return: ``{"subscriptions", "lines", "adjustments": numbers, "failed": [order ids]}``
        """
        orders = self.env["sale.order"]
        result = orders._fc_find_ratable()._fc_rate_one_by_one(now)
        run_batch(orders._fc_find_due_plans(), lambda order: order._fc_apply_due_plans())
        run_batch(orders._fc_find_unbilled_ends(), lambda order: order._fc_invoice_rest())
        return result

    @api.model
    def _fc_aggregate(self, windows):
        """The counters of many windows in one query.

        :param windows: list of (subscription id, metric id, start, end), naive UTC, half open
        :return: {window: {"sum", "max", "last", "unique_count": text of a number, "rows": int}};
            windows without a counter are absent
        """
        if not windows:
            return {}
        self.flush_model()
        self.env.cr.execute_values(
            """SELECT w.subscription, w.metric, w.start, w.stop, SUM(u.quantity)::text,
                      MAX(u.quantity)::text,
                      ((ARRAY_AGG(u.quantity ORDER BY u.period_end DESC, u.id DESC))[1])::text,
                      COUNT(DISTINCT u.unique_value)::text, COUNT(*)
                 FROM (VALUES %s) AS w (subscription, metric, start, stop)
                 JOIN fusion_billing_usage u
                   ON u.subscription_id = w.subscription AND u.metric_id = w.metric
                  AND u.period_start >= w.start AND u.period_start < w.stop
                GROUP BY w.subscription, w.metric, w.start, w.stop""",
            windows,
            template="(%s::int, %s::int, %s::timestamp, %s::timestamp)",
            page_size=len(windows),
        )
        names = ("sum", "max", "last", "unique_count", "rows")
        return {
            tuple(row[:4]): dict(zip(names, row[4:], strict=True)) for row in self.env.cr.fetchall()
        }
