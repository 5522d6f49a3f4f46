from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const

FOLD = """
WITH old AS (
    DELETE FROM fusion_billing_usage u
     USING fusion_billing_metric m
     WHERE m.id = u.metric_id AND m.aggregation = 'sum'
       AND u.subscription_id = %(order)s AND u.period_start < %(before)s
       AND u.source IS DISTINCT FROM 'rollup'
    RETURNING u.*, (u.period_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day)
INSERT INTO fusion_billing_usage AS kept
    (subscription_id, metric_id, period_start, period_end, quantity, idempotency_key, source,
     company_id, create_uid, create_date, write_uid, write_date)
SELECT subscription_id, metric_id, MIN(period_start),
       LEAST(MAX(period_end), MIN(period_start) + interval '32 days'), SUM(quantity),
       'rollup:' || day, 'rollup', MIN(company_id), %(uid)s, MIN(create_date), %(uid)s, %(now)s
  FROM old GROUP BY subscription_id, metric_id, day
ON CONFLICT (subscription_id, metric_id, idempotency_key) DO UPDATE
   SET quantity = kept.quantity + EXCLUDED.quantity,
       period_start = LEAST(kept.period_start, EXCLUDED.period_start),
       write_date = EXCLUDED.write_date
"""


class FusionBillingUsage(models.Model):
    """Old counters become one row for each day: the table grows with days, not with pushes."""

    _inherit = "fusion.billing.usage"

    @api.model
    def _cron_housekeeping(self, now=None, limit=500):
        """Fold the counters of long invoiced periods; what a day adds up to stays. Largest, latest
        and unique counts are kept as they are.

        Rows that an app may still send again are left alone: folded, they would count twice.

        :return: number of subscriptions folded
        """
        now = now or fields.Datetime.now()
        after = min(
            now - relativedelta(months=const.ROLLUP_MONTHS),
            now - timedelta(days=const.MAX_BACK_DAYS + const.MAX_WINDOW_DAYS),
        )
        orders = self._find_foldable(after, limit)
        return run_batch(orders, lambda order: self._fold(order, after))

    @api.model
    def _find_foldable(self, before, limit):
        """:return: subscriptions with counters older than that, all of them invoiced"""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT DISTINCT u.subscription_id
                 FROM fusion_billing_usage u
                 JOIN fusion_billing_metric m ON m.id = u.metric_id AND m.aggregation = 'sum'
                 JOIN sale_order o ON o.id = u.subscription_id
                WHERE u.period_start < %(before)s AND u.source IS DISTINCT FROM 'rollup'
                  AND (o.subscription_state = '6_churn' OR o.next_invoice_date > %(before)s)
                LIMIT %(limit)s""",
            {"before": before, "limit": limit},
        )
        return self.env["sale.order"].browse(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _fold(self, order, before):
        """:param before: naive UTC; its whole day stays as it is"""
        order.ensure_one()
        zone = order._fc_get_timezone(order.company_id)
        self.env.cr.execute(
            FOLD,
            {
                "order": order.id,
                "before": order._fc_get_midnight(order._fc_local_day(before)),
                "zone": zone,
                "uid": self.env.uid,
                "now": fields.Datetime.now(),
            },
        )
        self.invalidate_model()
