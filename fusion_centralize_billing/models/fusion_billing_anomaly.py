import logging
from datetime import timedelta
from statistics import median

from psycopg2 import OperationalError

from odoo import api, fields, models

from .sale_order_rating import show_quantity

_logger = logging.getLogger(__name__)

COMPARED_PERIODS = 3
JUMP_FACTOR = 3
SILENT_AFTER = timedelta(days=1)
KEY = ("subscription_id", "metric_id", "period_start", "kind")


class FusionBillingAnomaly(models.Model):
    """Usage that is unlike the last periods, seen while there is time to ask before the invoice.

    It holds nothing up: a person looks, and the period is billed as any other.
    """

    _name = "fusion.billing.anomaly"
    _description = "Unusual Usage"
    _order = "id desc"
    _rec_name = "subscription_id"

    subscription_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", readonly=True
    )
    metric_id = fields.Many2one(
        "fusion.billing.metric", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="subscription_id.partner_id", string="Customer")
    kind = fields.Selection([("jump", "Jump"), ("silent", "Silent")], required=True, readonly=True)
    period_start = fields.Datetime(required=True, readonly=True)
    quantity = fields.Float("So Far", digits=(20, 6), readonly=True)
    usual = fields.Float(
        "Usual",
        digits=(20, 6),
        readonly=True,
        help="The median of the last three periods at the same point.",
    )

    _period_uniq = models.UniqueIndex("(subscription_id, metric_id, period_start, kind)")

    @api.model
    def _cron_find(self, now=None):
        """Compare each running period with the last three at the same point.

        :param now: naive UTC
        :return: the anomalies that are new
        """
        now = now or fields.Datetime.now()
        found = self.browse()
        checks = self._prepare_checks(now)
        windows = {window for check in checks for window in check["windows"]}
        usage = self.env["fusion.billing.usage"]._fc_aggregate(sorted(windows))
        known = self._find_known({check["windows"][0][2] for check in checks})
        for check in checks:
            values = self._judge(check, usage, now)
            if values and tuple(values[name] for name in KEY) not in known:
                found |= self._note(values)
        return found

    def _note(self, values):
        """Keep an anomaly and its activity, both or none: what fails is found again tomorrow."""
        try:
            with self.env.cr.savepoint():
                anomaly = self.create(values)
                anomaly._schedule_activity()
            return anomaly
        except OperationalError:
            raise
        except Exception:  # row boundary: one subscription never hides the others
            order = values["subscription_id"]
            _logger.warning("Unusual usage of order %s was not noted", order, exc_info=True)
            return self.browse()

    def _prepare_checks(self, now):
        """:return: [{order, metric, windows: the running one first}]; a subscription without so
        many periods behind it has nothing to be compared with"""
        orders = self.env["sale.order"]._fc_find_ratable()
        orders = orders.filtered(lambda order: order.subscription_state == "3_progress")
        charges = orders._fc_get_charges()
        checks = []
        for order in orders:
            starts = self._find_starts(order, now)
            if not starts:
                continue
            own = [charge for charge in charges if charge._fc_applies_to(order)]
            for metric in {charge.metric_id for charge in own}:
                windows = [
                    (order.id, metric.id, start, min(start + (now - starts[0][0]), end))
                    for start, end in starts
                ]
                checks.append({"order": order, "metric": metric, "windows": windows})
        return checks

    def _find_starts(self, order, now):
        """:return: bounds of the running period and of those before it, [] for a young order"""
        first = order._fc_get_first_moment()
        bounds = [order._fc_billing_period(now)]
        while len(bounds) <= COMPARED_PERIODS:
            start = bounds[-1][0]
            if start <= first:
                return []
            bounds.append(order._fc_billing_period(start - timedelta(seconds=1)))
        return bounds

    def _judge(self, check, usage, now):
        """:return: values of the anomaly, None where nothing is unusual"""
        metric = check["metric"]
        figures = [
            float(usage.get(window, {}).get(metric.aggregation) or 0) for window in check["windows"]
        ]
        running, past = figures[0], figures[1:]
        usual = median(past)
        start = check["windows"][0][2]
        if usual and running > JUMP_FACTOR * usual:
            kind = "jump"
        elif min(past) > 0 and not running and now - start >= SILENT_AFTER:
            kind = "silent"
        else:
            return None
        return {
            "subscription_id": check["order"].id,
            "metric_id": metric.id,
            "kind": kind,
            "period_start": start,
            "quantity": running,
            "usual": usual,
        }

    def _find_known(self, starts):
        """:return: set of (subscription id, metric id, period start, kind)"""
        known = self.search([("period_start", "in", list(starts))])
        return {
            (one.subscription_id.id, one.metric_id.id, one.period_start, one.kind) for one in known
        }

    def _schedule_activity(self):
        order = self.subscription_id
        texts = {
            "jump": self.env._("Usage jumped"),
            "silent": self.env._("No usage arrives"),
        }
        note = self.env._(
            "%(metric)s: %(quantity)s so far in this period; %(usual)s is usual at this point. "
            "Ask the customer before the invoice goes out.",
            metric=self.metric_id.name,
            quantity=show_quantity(self.env, self.quantity),
            usual=show_quantity(self.env, self.usual),
        )
        order.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=texts[self.kind],
            note=note,
            user_id=order.user_id.id or self.env.uid,
        )
