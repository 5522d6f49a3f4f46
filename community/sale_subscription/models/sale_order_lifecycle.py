from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .sale_order import CHURN, PAUSED, PROGRESS, RENEWAL, RENEWED, RUNNING, UPSELL


class SaleOrder(models.Model):
    """Start, pause, close, upsell and renewal."""

    _inherit = "sale.order"

    def _start_subscription(self):
        """After the confirmation: dates that are empty are filled."""
        self.ensure_one()
        parent = self.subscription_id if self.subscription_state == RENEWAL else self.browse()
        start = self.start_date or parent.next_invoice_date or self._get_today()
        self.write(
            {
                "start_date": start,
                "next_invoice_date": self.next_invoice_date or start,
                "origin_order_id": self.origin_order_id.id or self.id,
            }
        )
        self._set_subscription_state(PROGRESS)
        parent._set_subscription_state(RENEWED)

    def _set_subscription_state(self, state, **values):
        """The one place that moves the state of a confirmed subscription."""
        if self:
            self.write({"subscription_state": state, **values})

    def _check_state_in(self, states, message):
        if any(order.subscription_state not in states for order in self):
            raise UserError(message)

    def pause_subscription(self):
        """Skip periods until it is resumed.

        :raise UserError: not in progress
        """
        self._check_state_in(
            (PROGRESS,), self.env._("Only a subscription in progress can be paused.")
        )
        self._set_subscription_state(PAUSED)
        return True

    def resume_subscription(self):
        """Go on; periods that began during the pause are not invoiced.

        :raise UserError: not paused
        """
        self._check_state_in((PAUSED,), self.env._("This subscription is not paused."))
        self._continue()
        return True

    def reopen_order(self):
        """Take back a closing; periods that began since are not invoiced.

        :raise UserError: not closed
        """
        self._check_state_in((CHURN,), self.env._("This subscription is not closed."))
        self._check_is_confirmed()
        self._continue(end_date=False, close_reason_id=False)
        return True

    def _check_is_confirmed(self):
        if any(order.state != "sale" for order in self):
            raise UserError(self.env._("Confirm the order first."))

    def _continue(self, **values):
        for order in self:
            upcoming = order.next_invoice_date or order.start_date
            yesterday = fields.Date.subtract(order._get_today(), days=1)
            if upcoming <= yesterday:
                upcoming = order._get_next_bound(yesterday)
            order._set_subscription_state(PROGRESS, next_invoice_date=upcoming, **values)

    def set_close(self, close_reason_id=None):
        """End today; it is never invoiced again. Closing twice changes nothing.

        :param close_reason_id: id of a ``sale.order.close.reason``
        :raise UserError: neither in progress nor paused
        """
        closing = self.filtered(lambda order: order.subscription_state != CHURN)
        closing._check_state_in(
            RUNNING, self.env._("Only a subscription in progress or paused can be closed.")
        )
        for order in closing:
            end = min(filter(None, (order.end_date, order._get_today())))
            order._set_subscription_state(
                CHURN,
                end_date=max(end, order.start_date),
                close_reason_id=close_reason_id or order.close_reason_id.id,
            )
        return True

    def action_close(self):
        """:return: the dialog that asks for the reason"""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sale_subscription.sale_order_close_action"
        )
        return {**action, "context": {"default_order_id": self.id}}

    @api.model
    def _cron_subscription_expiration(self):
        """Close what has reached its end and what stayed unpaid for too long.

        :return: number of subscriptions closed
        """
        domain = [("is_subscription", "=", True), ("subscription_state", "in", RUNNING)]
        latest = fields.Date.add(fields.Date.today(), days=1)
        ended = self.search([*domain, ("end_date", "<=", latest)])
        ended = ended.filtered(lambda order: order.end_date <= order._get_today())
        unpaid = self._find_long_unpaid() - ended
        reason = self.env.ref("sale_subscription.close_reason_payment", raise_if_not_found=False)
        self._run_one_by_one(ended, len(unpaid), lambda order: order.set_close())
        self._run_one_by_one(unpaid, 0, lambda order: order.set_close(reason and reason.id))
        return len(ended) + len(unpaid)

    @api.model
    def _find_long_unpaid(self):
        """:return: running subscriptions with an invoice unpaid beyond the plan's limit"""
        lines = self.env["account.move.line"].search(
            [
                ("subscription_id.subscription_state", "in", RUNNING),
                ("subscription_id.plan_id.auto_close_limit", ">", 0),
                ("move_id.state", "=", "posted"),
                ("move_id.move_type", "=", "out_invoice"),
                ("move_id.payment_state", "in", ("not_paid", "partial")),
                ("move_id.invoice_date_due", "<", fields.Date.today()),
            ]
        )
        return lines.filtered(
            lambda line: (
                fields.Date.add(
                    line.move_id.invoice_date_due,
                    days=line.subscription_id.plan_id.auto_close_limit,
                )
                < line.subscription_id._get_today()
            )
        ).subscription_id

    def prepare_renewal_order(self):
        """:return: action on a new quotation that continues this subscription

        :raise UserError: not in progress, or a renewal is already waiting
        """
        self.ensure_one()
        self._check_state_in(
            (PROGRESS,), self.env._("Only a subscription in progress can be renewed.")
        )
        waiting = self.subscription_child_ids.filtered(
            lambda child: child.subscription_state == RENEWAL and child.state in ("draft", "sent")
        )
        renewal = waiting[:1] or self._create_child(RENEWAL, self._get_recurring_lines())
        return renewal._get_form_action()

    def prepare_upsell_order(self):
        """:return: action on a new quotation whose prices are for the rest of the period

        :raise UserError: the period that runs is not invoiced yet
        """
        self.ensure_one()
        self._check_state_in(
            (PROGRESS,), self.env._("Only a subscription in progress can be extended.")
        )
        lines = self._get_recurring_lines()
        ends = [line.last_invoiced_date for line in lines if line.last_invoiced_date]
        if not ends or max(ends) <= self._get_today():
            raise UserError(
                self.env._("Invoice the current period first: an upsell is for the rest of it.")
            )
        upsell = self._create_child(UPSELL, lines, start_date=self._get_today())
        upsell.order_line.write({"product_uom_qty": 0})
        return upsell._get_form_action()

    def _create_child(self, state, lines, **values):
        child = self.copy(
            {
                "order_line": [Command.clear()],
                "subscription_state": state,
                "subscription_id": self.id,
                "origin_order_id": self.origin_order_id.id or self.id,
                "payment_token_id": self.payment_token_id.id,
                **values,
            }
        )
        for line in lines:
            copied = {"order_id": child.id}
            if state == UPSELL:
                copied["price_unit"] = line.price_unit * child._get_upsell_share()
            line.copy(copied)
        return child

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "view_mode": "form",
            "res_id": self.id,
        }

    def _get_upsell_share(self):
        """:return: part of a full period from this upsell's first day to the parent's next bound"""
        parent = self.subscription_id
        if not parent.next_invoice_date or not self.start_date:
            return 1.0
        recurrence = parent.plan_id._get_recurrence()
        begin = parent.start_date
        following = recurrence.next_bound(parent.start_date, begin)
        while following < parent.next_invoice_date:
            begin, following = following, recurrence.next_bound(parent.start_date, following)
        whole = (parent.next_invoice_date - begin).days
        rest = (parent.next_invoice_date - self.start_date).days
        return min(max(rest / whole, 0.0), 1.0) if whole else 1.0

    def _drop_empty_lines(self):
        """What nobody asked for is not part of the upsell."""
        self.order_line.filtered(
            lambda line: not line.display_type and not line.product_uom_qty
        ).unlink()

    def _merge_upsell(self):
        """Add the recurring lines to the subscription; invoice the rest of its period."""
        self.ensure_one()
        parent = self.subscription_id
        for line in self._get_recurring_lines():
            line._merge_into(parent)
        parent.message_post(
            body=self.env._("Extended by %s.", self._get_html_link(title=self.name))
        )
        move = self.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)
        if move:
            move.action_post()
            parent._charge_invoice(move)

    def action_view_subscription_children(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sale.action_orders")
        return {**action, "domain": [("subscription_id", "=", self.id)], "context": {}}
