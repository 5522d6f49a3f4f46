from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from odoo import api, fields, models
from odoo.fields import Command

from ..services.period import Periods, midnight
from ..services.pricing import part_of, round_to, to_decimal


@dataclass(frozen=True)
class Stretch:
    """Days on which a subscription has one plan: ``first`` to before ``last``, empty = no bound.

    ``plan`` is the recurrence, ``code`` the catalogue's plan code.
    """

    plan: models.Model
    code: str
    first: date | None
    last: date | None
    periods: Periods

    def holds(self, day):
        return (not self.first or self.first <= day) and (not self.last or day < self.last)

    def get_charges(self, charges, order):
        """:return: those that price usage of an order under this plan"""
        return charges.filtered(lambda charge: charge._fc_prices(order, self.plan, self.code))

    def cut(self, start, end):
        """The part of a period on which this plan holds.

        :param start: naive UTC begin of the period
        :param end: naive UTC end of it
        :return: (start, end, part of the period's days as a Fraction); None where there is none
        """
        zone = self.periods.zone
        begin = max(start, midnight(self.first, zone)) if self.first else start
        stop = min(end, midnight(self.last, zone)) if self.last else end
        if begin >= stop:
            return None
        days = self.periods.days(begin, stop)
        return begin, stop, Fraction(days, self.periods.days(start, end))


class SaleOrder(models.Model):
    """Which plan a subscription has when, and the change from one to another."""

    _inherit = "sale.order"

    x_fc_segment_ids = fields.One2many("fusion.billing.segment", "subscription_id", "Plan History")
    x_fc_next_segment_id = fields.Many2one(
        "fusion.billing.segment", "Plan Change to Come", compute="_compute_x_fc_next_segment_id"
    )

    def _compute_x_fc_next_segment_id(self):
        for order in self:
            order.x_fc_next_segment_id = order.sudo()._fc_get_scheduled_change()

    def _fc_get_stretches(self):
        """:return: the plans of this subscription, oldest first; [] without a start or a plan"""
        zone = self._fc_get_timezone(self.company_id)
        segments = self.x_fc_segment_ids
        if segments:
            return [
                Stretch(
                    segment.plan_id,
                    segment.plan_code or "",
                    segment.date_start if number else None,
                    segment.date_end,
                    _periods(segment.anchor, segment.plan_id, zone),
                )
                for number, segment in enumerate(segments)
            ]
        anchor = self.x_fc_billing_anchor or self.start_date
        if not anchor or not self.plan_id:
            return []
        code = self.x_fc_billing_plan_code or ""
        return [Stretch(self.plan_id, code, None, None, _periods(anchor, self.plan_id, zone))]

    def _fc_get_stretch(self, moment):
        """:param moment: naive UTC
        :return: the Stretch that holds it, None without a start or a plan"""
        day = self._fc_local_day(moment)
        return next((one for one in self._fc_get_stretches() if one.holds(day)), None)

    def _fc_get_running_cuts(self, charges, now):
        """:param charges: live charges, of other plans and services, too
        :return: [(charge, start, end, Fraction)]: what prices the usage of the running period"""
        start, end = self._fc_billing_period(now)
        found = []
        for stretch in self._fc_get_stretches():
            cut = stretch.cut(start, end)
            if cut:
                found += [(charge, *cut) for charge in stretch.get_charges(charges, self)]
        return found

    def _fc_get_today(self):
        """:return: today's date in the billing zone"""
        return self._fc_get_local_today(self.company_id)

    def _fc_get_scheduled_change(self):
        """:return: segment that begins later than now and is not in force, or empty"""
        newest = self.x_fc_segment_ids[-1:]
        stands = (self.x_fc_billing_plan_code, self.plan_id)
        waits = newest and (newest.plan_code, newest.plan_id) != stands
        return newest if waits else newest.browse()

    def _fc_is_scheduled(self, plan):
        """:return: whether the change to a catalogue plan waits already"""
        waiting = self._fc_get_scheduled_change()
        return (waiting.plan_code, waiting.plan_id) == (plan.code, plan.plan_id)

    def _fc_get_previous_plan_code(self):
        """:return: plan code before the present one, None where it never changed"""
        segments = self.x_fc_segment_ids - self._fc_get_scheduled_change()
        return segments[-2:-1].plan_code or None

    def _fc_schedule_plan(self, plan):
        """Change to a catalogue plan when the running period, and what is invoiced, has ended."""
        self._fc_cancel_plan_change(tell=False)
        _start, end = self._fc_billing_period()
        day = max(self._fc_local_day(end), self.next_invoice_date)
        self._fc_begin_segment(plan, day)
        self._fc_emit("subscription.updated")

    def _fc_cancel_plan_change(self, tell=True):
        """Take back a change that is not in force yet; nothing happens where there is none."""
        waiting = self._fc_get_scheduled_change()
        if not waiting:
            return
        waiting.unlink()
        self.x_fc_segment_ids[-1:].date_end = False
        if tell:
            self._fc_emit("subscription.updated")

    def action_fc_cancel_plan_change(self):
        """For a billing manager."""
        self.ensure_one()
        self.check_access("write")
        self.sudo()._fc_cancel_plan_change()

    def _fc_change_plan_now(self, plan):
        """Change to a catalogue plan today: today belongs to the new one. What was invoiced for the
        old one is credited by days, the new one charged by days, on the next invoice."""
        self._fc_cancel_plan_change(tell=False)
        self._fc_invoice_due_period()
        share = self._fc_get_unused_share()
        old = self._fc_describe_flat()
        self._fc_begin_segment(plan, self._fc_get_today())
        self._fc_apply_plan(self._fc_get_today())
        self._fc_add_proration(old, -share)
        self._fc_add_proration(self._fc_describe_flat(), share)

    def _fc_describe_flat(self):
        """:return: (text, price of a whole period, taxes) of the flat price"""
        line = self._fc_get_flat_line()
        return line.name, line.price_unit * line.product_uom_qty, line.tax_ids

    def _fc_replace_plan(self, plan):
        """Before the start: another plan, nothing to prorate."""
        self.write({"x_fc_billing_plan_code": plan.code, "plan_id": plan.plan_id.id})
        self._fc_set_flat(plan.product_id, plan.amount)

    def _fc_set_flat(self, product, price):
        """Sell another product every period. A line that was invoiced keeps its product: it stays
        at 0 and a new one takes its place."""
        old = self._fc_get_flat_line()
        values = {"product_id": product.id, "price_unit": price, **self._fc_get_service_taxes()}
        if product == old.product_id:
            old.price_unit = price
            return
        lines = self.env["sale.order.line"].with_context(subscription_change_plan=True)
        line = lines.create(
            {**values, "order_id": self.id, "sequence": old.sequence,
             "product_uom_qty": old.product_uom_qty}
        )  # fmt: skip
        line.price_unit = price
        if self.state == "draft":
            old.unlink()
        else:
            old.product_uom_qty = 0

    def _fc_invoice_due_period(self):
        """A period that has begun costs the price with which it began."""
        before = None
        while self.next_invoice_date != before and self.next_invoice_date <= self._fc_get_today():
            before = self.next_invoice_date
            self._create_recurring_invoice()

    def _fc_get_unused_share(self, day=None):
        """:param day: local date, the first that is not used; default today
        :return: Fraction: how many periods are invoiced and unused; below 0 where the running one
            is not invoiced yet
        """
        day = day or self._fc_get_today()
        periods = self._fc_get_periods()
        running = periods.number_on(day)
        elapsed = (day - periods.day(running)).days
        length = (periods.day(running + 1) - periods.day(running)).days
        return periods.number_on(self.next_invoice_date) - running - Fraction(elapsed, length)

    def _fc_begin_segment(self, plan, day):
        """Write a plan into the history, from a local date on."""
        segments = self.x_fc_segment_ids
        if not segments:
            segments = segments.create(self._fc_prepare_first_segment())
        current = segments[-1]
        is_same_grid = plan.plan_id == current.plan_id
        values = {
            "plan_code": plan.code,
            "plan_id": plan.plan_id.id,
            "product_id": plan.product_id.id,
            "amount": plan.amount,
            "anchor": current.anchor if is_same_grid else day,
        }
        if current.date_start == day:
            current.write(values)
            return
        current.date_end = day
        current.flush_recordset()  # one plan at a time goes on: the index sees it before the next
        segments.create({**values, "subscription_id": self.id, "date_start": day})
        self.invalidate_recordset(["x_fc_segment_ids"])

    def _fc_prepare_first_segment(self):
        line = self._fc_get_flat_line()
        anchor = self.x_fc_billing_anchor or self.start_date
        return {
            "subscription_id": self.id,
            "plan_code": self.x_fc_billing_plan_code,
            "plan_id": self.plan_id.id,
            "product_id": line.product_id.id,
            "amount": line.price_unit,
            "anchor": anchor,
            "date_start": min(anchor, self.start_date or anchor),
        }

    @api.model
    def _fc_find_due_plans(self):
        """:return: running subscriptions with a change whose day has come and is not in force"""
        segments = self.env["fusion.billing.segment"].search(
            [
                ("date_end", "=", False),
                ("date_start", "<=", fields.Date.add(fields.Date.today(), days=1)),
                ("subscription_id.subscription_state", "=", "3_progress"),
            ]
        )
        return segments.subscription_id.filtered("x_fc_next_segment_id")

    def _fc_apply_due_plans(self, day=None):
        """Put changes in force whose day has come. A period that has begun and is not invoiced
        keeps the plan with which it began.

        :param day: local date, default today
        """
        for order in self.filtered("x_fc_segment_ids"):
            due = day or min(order._fc_get_today(), order.next_invoice_date or date.max)
            order._fc_apply_plan(due)

    def _fc_apply_plan(self, day):
        """Make the order what its history says for a day."""
        segment = self.x_fc_segment_ids.filtered(
            lambda one: one.date_start <= day and (not one.date_end or day < one.date_end)
        )
        is_running = self.subscription_state == "3_progress"
        if not is_running or not segment or segment != self.x_fc_segment_ids[-1:]:
            return
        stands = (self.x_fc_billing_plan_code, self.plan_id)
        if stands == (segment.plan_code, segment.plan_id):
            return
        values = {"x_fc_billing_plan_code": segment.plan_code}
        if self.plan_id != segment.plan_id:
            values.update(
                plan_id=segment.plan_id.id, start_date=segment.anchor,
                x_fc_billing_anchor=segment.anchor,
            )  # fmt: skip
        self.with_context(subscription_change_plan=True).write(values)
        self._fc_set_flat(segment.product_id, segment.amount)
        self._fc_emit("subscription.updated")

    def _fc_get_service_taxes(self):
        return self.x_fc_billing_service_id.sudo()._prepare_tax_values()

    def _fc_add_proration(self, flat, share):
        """Add a line for a part of a flat price to the next invoice.

        :param flat: (text, price of a whole period, taxes)
        :param share: Fraction of it, below 0 = a credit
        """
        name, price, taxes = flat
        order = self.with_context(lang=self.partner_id.lang or self.env.lang)
        rounding = to_decimal(self.currency_id.rounding)
        amount = round_to(part_of(to_decimal(price), share), rounding)
        if not amount:
            return
        start, end = self._fc_billing_period()
        credit = order.env._("Unused: %s", name)
        text = credit if amount < 0 else order.env._("Rest of the period: %s", name)
        self.env["sale.order.line"].create(
            {
                "order_id": self.id,
                "product_id": self.env.ref("fusion_centralize_billing.product_proration").id,
                "name": text,
                "product_uom_qty": 1,
                "price_unit": float(amount),
                "tax_ids": [Command.set(taxes.ids)],
                "x_fc_usage_kind": "proration",
                "x_fc_usage_period_start": start,
                "x_fc_usage_period_end": end,
                "x_fc_usage_facts": {
                    "flat": str(to_decimal(price)),
                    "share": str(share),
                    "text": name,
                },
            }
        )


def _periods(anchor, plan, zone):
    return Periods(anchor, plan.billing_period_value, plan.billing_period_unit, zone)
