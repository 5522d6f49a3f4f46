from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

DRAFT, RENEWAL, PROGRESS = "1_draft", "2_renewal", "3_progress"
PAUSED, RENEWED, CHURN, UPSELL = "4_paused", "5_renewed", "6_churn", "7_upsell"
RUNNING = (PROGRESS, PAUSED)


class SaleOrder(models.Model):
    """A subscription is a sales order with a plan; an order without one is untouched."""

    _inherit = "sale.order"

    plan_id = fields.Many2one(
        "sale.subscription.plan",
        "Recurring Plan",
        ondelete="restrict",
        tracking=True,
        index="btree_not_null",
        check_company=True,
    )
    is_subscription = fields.Boolean(
        compute="_compute_is_subscription", store=True, index="btree_not_null"
    )
    subscription_state = fields.Selection(
        [
            (DRAFT, "Quotation"),
            (RENEWAL, "Renewal Quotation"),
            (PROGRESS, "In Progress"),
            (PAUSED, "Paused"),
            (RENEWED, "Renewed"),
            (CHURN, "Closed"),
            (UPSELL, "Upsell"),
        ],
        "Subscription Status",
        compute="_compute_subscription_state",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
    )
    start_date = fields.Date(copy=False, tracking=True, help="Periods are counted from this day.")
    end_date = fields.Date(
        copy=False, tracking=True, help="First day that is no longer part of the subscription."
    )
    next_invoice_date = fields.Date(
        "Next Invoice", copy=False, tracking=True, index="btree_not_null"
    )
    recurring_total = fields.Monetary(
        "Recurring Total",
        compute="_compute_recurring_total",
        store=True,
        help="Untaxed amount of the recurring lines in each period.",
    )
    recurring_monthly = fields.Monetary("MRR", compute="_compute_recurring_total", store=True)
    recurring_yearly = fields.Monetary("ARR", compute="_compute_recurring_total", store=True)
    payment_token_id = fields.Many2one(
        "payment.token",
        "Saved Card",
        copy=False,
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id)]",
        help="Automatic invoices are paid with it.",
    )
    payment_exception = fields.Boolean(
        "In Exception",
        copy=False,
        tracking=True,
        help="A payment failed: automatic invoicing leaves this subscription alone until somebody "
        "clears it.",
    )
    close_reason_id = fields.Many2one("sale.order.close.reason", copy=False, tracking=True)
    subscription_id = fields.Many2one(
        "sale.order", "Parent Subscription", copy=False, index="btree_not_null", check_company=True
    )
    origin_order_id = fields.Many2one(
        "sale.order", "First Contract", copy=False, index="btree_not_null", check_company=True
    )
    subscription_child_ids = fields.One2many("sale.order", "subscription_id")
    subscription_child_count = fields.Integer(compute="_compute_subscription_child_count")
    lacks_plan = fields.Boolean(compute="_compute_lacks_plan")

    @api.depends("plan_id", "subscription_state")
    def _compute_is_subscription(self):
        for order in self:
            order.is_subscription = bool(order.plan_id) and order.subscription_state != UPSELL

    @api.depends("plan_id")
    def _compute_subscription_state(self):
        for order in self:
            state = order.subscription_state
            if order.plan_id:
                order.subscription_state = state or DRAFT
            else:
                order.subscription_state = False

    @api.depends("is_subscription", "plan_id", "order_line.price_subtotal", "order_line.product_id")
    def _compute_recurring_total(self):
        for order in self:
            lines = order._get_recurring_lines() if order.is_subscription else ()
            total = sum(line.price_subtotal for line in lines)
            monthly = total / order.plan_id._get_recurrence().months if lines else 0.0
            order.recurring_total = total
            order.recurring_monthly = order.currency_id.round(monthly) if lines else 0.0
            order.recurring_yearly = order.currency_id.round(monthly * 12) if lines else 0.0

    @api.depends("subscription_child_ids")
    def _compute_subscription_child_count(self):
        counts = dict(
            self._read_group(
                [("subscription_id", "in", self.ids)], ["subscription_id"], ["__count"]
            )
        )
        for order in self:
            order.subscription_child_count = counts.get(order._origin, 0)

    @api.depends("plan_id", "order_line.product_id")
    def _compute_lacks_plan(self):
        for order in self:
            products = order.order_line.product_id
            order.lacks_plan = not order.plan_id and any(products.mapped("recurring_invoice"))

    @api.constrains("payment_token_id", "partner_id")
    def _check_payment_token(self):
        for order in self.filtered("payment_token_id"):
            owner = order.payment_token_id.sudo().partner_id.commercial_partner_id
            if owner != order.partner_id.commercial_partner_id:
                raise ValidationError(self.env._("The saved card belongs to another customer."))

    @api.constrains("start_date", "end_date")
    def _check_dates(self):
        for order in self:
            if order.start_date and order.end_date and order.end_date < order.start_date:
                raise ValidationError(
                    self.env._("%s would end before it starts.", order.display_name)
                )

    def write(self, vals):
        """:raise UserError: another plan on a confirmed order; its periods are already counted"""
        if "plan_id" in vals and not self.env.context.get("subscription_change_plan"):
            changed = self.filtered(
                lambda order: order.state == "sale" and order.plan_id.id != vals["plan_id"]
            )
            if changed:
                raise UserError(
                    self.env._("The plan of a confirmed order cannot be changed: renew it instead.")
                )
        return super().write(vals)

    def action_confirm(self):
        """Start subscriptions, continue renewals, merge upsells.

        :raise UserError: an order with a plan but without a recurring product
        """
        planned = self.filtered("plan_id")
        for order in planned:
            if not order._get_recurring_lines():
                raise UserError(
                    self.env._(
                        "%(order)s has the plan %(plan)s but no subscription product. Add one, or "
                        "remove the plan.",
                        order=order.display_name,
                        plan=order.plan_id.name,
                    )
                )
        upsells = planned.filtered(lambda order: order.subscription_state == UPSELL)
        upsells._drop_empty_lines()
        result = super().action_confirm()
        for order in planned - upsells:
            order._start_subscription()
        for order in upsells:
            order._merge_upsell()
        return result

    def _action_cancel(self):
        """:raise UserError: a running subscription that was invoiced; it is closed instead"""
        running = self.filtered(lambda order: order.subscription_state in RUNNING)
        for order in running:
            if order._get_subscription_moves().filtered(lambda move: move.state == "posted"):
                raise UserError(
                    self.env._("%s has posted invoices: close it instead.", order.display_name)
                )
        result = super()._action_cancel()
        for order in running:
            order._set_subscription_state(CHURN)
        return result

    def action_draft(self):
        result = super().action_draft()
        drafts = self.filtered(lambda order: order.is_subscription and order.state == "draft")
        drafts.write({"subscription_state": DRAFT, "end_date": False, "close_reason_id": False})
        return result

    def _get_recurring_lines(self):
        """:return: the lines that are invoiced every period"""
        return self.order_line.filtered(
            lambda line: line.product_id.recurring_invoice and not line.display_type
        )

    def _get_subscription_moves(self):
        """:return: sudoed invoices and credit notes of these orders"""
        lines = self.env["account.move.line"].sudo().search([("subscription_id", "in", self.ids)])
        return lines.move_id

    def _get_today(self):
        """:return: today's date where the company is"""
        self.ensure_one()
        timezone = self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=timezone))

    def _get_next_bound(self, date):
        """:return: first day of the period after ``date``"""
        return self.plan_id._get_recurrence().next_bound(self.start_date, date)
