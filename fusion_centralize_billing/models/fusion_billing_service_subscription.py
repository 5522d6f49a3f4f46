from datetime import timedelta

import pytz

from odoo import fields, models
from odoo.fields import Command

from .. import const
from ..exceptions import BillingApiError, invalid
from ..services import pricing
from ..services.period import local_day
from ..services.wire import Fields, cents, show_date, show_moment, show_number


class FusionBillingService(models.Model):
    """Subscriptions of an app's customers."""

    _inherit = "fusion.billing.service"

    def _api_find_subscription(self, external_id, status=None):
        """:param status: only one of this status
        :return: sudoed order of this service: the running one, else the newest, else empty"""
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("x_fc_billing_service_id", "=", self.id),
                    ("x_fc_billing_external_id", "=", external_id),
                ],
                order="id desc",
            )
        )
        if status:
            return orders.filtered(lambda order: order._fc_get_status() == status)[:1]
        running = orders.filtered(lambda order: order._fc_get_status() in ("active", "paused"))
        return running[:1] or orders[:1]

    def _get_subscription(self, external_id, status=None):
        """:raise BillingApiError: 404, also for another service's subscription"""
        order = self._api_find_subscription(external_id, status)
        if not order:
            raise BillingApiError(404, "subscription_not_found")
        return order

    def _api_create_subscription(self, payload):
        """Start a subscription; the same one again changes nothing.

        :return: sudoed sale.order, confirmed (a start ahead: pending until then)
        :raise BillingApiError: naming each wrong field
        """
        self.ensure_one()
        reader = Fields(payload, "subscription")
        zone = pytz.timezone(self.env["sale.order"]._fc_get_timezone(self.company_id))
        values = {
            "customer": reader.external_id("external_customer_id"),
            "external_id": reader.external_id("external_id"),
            "plan_code": reader.text("plan_code", required=True, limit=64),
            "interval": reader.choice("interval", const.INTERVALS.values()),
            "name": reader.text("name"),
            "start": reader.moment("subscription_at", zone),
            "end": reader.moment("ending_at", zone),
            "deployment_id": reader.text("deployment_id"),
            "payment_method": reader.choice("payment_method", ("saved",)),
            "backdate": reader.boolean("backdate_invoices"),
        }
        self._check_start(reader, values["start"])
        reader.check()
        link = self._require(
            self._find_account(values["customer"]), "subscription.external_customer_id"
        )
        plan = self._find_plan(values["plan_code"], values["interval"])
        existing = self._api_find_subscription(values["external_id"])
        if existing and existing._fc_get_status() in ("active", "paused", "pending"):
            return self._take_up_subscription(existing, link, plan)
        if plan.currency_id != (link.currency_id or self.currency_id):
            raise BillingApiError(422, "currency_mismatch")
        return self._open_subscription(link, plan, values, zone)

    def _check_start(self, reader, start):
        limit = timedelta(days=const.MAX_BACK_DAYS)
        if start and abs(start - fields.Datetime.now()) > limit:
            reader.fail("subscription_at", "value_is_out_of_range")

    def _take_up_subscription(self, order, link, plan):
        """The same plan again changes nothing, another one is a change of the plan.

        :raise BillingApiError: the running subscription is another customer's
        """
        if order.partner_id != link.partner_id:
            raise invalid("subscription.external_id", "value_already_exist")
        if order.x_fc_billing_plan_code == plan.code and order.plan_id == plan.plan_id:
            return order
        return self._change_plan(order, plan)

    def _find_plan(self, code, interval=None):
        """:return: the catalogue plan of this code and interval
        :raise BillingApiError: none, several, or one that cannot be sold"""
        plans = (
            self.env["fusion.billing.plan"]
            .sudo()
            .search([("service_id", "=", self.id), ("code", "=", code)])
        )
        if not plans:
            raise BillingApiError(422, "plan_not_found", {"subscription.plan_code": ["not_found"]})
        if interval:
            plans = plans.filtered(lambda plan: plan._get_interval() == interval)
        if len(plans) != 1:
            word = "value_is_invalid" if interval else "value_is_mandatory"
            raise invalid("subscription.interval", word)
        if not plans.product_id:
            raise BillingApiError(422, "plan_not_sellable")
        return plans

    def _open_subscription(self, link, plan, values, zone):
        orders = self.env["sale.order"].sudo().with_company(self.company_id)
        orders.flush_model(["state", "subscription_state"])  # the index reads them
        now = fields.Datetime.now()
        moment = values["start"] or now
        order = orders.create(self._prepare_order_values(link, plan, values, moment, zone))
        order.order_line.price_unit = plan.amount
        if values["payment_method"]:
            tokens = order.env["payment.token"].search(
                [("partner_id", "child_of", link.partner_id.commercial_partner_id.id)],
                order="id desc",
            )
            order.payment_token_id = tokens[:1]
        order._portal_ensure_token()  # a link to it, later, changes nothing
        if moment > now:
            return order  # pending: confirmed by the daily job on its day
        order.action_confirm()
        if not values["backdate"]:
            order._fc_skip_past_periods()
        return order

    def _prepare_order_values(self, link, plan, values, moment, zone):
        start = local_day(moment, zone)
        return {
            "partner_id": link.partner_id.id,
            "company_id": self.company_id.id,
            "plan_id": plan.plan_id.id,
            "start_date": start,
            "end_date": values["end"] and local_day(values["end"], zone),
            "client_order_ref": values["name"],
            "x_fc_billing_service_id": self.id,
            "x_fc_billing_external_id": values["external_id"],
            "x_fc_billing_plan_code": plan.code,
            "x_fc_billing_anchor": start,
            "x_fc_nexacloud_deployment_id": values["deployment_id"],
            "order_line": [
                Command.create(
                    {
                        "product_id": plan.product_id.id,
                        "product_uom_qty": 1,
                        "price_unit": plan.amount,
                        **self._prepare_tax_values(),
                    }
                )
            ],
        }

    def _prepare_tax_values(self):
        """:return: the service's own taxes, where it has some"""
        taxes = self.default_tax_ids
        return {"tax_ids": [Command.set(taxes.ids)]} if taxes else {}

    def _api_terminate_subscription(
        self,
        order,
        at="now",
        on_termination_invoice="generate",
        on_termination_credit_note="credit",
    ):
        """End a subscription; ending it twice changes nothing.

        :param at: ``now`` or ``period_end``
        :param on_termination_invoice: ``generate`` bills the usage up to now, ``skip`` does not
        :param on_termination_credit_note: ``credit`` lowers the customer's next invoice by the days
            that were paid ahead, ``refund`` gives them back to the card, ``skip`` keeps them
        :return: the order
        """
        if order._fc_get_status() in ("terminated", "canceled"):
            return order
        if order._fc_get_status() == "pending":
            order.action_cancel()
        elif at == "period_end":
            order.end_date = order.next_invoice_date
            order.x_fc_skips_last_invoice = on_termination_invoice == "skip"
            order._fc_emit("subscription.updated")
        else:
            order._fc_terminate(on_termination_invoice, on_termination_credit_note)
        return order

    def _api_current_usage(self, order, now=None):
        """:return: the API's customer_usage object: the running period so far, before tax"""
        now = now or fields.Datetime.now()
        start, end = order._fc_billing_period(now)
        cuts = order._fc_get_running_cuts(order._fc_get_charges(), now)
        windows = [(order.id, charge.metric_id.id, *cut) for charge, *cut, _share in cuts]
        usage = self.env["fusion.billing.usage"]._fc_aggregate(sorted(set(windows)))
        rows = [
            _charge_usage(charge, usage.get(window), order.currency_id, share)
            for (charge, _start, _end, share), window in zip(cuts, windows, strict=True)
        ]
        total = sum(row["amount_cents"] for row in rows)
        return {
            "from_datetime": show_moment(start),
            "to_datetime": show_moment(end),
            "issuing_date": show_date(order._fc_local_day(end)),
            "currency": order.currency_id.name,
            "amount_cents": total,
            "taxes_amount_cents": 0,
            "total_amount_cents": total,
            "charges_usage": rows,
        }


def _charge_usage(charge, counters, currency, share):
    """:return: one charge of the customer_usage object"""
    metric = charge.metric_id
    counters = counters or {}
    quantity = metric._round_quantity(counters.get(metric.aggregation) or "0")
    terms = charge._get_terms(share)
    units, precise = pricing.bill(quantity, terms)
    quota = float(terms.quota)
    amount = pricing.round_to(precise, pricing.to_decimal(currency.rounding))
    return {
        "units": show_number(units),
        "total_aggregated_units": show_number(quantity),
        "included_quota": show_number(quota),
        "quota_used_percent": round(float(quantity) / quota * 100, 2) if quota else None,
        "events_count": counters.get("rows", 0),
        "amount_cents": cents(amount, currency),
        "precise_amount": f"{precise:.6f}",
        "amount_currency": currency.name,
        "charge": {"charge_model": charge.charge_model, "lago_id": charge.uuid},
        "billable_metric": {"code": metric.code, "name": metric.name},
    }
