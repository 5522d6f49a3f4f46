import uuid

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const
from ..services.wire import cents


class FusionBillingPlan(models.Model):
    """The catalogue entry that an app asks for by its code."""

    _name = "fusion.billing.plan"
    _description = "Billing Plan"
    _order = "service_id, code, plan_id"

    service_id = fields.Many2one(
        "fusion.billing.service", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    code = fields.Char("Plan Code", required=True, size=64)
    name = fields.Char(required=True, translate=True)
    uuid = fields.Char(
        required=True, copy=False, readonly=True, default=lambda self: str(uuid.uuid4())
    )
    product_id = fields.Many2one(
        "product.product",
        "Subscription Product",
        domain=[("recurring_invoice", "=", True), ("type", "=", "service")],
        ondelete="restrict",
    )
    plan_id = fields.Many2one(
        "sale.subscription.plan", "Recurrence", required=True, ondelete="restrict"
    )
    amount = fields.Monetary("Flat Price", help="For each period, before tax.")
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    spend_threshold = fields.Monetary(
        "Invoice Usage Early At",
        help="When the usage of a period costs this much before tax, it is invoiced at once; the "
        "period's last invoice takes it off again. 0: only when the period ends.",
    )
    pay_in_advance = fields.Boolean("Flat Price in Advance", default=True)
    trial_days = fields.Integer()
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(service_id, code, plan_id)", "This service has this plan code and recurrence already."
    )
    _check_amounts = models.Constraint(
        "CHECK (amount >= 0 AND trial_days >= 0 AND COALESCE(spend_threshold, 0) >= 0)",
        "Price, threshold and trial days are 0 or more.",
    )

    @api.depends("service_id")
    def _compute_currency_id(self):
        for plan in self:
            plan.currency_id = plan.currency_id or plan.service_id.currency_id

    @api.constrains("product_id")
    def _check_product(self):
        for plan in self:
            product = plan.product_id
            if product and (product.type != "service" or not product.recurring_invoice):
                raise ValidationError(
                    self.env._("%s is no subscription product.", product.display_name)
                )

    def _get_interval(self):
        """:return: ``weekly``, ``monthly``, ``quarterly``, ``semiannual``, ``yearly`` or None"""
        recurrence = self.plan_id
        key = (recurrence.billing_period_unit, recurrence.billing_period_value)
        return const.INTERVALS.get(key)

    def _get_charges(self):
        """:return: the live charges of this plan"""
        return self.env["fusion.billing.charge"].search(
            [
                ("plan_id", "=", self.plan_id.id),
                ("plan_code", "=", self.code),
                ("service_id", "in", (False, self.service_id.id)),
            ]
        )

    def _fc_api_values(self):
        """:return: the API's plan object"""
        return {
            "id": self.uuid,
            "lago_id": self.uuid,
            "code": self.code,
            "name": self.name,
            "interval": self._get_interval(),
            "amount_cents": cents(self.amount, self.currency_id),
            "amount_currency": self.currency_id.name,
            "pay_in_advance": self.pay_in_advance,
            "trial_period": self.trial_days,
            "charges": [charge._fc_api_values() for charge in self._get_charges()],
        }


class FusionBillingService(models.Model):
    _inherit = "fusion.billing.service"

    def _api_get_catalogue(self):
        """:return: plans of this service, add-ons and metrics, each as the API shows it"""
        plans = self.env["fusion.billing.plan"].search([("service_id", "=", self.id)])
        products = self.env["product.template"].search(
            [
                ("x_fc_addon_code", "not in", (False, "")),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            order="x_fc_addon_code",
        )
        metrics = self.env["fusion.billing.metric"].search([("active", "=", True)])
        return {
            "plans": [plan._fc_api_values() for plan in plans],
            "add_ons": [product._fc_api_values(self.currency_id) for product in products],
            "billable_metrics": [metric._fc_api_values() for metric in metrics],
        }
