from odoo import api, fields, models

from ..services.recurrence import Recurrence


class SaleSubscriptionPlan(models.Model):
    """How often a subscription recurs. Days are no billing unit. A used one is archived."""

    _name = "sale.subscription.plan"
    _description = "Recurring Plan"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    billing_period_value = fields.Integer("Every", required=True, default=1)
    billing_period_unit = fields.Selection(
        [("week", "Weeks"), ("month", "Months"), ("year", "Years")],
        "Unit",
        required=True,
        default="month",
    )
    billing_period_display = fields.Char("Period", compute="_compute_billing_period_display")
    billing_first_day = fields.Boolean(
        "Align to Period Start",
        help="Periods begin on the first day of the week, month, quarter or year. The first one is "
        "shorter and its price is prorated by days.",
    )
    auto_close_limit = fields.Integer(
        "Close When Unpaid After",
        default=15,
        help="Days after an invoice's due date; 0 = never.",
    )
    invoice_mail_template_id = fields.Many2one(
        "mail.template",
        "Invoice E-mail",
        domain=[("model", "=", "account.move")],
        help="Sent with each automatic invoice. Empty: no e-mail.",
    )
    user_closable = fields.Boolean(
        "Customers May Close", help="Show a Close button to the customer in the portal."
    )
    related_plan_id = fields.Many2many(
        "sale.subscription.plan",
        "sale_subscription_plan_related_rel",
        "plan_id",
        "related_id",
        "Customers May Switch To",
    )

    _check_value = models.Constraint(
        "CHECK (billing_period_value >= 1)", "A plan recurs every 1 or more periods."
    )
    _check_limit = models.Constraint(
        "CHECK (auto_close_limit >= 0)", "The days before closing are 0 or more."
    )

    @api.depends("billing_period_value", "billing_period_unit")
    @api.depends_context("lang")
    def _compute_billing_period_display(self):
        for plan in self:
            plan.billing_period_display = plan._get_period_label()

    def _get_period_label(self):
        value = self.billing_period_value
        if value == 1:
            return {
                "week": self.env._("Weekly"),
                "month": self.env._("Monthly"),
                "year": self.env._("Yearly"),
            }.get(self.billing_period_unit, "")
        return {
            "week": self.env._("%s weeks", value),
            "month": self.env._("%s months", value),
            "year": self.env._("%s years", value),
        }.get(self.billing_period_unit, "")

    def _get_recurrence(self):
        """:return: Recurrence, the arithmetic of this plan's dates"""
        self.ensure_one()
        return Recurrence(
            self.billing_period_value, self.billing_period_unit, self.billing_first_day
        )
