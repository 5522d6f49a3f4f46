from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class FusionBillingCouponUse(models.Model):
    """A coupon that a subscription was given."""

    _name = "fusion.billing.coupon.use"
    _description = "Given Coupon"
    _order = "id"
    _rec_name = "coupon_id"
    _check_company_auto = True

    coupon_id = fields.Many2one(
        "fusion.billing.coupon", required=True, index=True, ondelete="restrict", check_company=True
    )
    order_id = fields.Many2one(
        "sale.order", "Subscription", required=True, index=True, ondelete="cascade",
        check_company=True,
    )  # fmt: skip
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    line_ids = fields.One2many("account.move.line", "x_fc_coupon_use_id", "Reductions")
    used_count = fields.Integer("Invoices Reduced", compute="_compute_used_count")
    is_stopped = fields.Boolean("Stopped", copy=False)
    state = fields.Selection(
        [("running", "Running"), ("used", "Used Up"), ("stopped", "Stopped")],
        compute="_compute_state",
    )

    _once_uniq = models.Constraint(
        "UNIQUE (coupon_id, order_id)", "This subscription has this coupon already."
    )

    @api.depends("line_ids.parent_state", "line_ids.move_id.x_fc_voided")
    def _compute_used_count(self):
        """An invoice that was cancelled or voided gives its use back."""
        for use in self:
            moves = use.sudo().line_ids.move_id
            use.used_count = len(
                moves.filtered(
                    lambda move: (
                        move.move_type == "out_invoice"
                        and move.state != "cancel"
                        and not move.x_fc_voided
                    )
                )
            )

    @api.depends("used_count", "is_stopped", "coupon_id.frequency", "coupon_id.periods")
    def _compute_state(self):
        for use in self:
            limit = use.coupon_id._get_limit()
            is_used = limit is not None and use.used_count >= limit
            use.state = "stopped" if use.is_stopped else "used" if is_used else "running"

    @api.constrains("coupon_id", "order_id")
    def _check_fits(self):
        for use in self:
            coupon, order = use.coupon_id, use.order_id
            if coupon.currency_id != order.currency_id:
                raise ValidationError(
                    self.env._("The coupon %s is in another currency.", coupon.name)
                )
            today = order._fc_get_local_today(order.company_id)
            if coupon.last_date and coupon.last_date < today:
                raise ValidationError(self.env._("The coupon %s is over.", coupon.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.filtered("used_count"):
            raise UserError(self.env._("It has reduced invoices: stop it instead."))

    def action_stop(self):
        """The next invoices are not reduced any more."""
        self.is_stopped = True
