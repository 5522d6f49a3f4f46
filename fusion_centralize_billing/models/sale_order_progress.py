from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.fusion_base.tools.batch import run_batch

from .sale_order_rating import LinePlan

EARLY, TAKEN_OFF = "progress", "credit"


class SaleOrder(models.Model):
    """Usage that costs a lot is invoiced before its period ends. The period's last invoice bills
    the whole of it and takes this off again, so that the sum is that of a single invoice."""

    _inherit = "sale.order"

    @api.model
    def _fc_invoice_spend(self, now=None):
        """Invoice the running period's usage where it costs its plan's threshold, once in a period.

        :param now: naive UTC
        """
        now = now or fields.Datetime.now()
        due = self._fc_find_ratable()._fc_plan_spend(now)
        run_batch(
            self.browse(order.id for order in due),
            lambda order: order._fc_bill_spend(now),
            on_failure=lambda order, error: order._fc_note_failure(
                order._fc_get_spend_failure_summary(), error
            ),
        )

    def _fc_plan_spend(self, now):
        """:return: {order: [LinePlan]} of those whose usage is to be invoiced early"""
        thresholds = self._fc_find_spenders(now)
        running = self.browse(order.id for order in thresholds)._fc_plan_running(now)
        return {
            order: plans
            for order, plans in running.items()
            if sum(plan.total for plan in plans) >= thresholds[order]
        }

    def _fc_find_spenders(self, now):
        """Those with a coupon wait for their period's end: its reduction is counted on whole
        periods.

        :return: {live subscription of a plan with a threshold, not invoiced early: threshold}
        """
        catalogue = self.env["fusion.billing.plan"].search([("spend_threshold", ">", 0)])
        if not catalogue:
            return {}
        thresholds = {
            (plan.service_id, plan.code, plan.plan_id): plan.spend_threshold for plan in catalogue
        }
        early = self.env["sale.order.line"].search(
            [
                ("order_id", "in", self.ids),
                ("x_fc_usage_kind", "=", EARLY),
                ("x_fc_usage_period_end", ">", now),
            ]
        )
        orders = self.filtered_domain(self._fc_get_ratable_domain()) - early.order_id
        orders = orders.filtered(
            lambda order: (
                order.subscription_state == "3_progress"
                and not order.payment_exception
                and "running" not in order.x_fc_coupon_use_ids.mapped("state")
            )
        )
        found = {}
        for order in orders:
            key = (order.x_fc_billing_service_id, order.x_fc_billing_plan_code, order.plan_id)
            if key in thresholds:
                found[order] = thresholds[key]
        return found

    def _fc_plan_running(self, now):
        """:return: {order: [LinePlan]} of what its running period has cost so far"""
        charges = self._fc_get_charges() if self else self.env["fusion.billing.charge"]
        cuts = [
            (order, charge, *cut)
            for order in self
            for charge, *cut in order._fc_get_running_cuts(charges, now)
        ]
        windows = {
            (order, charge, start): (order.id, charge.metric_id.id, start, end)
            for order, charge, start, end, _share in cuts
        }
        usage = self.env["fusion.billing.usage"]._fc_aggregate(sorted(set(windows.values())))
        none = self.env["sale.order.line"]
        plans = {}
        for order, charge, start, end, share in cuts:
            counters = usage.get(windows[order, charge, start])
            if counters:
                plan = LinePlan(charge, start, end, counters, none, order, share)
                plans.setdefault(order, []).append(plan)
        return plans

    def _fc_bill_spend(self, now):
        """Invoice the running period's usage alone, posted; a saved card is charged by the dunning
        job. What it costs is looked up again: since it was found, another run may have billed it,
        or the subscription ended."""
        self.ensure_one()
        plans = self._fc_plan_spend(now).get(self)
        if not plans:
            return
        lines = self.env["sale.order.line"].create(
            [plan.prepare(self, EARLY) for plan in plans if plan.total]
        )
        values = self._prepare_invoice()
        values["invoice_line_ids"] = [
            Command.create(line._prepare_invoice_line(sequence=number))
            for number, line in enumerate(lines, 1)
        ]
        moves = self.env["account.move"].sudo().with_context(default_move_type="out_invoice")
        move = moves.create(values).with_env(self.env)
        move.action_post()

    def _fc_get_spend_failure_summary(self):
        return self.env._("Usage could not be invoiced early")

    def _fc_take_spend_off(self, now):
        """Once a period is closed, a line for each one that was invoiced early takes it off.

        :return: the sale.order.line that are new
        """
        lines = self.env["sale.order.line"].search(
            [("order_id", "in", self.ids), ("x_fc_usage_kind", "in", (EARLY, TAKEN_OFF))]
        )
        off = lines.filtered(lambda line: line.x_fc_usage_kind == TAKEN_OFF)
        known = {(line.x_fc_charge_id, line.x_fc_usage_period_start) for line in off}
        closed = (lines - off).filtered(
            lambda line: (
                (line.x_fc_usage_period_end <= now or line.order_id.x_fc_terminated_at)
                and (line.x_fc_charge_id, line.x_fc_usage_period_start) not in known
            )
        )
        return lines.with_context(tracking_disable=True).create(
            [line._fc_prepare_taking_off() for line in closed]
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _fc_prepare_taking_off(self):
        """:return: values of the line that takes this one off again"""
        order = self.order_id.with_context(lang=self.order_id.partner_id.lang or self.env.lang)
        number = self.invoice_lines.move_id[:1].name or ""
        return {
            "order_id": self.order_id.id,
            "product_id": self.product_id.id,
            "product_uom_qty": 1,
            "name": order.env._(
                "Already invoiced (%(invoice)s): %(line)s", invoice=number, line=self.name
            ),
            "price_unit": -self.price_unit,
            "tax_ids": [Command.set(self.tax_ids.ids)],
            "x_fc_charge_id": self.x_fc_charge_id.id,
            "x_fc_usage_period_start": self.x_fc_usage_period_start,
            "x_fc_usage_period_end": self.x_fc_usage_period_end,
            "x_fc_usage_kind": TAKEN_OFF,
        }
