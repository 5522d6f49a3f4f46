import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from odoo.addons.fusion_base.tools.batch import run_batch

from .. import const
from ..services import pricing

_logger = logging.getLogger(__name__)

RUNNING = ("3_progress", "6_churn")


class SaleOrder(models.Model):
    """Usage of closed periods becomes order lines."""

    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        """An invoice made between two rating runs is complete, whoever makes it."""
        billed_sudo = self.filtered(
            lambda order: order.is_subscription and order.x_fc_billing_service_id
        ).sudo()
        billed_sudo._fc_rate_usage()
        for order_sudo in billed_sudo.filtered("next_invoice_date"):
            order_sudo._fc_apply_due_plans(order_sudo.next_invoice_date)
        moves = super()._create_invoices(grouped=grouped, final=final, date=date)
        for order_sudo in billed_sudo.filtered("x_fc_coupon_use_ids"):
            for move_sudo in moves.sudo().filtered(lambda move: move.move_type == "out_invoice"):
                order_sudo._fc_apply_coupons(move_sudo)
        return moves

    @api.model
    def _fc_get_ratable_domain(self):
        return [
            ("is_subscription", "=", True),
            ("state", "=", "sale"),
            ("x_fc_shadow", "=", False),
            ("x_fc_billing_service_id", "!=", False),
            ("subscription_state", "in", RUNNING),
        ]

    @api.model
    def _fc_find_ratable(self):
        """:return: live subscriptions of a service that have usage, oldest first"""
        used = self.env["fusion.billing.usage"]._search([]).subselect("subscription_id")
        return self.search_fetch([*self._fc_get_ratable_domain(), ("id", "in", used)], order="id")

    def _fc_rate_one_by_one(self, now=None):
        """Rate them by hundreds in a savepoint; a failing one gets an activity and stops no other.

        :return: what ``fusion.billing.usage._cron_rate_open_periods`` returns
        """
        result = {"subscriptions": 0, "lines": 0, "adjustments": 0, "failed": []}

        def note(order, error):
            result["failed"].append(order.id)
            order._fc_note_rating_failure(error)

        changed = self._fc_find_changed(now)
        result["subscriptions"] = len(self)

        def work(orders):
            lines = orders._fc_rate_usage(now)
            kinds = lines.mapped("x_fc_usage_kind")
            result["lines"] += kinds.count("usage")
            result["adjustments"] += kinds.count("adjustment")

        run_batch(changed, work, on_failure=note, together=const.RATED_TOGETHER)
        return result

    def _fc_find_changed(self, now=None):
        """:return: those whose order lines are not what their usage costs, in few queries"""
        charges = self._fc_get_charges()
        changed = self.filtered(lambda order: order._fc_has_currency_mismatch(charges))
        for order, plans in self._fc_plan_lines(now, charges).items():
            if any(plan.is_change for plan in plans):
                changed |= order
        return changed

    def _fc_has_currency_mismatch(self, charges):
        return any(
            charge.currency_id != self.currency_id
            and charge.plan_id == self.plan_id
            and (charge.plan_code or False) == (self.x_fc_billing_plan_code or False)
            and charge.service_id in (self.x_fc_billing_service_id, charge.service_id.browse())
            for charge in charges
        )

    def _fc_note_rating_failure(self, error):
        self._fc_note_failure(self._fc_get_failure_summary(), error)

    def _fc_note_failure(self, summary, error):
        """Ask a person to look, once for each kind of failure."""
        if self.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=str(error),
            user_id=self.user_id.id or self.env.uid,
        )

    def _fc_get_failure_summary(self):
        return self.env._("Usage could not be rated")

    def _fc_get_charges(self):
        """:return: the live charges that may price usage of these orders"""
        return self.env["fusion.billing.charge"].search_fetch(
            [
                ("plan_id", "in", (self.plan_id | self.x_fc_segment_ids.plan_id).ids),
                ("service_id", "in", [False, *self.x_fc_billing_service_id.ids]),
            ]
        )

    def _fc_rate_usage(self, now=None):
        """Put the usage of closed periods on the orders; twice changes nothing.

        :param now: naive UTC
        :return: the sale.order.line that were written
        """
        orders = self.filtered_domain(self._fc_get_ratable_domain())
        charges = orders._fc_get_charges() if orders else self.env["fusion.billing.charge"]
        lines = self.env["sale.order.line"]
        for order in orders:
            if order._fc_has_currency_mismatch(charges):
                order._fc_note_rating_failure(self.env._("A charge has another currency."))
        fresh = []
        for order, plans in orders._fc_plan_lines(now, charges).items():
            for plan in plans:
                lines |= plan.apply(order)
                fresh += plan.prepare_new(order)
        # The order says itself that a line came; its new total, computed here, is no event.
        created = lines.with_context(tracking_disable=True).create(fresh)
        created |= orders._fc_take_spend_off(now or fields.Datetime.now())
        created.order_id.order_line.fetch(["tax_ids"])  # one query, not one for each order
        created.order_id.mapped("amount_total")
        return lines | created

    def _fc_plan_lines(self, now, charges):
        """What the order lines should be, in a fixed number of queries.

        :param charges: the live charges that may price these orders
        :return: {order: [LinePlan]}
        """
        if not charges:
            return {}
        now = now or fields.Datetime.now()
        orders = self.filtered_domain(self._fc_get_ratable_domain())
        late_window = timedelta(days=self._fc_get_late_window())
        shows_zero = self._fc_shows_zero_lines()
        wanted = []
        for order in orders:
            for stretch in order._fc_get_stretches():
                own = stretch.get_charges(charges, order)
                for cut in order._fc_get_closed_cuts(stretch, now) if own else ():
                    wanted += [(order, charge, *cut) for charge in own]
        windows = {(o.id, c.metric_id.id, start, end) for o, c, start, end, _share in wanted}
        usage = self.env["fusion.billing.usage"]._fc_aggregate(sorted(windows))
        existing = orders._fc_get_usage_lines()
        plans = {}
        for order, charge, start, end, share in wanted:
            counters = usage.get((order.id, charge.metric_id.id, start, end))
            lines = existing.get((order.id, charge.id, start), self.env["sale.order.line"])
            if counters or lines:
                plan = LinePlan(charge, start, end, counters, lines, order, share)
                plan.is_late = end < now - late_window
                plan.shows_zero = shows_zero
                plans.setdefault(order, []).append(plan)
        return plans

    def _fc_get_closed_cuts(self, stretch, now):
        """:return: [(start, end, Fraction of the period)]: what of one plan's periods has ended and
        may still hold usage"""
        periods = stretch.periods
        since = now - timedelta(days=const.MAX_BACK_DAYS + const.MAX_WINDOW_DAYS)
        found = periods.closed(since, now)
        ended = self.x_fc_terminated_at
        if ended and ended <= now:  # the period in which it ended is closed at that moment
            found = [(start, end) for start, end in found if end <= ended]
            if periods.at(ended)[0] < ended:
                found.append(periods.at(ended))
        cuts = [stretch.cut(start, end) for start, end in found]
        return [cut for cut in cuts if cut]

    def _fc_get_usage_lines(self):
        """:return: {(order id, charge id, period start): lines of usage and adjustments}"""
        lines = self.env["sale.order.line"].search_fetch(
            [("order_id", "in", self.ids), ("x_fc_usage_kind", "in", ("usage", "adjustment"))]
        )
        return lines.grouped(
            lambda line: (line.order_id.id, line.x_fc_charge_id.id, line.x_fc_usage_period_start)
        )


class LinePlan:
    """The usage of one charge in one period: what it costs, and what stands on the order.

    :param counters: of ``fusion.billing.usage._fc_aggregate``, None without usage
    :param lines: the order's lines for it
    :param share: Fraction of the period on which the charge's plan held
    """

    is_late = False  # too late for a correction to be billed
    shows_zero = False  # a line is wanted even where it costs nothing

    def __init__(self, charge, start, end, counters, lines, order, share):
        self.charge = charge
        self.start, self.end, self.share = start, end, share
        self.invoiced = lines.filtered(lambda line: line._fc_is_invoiced())
        self.open = (lines - self.invoiced)[:1]
        metric = charge.metric_id
        self.aggregate = (counters or {}).get(metric.aggregation) or "0"
        self.quantity = metric._round_quantity(self.aggregate)
        terms = charge._get_terms(share)
        self.quota = terms.quota
        self.units, self.precise = pricing.bill(self.quantity, terms)
        step = Decimal(str(order.currency_id.rounding))
        self.total = pricing.round_to(self.precise, step)

    @property
    def due(self):
        """:return: Decimal that the open line should cost"""
        billed = sum((Decimal(str(line._fc_get_billed())) for line in self.invoiced), 0)
        return self.total - billed

    @property
    def is_wanted(self):
        return bool(self.due) or (self.shows_zero and not self.invoiced)

    @property
    def is_change(self):
        if self.invoiced and self.is_late:
            return False
        if bool(self.open) != self.is_wanted:
            return True
        line = self.open
        stands = (line.price_unit, line.x_fc_usage_quantity)
        return bool(line) and stands != (float(self.due), float(self.quantity))

    def apply(self, order):
        """Bring the line that stands on the order up to date, or take it off.

        :return: the line that was written, empty when nothing changed"""
        line = self.open
        if not line or not self.is_change:
            return line.browse()
        if not self.is_wanted:
            line.unlink()
            return line.browse()
        line.write(self._prepare_values(order, self._get_kind()))
        return line

    def prepare_new(self, order):
        """:return: [values of the line that is missing], [] where none is"""
        if self.open or not self.is_change:
            return []
        return [self.prepare(order, self._get_kind())]

    def prepare(self, order, kind):
        """:return: values of a new line"""
        return {**self._prepare_values(order, kind), "order_id": order.id, "product_uom_qty": 1}

    def _get_kind(self):
        return "adjustment" if self.invoiced else "usage"

    def _prepare_values(self, order, kind):
        return {
            "product_id": self.charge.product_id.id,
            "name": order._fc_describe_usage(self, kind),
            "price_unit": float(self.due),
            "x_fc_charge_id": self.charge.id,
            "x_fc_usage_period_start": self.start,
            "x_fc_usage_period_end": self.end,
            "x_fc_usage_quantity": float(self.quantity),
            "x_fc_usage_kind": kind,
            "x_fc_usage_facts": self._facts(),
        }

    def _facts(self):
        """The figures that the amount depends on, kept beside it for the explanation."""
        charge = self.charge
        return {
            "charge": charge.name,
            "model": charge.charge_model,
            "aggregation": charge.metric_id.aggregation,
            "aggregate": self.aggregate,
            "rounding": charge.metric_id.rounding,
            "decimals": charge.metric_id.rounding_precision,
            "quota": charge.included_quota,
            "share": str(self.share if charge.prorate_quota else 1),
            "price": charge.price_per_unit,
            "batch": charge.unit_batch,
            "least": charge.min_amount,
            "most": charge.max_amount,
            "tiers": [
                [tier.up_to, tier.price_per_unit, tier.flat_amount]
                for tier in charge.tier_ids.sorted("sequence")
            ],
            "billed": str(self.total - self.due),
        }


class SaleOrderTexts(models.Model):
    _inherit = "sale.order"

    def _fc_get_late_window(self):
        """:return: days after a period's end in which corrections are billed"""
        return self.env["ir.config_parameter"]._fc_billing_int(
            "late_window_days", const.DEFAULT_LATE_WINDOW_DAYS
        )

    def _fc_shows_zero_lines(self):
        return self.env["ir.config_parameter"]._fc_billing("show_zero_usage_lines") == "True"

    def _fc_describe_usage(self, plan, kind):
        """:return: the line's text in the customer's language"""
        order = self.with_context(lang=self.partner_id.lang or self.env.lang)
        charge = plan.charge.with_context(lang=order.env.context["lang"])
        env = order.env
        first = self._fc_local_day(plan.start)
        last = self._fc_local_day(plan.end - timedelta(seconds=1))
        text = env._(
            "%(charge)s, %(first)s to %(last)s: %(quantity)s %(unit)s, %(quota)s included, "
            "%(units)s billed",
            charge=charge.name,
            first=format_date(env, first),
            last=format_date(env, last),
            quantity=show_quantity(env, plan.quantity),
            unit=charge.metric_id.unit_label or charge.metric_id.name,
            quota=show_quantity(env, plan.quota),
            units=show_quantity(env, plan.units),
        )
        if kind == "adjustment":
            return env._("Adjustment: %s", text)
        return env._("Usage so far: %s", text) if kind == "progress" else text


def show_quantity(env, number):
    """:return: a quantity in the language's own digits, without useless zeros"""
    value = float(number)
    digits = next((count for count in range(7) if round(value, count) == value), 6)
    return formatLang(env, value, digits=digits)
