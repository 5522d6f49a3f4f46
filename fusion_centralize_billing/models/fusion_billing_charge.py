import uuid
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services import pricing
from ..services.wire import show_number

SIX = (16, 6)
WHOLE = Fraction(1)


class FusionBillingCharge(models.Model):
    """What the usage of one metric costs under one plan code and recurrence."""

    _name = "fusion.billing.charge"
    _description = "Usage Charge"
    _order = "service_id, plan_code, metric_id, id"

    name = fields.Char(required=True, translate=True, help="As the invoice shows it.")
    uuid = fields.Char(
        required=True, copy=False, readonly=True, default=lambda self: str(uuid.uuid4())
    )
    service_id = fields.Many2one(
        "fusion.billing.service", ondelete="restrict", index=True, help="Empty: any service."
    )
    plan_code = fields.Char(index=True)
    plan_id = fields.Many2one(
        "sale.subscription.plan",
        "Recurrence",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: not live, no order is charged by it.",
    )
    metric_id = fields.Many2one("fusion.billing.metric", required=True, ondelete="restrict")
    product_id = fields.Many2one(
        "product.product",
        "Usage Product",
        domain=[("recurring_invoice", "=", False), ("type", "=", "service")],
        ondelete="restrict",
    )
    charge_model = fields.Selection(
        [
            ("standard", "Standard: each unit"),
            ("graduated", "Graduated: each tier its own units"),
            ("package", "Package: started batches"),
            ("volume", "Volume: one tier for all units"),
        ],
        required=True,
        default="standard",
    )
    included_quota = fields.Float("Included", digits=SIX, help="Units that cost nothing.")
    price_per_unit = fields.Float("Price of a Batch", digits=SIX)
    unit_batch = fields.Float("Units in a Batch", digits=SIX, required=True, default=1)
    prorate_quota = fields.Boolean(
        "Prorate the Quota", default=True, help="A part of a period includes a part of the quota."
    )
    min_amount = fields.Float("At Least", digits=SIX, help="0 = none; only where units are billed.")
    max_amount = fields.Float("At Most", digits=SIX, help="0 = none.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    tier_ids = fields.One2many("fusion.billing.charge.tier", "charge_id", "Tiers", copy=True)
    active = fields.Boolean(default=True)

    _live_uniq = models.UniqueIndex(
        "(COALESCE(service_id, 0), COALESCE(plan_code, ''), plan_id, metric_id) "
        "WHERE active IS TRUE AND plan_id IS NOT NULL",
        "A live charge for this service, plan, recurrence and metric exists already.",
    )
    _check_figures = models.Constraint(
        "CHECK (included_quota >= 0 AND price_per_unit >= 0 AND unit_batch > 0 "
        "AND min_amount >= 0 AND max_amount >= 0)",
        "Quota, price and limits are 0 or more, a batch has more than 0 units.",
    )

    @api.constrains("plan_id", "product_id")
    def _check_product(self):
        for charge in self.filtered("plan_id"):
            product = charge.product_id
            if not product:
                raise ValidationError(self.env._("A live charge needs a usage product."))
            is_usable = product.type == "service" and product.invoice_policy == "order"
            if not is_usable or product.recurring_invoice:
                raise ValidationError(
                    self.env._(
                        "%s must be a service that is invoiced once, by ordered quantity.",
                        product.display_name,
                    )
                )

    @api.constrains("charge_model", "tier_ids")
    def _check_tiers(self):
        for charge in self.filtered(lambda one: one.charge_model in ("graduated", "volume")):
            bounds = charge.tier_ids.sorted("sequence").mapped("up_to")
            rising = all(low < high for low, high in zip(bounds, bounds[1:-1], strict=False))
            if not bounds or bounds[-1] or not rising or 0.0 in bounds[:-1]:
                raise ValidationError(
                    self.env._("The bounds of tiers rise, and only the last one is 0 (no limit).")
                )

    def _compute_billable(self, quantity):
        """:param quantity: the period's aggregate after the metric's rounding
        :return: (units above the quota, amount at six decimals), floats
        :raise ValueError: NaN or infinite
        """
        self.ensure_one()
        units, amount = pricing.bill(quantity, self._get_terms())
        return float(units), float(amount)

    def _get_terms(self, quota_share=WHOLE):
        """:param quota_share: Fraction of a period that is priced; a charge with ``prorate_quota``
        includes as much of its quota"""
        number = pricing.to_decimal
        quota = number(self.included_quota)
        if self.prorate_quota:
            quota = pricing.prorate(quota, quota_share)
        tiers = tuple(
            pricing.Tier(number(tier.up_to), number(tier.price_per_unit), number(tier.flat_amount))
            for tier in self.tier_ids.sorted("sequence")
        )
        return pricing.Terms(
            model=self.charge_model,
            quota=quota,
            price=number(self.price_per_unit),
            batch=number(self.unit_batch),
            tiers=tiers,
            least=number(self.min_amount),
            most=number(self.max_amount),
        )

    def _fc_applies_to(self, order):
        """A recurrence is shared by many catalogue plans: the code and the service count, too.

        :return: whether this charge prices usage of the order
        """
        return self._fc_prices(order, order.plan_id, order.x_fc_billing_plan_code)

    def _fc_prices(self, order, plan, code):
        """:param plan: recurrence that the order has or had
        :param code: plan code that goes with it
        :return: whether this charge prices usage of the order under that plan"""
        self.ensure_one()
        return bool(
            self.active
            and self.plan_id
            and self.plan_id == plan
            and (self.plan_code or "") == (code or "")
            and (not self.service_id or self.service_id == order.x_fc_billing_service_id)
            and self.currency_id == order.currency_id
        )

    def _fc_api_values(self):
        """:return: the API's charge object"""
        return {
            "id": self.uuid,
            "lago_id": self.uuid,
            "billable_metric_code": self.metric_id.code,
            "invoice_display_name": self.name,
            "charge_model": self.charge_model,
            "unit_label": self.metric_id.unit_label or None,
            "properties": self._get_properties(),
        }

    def _get_properties(self):
        figures = {
            "amount": show_number(self.price_per_unit),
            "free_units": show_number(self.included_quota),
        }
        if self.charge_model == "standard":
            return {**figures, "batch_size": show_number(self.unit_batch)}
        if self.charge_model == "package":
            return {**figures, "package_size": show_number(self.unit_batch)}
        return {f"{self.charge_model}_ranges": self._get_ranges()}

    def _get_ranges(self):
        ranges, floor = [], 0.0
        for tier in self.tier_ids.sorted("sequence"):
            ranges.append(
                {
                    "from_value": show_number(floor),
                    "to_value": show_number(tier.up_to) if tier.up_to else None,
                    "per_unit_amount": show_number(tier.price_per_unit),
                    "flat_amount": show_number(tier.flat_amount),
                }
            )
            floor = tier.up_to
        return ranges
