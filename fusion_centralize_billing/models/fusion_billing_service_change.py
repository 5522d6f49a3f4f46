import pytz

from odoo import models

from .. import const
from ..exceptions import BillingApiError, invalid
from ..services.period import MONTHS, local_day
from ..services.pricing import to_decimal
from ..services.wire import Fields

MOMENTS = ("now", "period_end")


class FusionBillingService(models.Model):
    """Changes of a running subscription."""

    _inherit = "fusion.billing.service"

    def _api_update_subscription(self, order, payload):
        """Change name, end or plan; fields that are absent stay.

        :return: the order
        :raise BillingApiError: naming each wrong field, or the subscription has ended
        """
        self.ensure_one()
        reader = Fields(payload, "subscription")
        zone = pytz.timezone(order._fc_get_timezone(self.company_id))
        name = reader.text("name")
        end = reader.moment("ending_at", zone)
        code = reader.text("plan_code", limit=64)
        interval = reader.choice("interval", const.INTERVALS.values())
        moment = reader.choice("change_at", MOMENTS)
        cancels = reader.boolean("cancel_scheduled_change")
        last = local_day(end, zone) if end else None
        if last and order.start_date and last <= order.start_date:
            reader.fail("ending_at", "value_is_out_of_range")
        reader.check()
        if order._fc_get_status() in ("terminated", "canceled"):
            raise BillingApiError(422, "subscription_terminated")
        if reader.has("name"):
            order.client_order_ref = name
        if cancels:
            order._fc_cancel_plan_change()
        if code:
            plan = self._find_plan(code, interval or self._get_kept_interval(order, code))
            self._change_plan(order, plan, moment)
        if reader.has("ending_at") and order.end_date != (last or False):
            order.end_date = last
            order._fc_emit("subscription.updated")
        return order

    def _get_kept_interval(self, order, code):
        """:return: the subscription's own interval where the plan has it, None elsewhere"""
        plans = self.env["fusion.billing.plan"].sudo()
        known = [("service_id", "=", self.id), ("code", "=", code)]
        same = plans.search([*known, ("plan_id", "=", order.plan_id.id)], limit=1)
        return same._get_interval() if same else None

    def _change_plan(self, order, plan, moment=None):
        """Change a subscription's plan; to the one it has changes nothing.

        :param moment: ``now``, ``period_end`` or None: now where the new plan costs more a month
        :return: the order
        :raise BillingApiError: another currency, paused, or another recurrence now
        """
        if order.x_fc_billing_plan_code == plan.code and order.plan_id == plan.plan_id:
            return order
        if plan.currency_id != order.currency_id:
            raise BillingApiError(422, "currency_mismatch")
        if order._fc_get_status() == "paused":
            raise BillingApiError(422, "subscription_paused")
        is_same_grid = plan.plan_id == order.plan_id
        if order._fc_get_status() == "pending":
            order._fc_replace_plan(plan)
            return order
        if moment == "now" and not is_same_grid:
            raise invalid("subscription.change_at")
        dearer = _per_month(plan.amount, plan.plan_id) > _per_month(
            order._fc_get_flat_line().price_unit, order.plan_id
        )
        if moment == "now" or (moment is None and dearer and is_same_grid):
            order._fc_change_plan_now(plan)
        elif not order._fc_is_scheduled(plan):
            order._fc_schedule_plan(plan)
        return order


def _per_month(amount, recurrence):
    """:return: Decimal, what a flat price of each period is a month"""
    months = MONTHS[recurrence.billing_period_unit] * recurrence.billing_period_value
    return to_decimal(amount) * months.denominator / months.numerator
