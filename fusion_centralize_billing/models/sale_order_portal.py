from datetime import timedelta

import pytz

from odoo import fields, models
from odoo.tools import SQL, format_date

from ..services import chart
from .sale_order_rating import LinePlan, show_quantity

SHOWN_PERIODS = 13
SHOWN_STATES = ("3_progress", "4_paused", "5_renewed", "6_churn")


class SaleOrder(models.Model):
    """The usage page of a customer."""

    _inherit = "sale.order"

    def _fc_has_usage_page(self):
        """:return: whether the customer may see what was metered"""
        return bool(
            self.is_subscription
            and self.x_fc_billing_service_id
            and not self.x_fc_shadow
            and self.subscription_state in SHOWN_STATES
            and self._fc_get_periods()
        )

    def _get_portal_subscription_links(self):
        links = super()._get_portal_subscription_links()
        if self.sudo()._fc_has_usage_page():
            url = f"/my/subscriptions/{self.id}/usage"
            links.append({"title": self.env._("Usage"), "url": url})
        return links

    def _fc_prepare_usage_page(self, day=None):
        """:param day: text of a date inside the period to show; anything else: the running one
        :return: values of the page"""
        self.ensure_one()
        start, end = self._fc_get_shown_period(day)
        now = fields.Datetime.now()
        meters = self._fc_get_meters(start, end)
        return {
            "subscription": self,
            "period": self._fc_describe_period(start, end),
            "is_running": start <= now < end and self.subscription_state == "3_progress",
            "meters": meters,
            "amount": sum(meter["amount"] for meter in meters),
            "past": self._fc_get_shown_periods(),
            "lines": self._fc_get_billed_lines(),
            "chart": {"width": chart.WIDTH, "height": chart.HEIGHT},
            "credit": self.env["fusion.billing.wallet"]._find(self).balance,
        }

    def _fc_get_shown_period(self, day=None):
        """:return: naive UTC (start, end) of the period that holds a date, else the running one"""
        zone = pytz.timezone(self._fc_get_timezone(self.company_id))
        now = min(fields.Datetime.now(), self.x_fc_terminated_at or fields.Datetime.now())
        try:
            asked = fields.Date.to_date(day or "")
        except ValueError:
            asked = None
        if not asked or not self._fc_get_first_moment() <= self._fc_noon(asked, zone) <= now:
            return self._fc_billing_period(now)
        return self._fc_billing_period(self._fc_noon(asked, zone))

    def _fc_noon(self, day, zone):
        local = zone.localize(fields.Datetime.to_datetime(day) + timedelta(hours=12))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _fc_get_shown_periods(self):
        """:return: the newest periods, newest first"""
        start, end = self._fc_get_shown_period()
        found = []
        while len(found) < SHOWN_PERIODS and end > self._fc_get_first_moment():
            found.append(self._fc_describe_period(start, end))
            start, end = self._fc_billing_period(start - timedelta(seconds=1))
        return found

    def _fc_describe_period(self, start, end):
        first = self._fc_local_day(start)
        last = self._fc_local_day(end - timedelta(seconds=1))
        text = f"{format_date(self.env, first)} – {format_date(self.env, last)}"
        return {"key": str(first), "start": start, "end": end, "text": text}

    def _fc_get_meters(self, start, end):
        """:return: one dict for each charge of a period, with its quota and its days"""
        cuts = [
            (charge, *cut)
            for stretch in self._fc_get_stretches()
            if (cut := stretch.cut(start, end))
            for charge in stretch.get_charges(self._fc_get_charges(), self)
        ]
        windows = [(self.id, charge.metric_id.id, *cut) for charge, *cut, _share in cuts]
        usage = self.env["fusion.billing.usage"]._fc_aggregate(sorted(set(windows)))
        none = self.env["sale.order.line"]
        return [
            self._fc_describe_meter(
                LinePlan(charge, begin, stop, usage.get(window), none, self, share)
            )
            for (charge, begin, stop, share), window in zip(cuts, windows, strict=True)
        ]

    def _fc_describe_meter(self, plan):
        charge, quota = plan.charge, float(plan.quota)
        percent = round(float(plan.quantity) / quota * 100, 1) if quota else None
        days = self._fc_get_days(plan)
        return {
            "code": charge.metric_id.code,
            "name": charge.name,
            "unit": charge.metric_id.unit_label or charge.metric_id.name,
            "quantity": float(plan.quantity),
            "quantity_text": show_quantity(self.env, plan.quantity),
            "quota": quota,
            "quota_text": show_quantity(self.env, plan.quota),
            "units_text": show_quantity(self.env, plan.units),
            "percent": percent,
            "percent_text": f"{show_quantity(self.env, percent or 0)} %",
            "width": f"width: {min(percent or 0, 100)}%",
            "amount": float(plan.total),
            "days": days,
            "bars": chart.bars(
                [
                    (f"{format_date(self.env, day)}: {show_quantity(self.env, number)}", number)
                    for day, number in days
                ]
            ),
        }

    def _fc_get_days(self, plan):
        """:return: [(local date, quantity)] of a charge's window up to today, empty days as 0"""
        counted = {
            "sum": SQL("SUM(quantity)"),
            "max": SQL("MAX(quantity)"),
            "last": SQL("(ARRAY_AGG(quantity ORDER BY period_end DESC, id DESC))[1]"),
            "unique_count": SQL("COUNT(DISTINCT unique_value)"),
        }[plan.charge.metric_id.aggregation]
        self.env.cr.execute(
            SQL(
                """SELECT (period_start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date, %s
                     FROM fusion_billing_usage
                    WHERE subscription_id = %s AND metric_id = %s
                      AND period_start >= %s AND period_start < %s
                    GROUP BY 1""",
                self._fc_get_timezone(self.company_id), counted, self.id,
                plan.charge.metric_id.id, plan.start, plan.end,
            )
        )  # fmt: skip
        found = dict(self.env.cr.fetchall())
        if not found:
            return []
        first = self._fc_local_day(plan.start)
        last = min(self._fc_local_day(plan.end - timedelta(seconds=1)), self._fc_get_today())
        count = (max(last, *found) - first).days + 1
        days = [first + timedelta(days=number) for number in range(count)]
        return [(day, float(found.get(day, 0))) for day in days]

    def _fc_get_billed_lines(self):
        """:return: [{"line", "explanation"}]: what invoices bill beside the flat price, newest
        first"""
        lines = self.order_line.filtered(lambda line: line.x_fc_usage_kind and line.invoice_lines)
        newest = lines.sorted("id", reverse=True)[:SHOWN_PERIODS]
        return [{"line": line, "explanation": line._fc_explain_usage()} for line in newest]

    def _fc_get_usage_table(self, day=None):
        """:return: the days of a period as rows of text: day, metric, unit, quantity"""
        start, end = self._fc_get_shown_period(day)
        return [
            (str(date), meter["code"], meter["unit"], f"{number:.6f}")
            for meter in self._fc_get_meters(start, end)
            for date, number in meter["days"]
        ]

    def _fc_get_usage_data(self, day=None):
        """:return: the period as JSON values, for a graph"""
        start, end = self._fc_get_shown_period(day)
        names = ("code", "name", "unit", "quantity", "quota", "percent", "amount")
        return {
            "from": str(self._fc_local_day(start)),
            "to": str(self._fc_local_day(end)),
            "currency": self.currency_id.name,
            "metrics": [
                {
                    **{name: meter[name] for name in names},
                    "days": [{"day": str(date), "quantity": n} for date, n in meter["days"]],
                }
                for meter in self._fc_get_meters(start, end)
            ],
        }
