import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const
from ..services.pricing import round_quantity


class FusionBillingMetric(models.Model):
    """What is counted, and how the counters of a period become one quantity."""

    _name = "fusion.billing.metric"
    _description = "Billable Metric"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    aggregation = fields.Selection(
        [
            ("sum", "Sum of the counters"),
            ("max", "Largest counter"),
            ("last", "Latest counter"),
            ("unique_count", "Number of different values"),
        ],
        required=True,
        default="sum",
    )
    unit_label = fields.Char("Unit", translate=True, help="As invoices show it, e.g. calls.")
    field_name = fields.Char(
        "Event Property", help="The property of a single event that holds its quantity."
    )
    rounding = fields.Selection(
        [("none", "As counted"), ("ceil", "Up"), ("floor", "Down"), ("round", "To the nearest")],
        required=True,
        default="none",
    )
    rounding_precision = fields.Integer("Decimals", default=0)
    allow_negative = fields.Boolean("Counters May Be Negative")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "Another metric has this code.")
    _check_precision = models.Constraint(
        "CHECK (rounding_precision BETWEEN 0 AND 6)", "Decimals are 0 to 6."
    )

    @api.constrains("code")
    def _check_code(self):
        for metric in self:
            if not re.fullmatch(const.METRIC_CODE, metric.code or ""):
                raise ValidationError(
                    self.env._(
                        "The code %s must begin with a small letter and hold small letters, digits "
                        "or underscores.",
                        metric.code,
                    )
                )

    def _round_quantity(self, quantity):
        """:param quantity: Decimal or its text: a period's aggregate
        :return: Decimal, 0 or more"""
        rounded = round_quantity(quantity, self.rounding, self.rounding_precision)
        return max(rounded, rounded * 0)

    def _fc_api_values(self):
        """:return: the API's billable metric object"""
        return {
            "code": self.code,
            "name": self.name,
            "aggregation_type": self.aggregation,
            "unit_label": self.unit_label or None,
            "field_name": self.field_name or None,
        }
