from itertools import pairwise

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount, format_date

from ..services import pricing, simulation
from ..services.period import Periods, midnight

MAX_MONTHS = 60


class FusionBillingSimulation(models.TransientModel):
    """A clock that runs ahead: what a plan costs in the coming months, beside another one."""

    _name = "fusion.billing.simulation"
    _description = "Plan Simulation"

    plan_id = fields.Many2one("fusion.billing.plan", required=True, ondelete="cascade")
    other_plan_id = fields.Many2one(
        "fusion.billing.plan",
        "Compared With",
        domain="[('service_id', '=', service_id), ('currency_id', '=', currency_id)]",
        ondelete="cascade",
    )
    service_id = fields.Many2one(related="plan_id.service_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date_start = fields.Date(
        "From", required=True, default=lambda self: fields.Date.context_today(self).replace(day=1)
    )
    months = fields.Integer(default=12, required=True)
    subscription_id = fields.Many2one(
        "sale.order",
        "As This Subscription",
        domain="[('x_fc_billing_service_id', '=', service_id), ('is_subscription', '=', True)]",
        ondelete="cascade",
        help="Takes what it reported in the months before, instead of the figures below.",
    )
    usage_ids = fields.One2many(
        "fusion.billing.simulation.usage",
        "simulation_id",
        "Usage",
        compute="_compute_usage_ids",
        store=True,
        readonly=False,
    )
    result_html = fields.Html("Result", compute="_compute_result_html", sanitize=False)

    _check_months = models.Constraint(
        f"CHECK (months BETWEEN 1 AND {MAX_MONTHS})", f"1 to {MAX_MONTHS} months."
    )

    @api.depends("plan_id", "other_plan_id")
    def _compute_usage_ids(self):
        """A line for each metric that one of the plans prices."""
        for wizard in self:
            metrics = self.env["fusion.billing.metric"]
            for plan in wizard.plan_id | wizard.other_plan_id:
                metrics |= plan._get_charges().metric_id
            known = wizard.usage_ids.metric_id
            wizard.usage_ids = [
                fields.Command.create({"metric_id": metric.id}) for metric in metrics - known
            ] + [
                fields.Command.delete(line.id)
                for line in wizard.usage_ids
                if line.metric_id not in metrics
            ]

    @api.constrains("plan_id", "other_plan_id")
    def _check_currency(self):
        for wizard in self:
            if wizard.other_plan_id.currency_id not in (
                wizard.currency_id,
                self.env["res.currency"],
            ):
                raise ValidationError(self.env._("Both plans have one currency."))

    @api.depends(
        "plan_id", "other_plan_id", "date_start", "months", "subscription_id",
        "usage_ids.quantity", "usage_ids.growth", "usage_ids.metric_id",
    )  # fmt: skip
    def _compute_result_html(self):
        for wizard in self:
            is_ready = wizard.plan_id and wizard.date_start and 0 < wizard.months <= MAX_MONTHS
            wizard.result_html = (
                self.env["ir.qweb"]._render(
                    "fusion_centralize_billing.simulation_result", wizard._prepare_result()
                )
                if is_ready
                else False
            )

    def _prepare_result(self):
        """:return: values of the result's table"""
        plans = self.plan_id | self.other_plan_id
        usage = self._get_usage()
        columns = [self._simulate(plan, usage) for plan in plans]
        totals = [sum(flat + used for flat, used in column) for column in columns]
        calendar = Periods(self.date_start, 1, "month", "UTC")

        def money(amount):
            return format_amount(self.env, float(amount), self.currency_id)

        rows = [
            (
                format_date(self.env, calendar.day(month), date_format="MMM yyyy"),
                [(money(flat), money(used), money(flat + used)) for flat, used in parts],
            )
            for month, parts in enumerate(zip(*columns, strict=True))
        ]
        difference = totals[1] - totals[0] if len(totals) == 2 else None
        return {
            "plans": [f"{plan.name} ({plan.plan_id.name})" for plan in plans],
            "rows": rows,
            "totals": [money(total) for total in totals],
            "difference": difference is not None and money(abs(difference)),
            "cheaper": difference and plans[1 if difference < 0 else 0].name,
        }

    def _simulate(self, plan, usage):
        """:return: [(flat, usage)] of each month, Decimals before tax"""
        charges = plan._get_charges().filtered(lambda one: one.currency_id == plan.currency_id)
        offer = simulation.Offer(
            flat=pricing.to_decimal(plan.amount),
            value=plan.plan_id.billing_period_value,
            unit=plan.plan_id.billing_period_unit,
            prices=tuple(
                simulation.Price(
                    charge.metric_id.code,
                    charge.metric_id.aggregation,
                    charge.metric_id.rounding,
                    charge.metric_id.rounding_precision,
                    charge._get_terms(),
                )
                for charge in charges
            ),
            step=pricing.to_decimal(plan.currency_id.rounding),
        )
        return simulation.simulate(offer, self.date_start, self.months, usage)

    def _get_usage(self):
        """:return: {metric code: [Decimal of each month]}"""
        if self.subscription_id:
            return self._get_reported_usage()
        return {
            line.metric_id.code: [line._get_quantity(month) for month in range(self.months)]
            for line in self.usage_ids
        }

    def _get_reported_usage(self):
        """The months before this one, as often as they are needed."""
        order = self.subscription_id
        zone = pytz.timezone(order._fc_get_timezone(order.company_id))
        first = fields.Date.context_today(self).replace(day=1)
        months = Periods(first, 1, "month", "UTC")
        bounds = [midnight(months.day(-back), zone) for back in range(self.months, -1, -1)]
        windows = [
            (order.id, line.metric_id.id, start, end)
            for line in self.usage_ids
            for start, end in pairwise(bounds)
        ]
        found = self.env["fusion.billing.usage"]._fc_aggregate(windows)
        return {
            line.metric_id.code: [
                pricing.to_decimal(
                    found.get((order.id, line.metric_id.id, start, end), {}).get(
                        line.metric_id.aggregation
                    )
                    or 0
                )
                for start, end in pairwise(bounds)
            ]
            for line in self.usage_ids
        }


class FusionBillingSimulationUsage(models.TransientModel):
    _name = "fusion.billing.simulation.usage"
    _description = "Usage of a Plan Simulation"

    simulation_id = fields.Many2one("fusion.billing.simulation", required=True, ondelete="cascade")
    metric_id = fields.Many2one("fusion.billing.metric", required=True, ondelete="cascade")
    quantity = fields.Float("A Month", digits=(20, 6))
    growth = fields.Float("Growth a Month (%)")

    def _get_quantity(self, month):
        """:return: Decimal of a month, counted from 0"""
        factor = (1 + pricing.to_decimal(self.growth) / 100) ** month
        return max(pricing.to_decimal(self.quantity) * factor, pricing.to_decimal(0))
