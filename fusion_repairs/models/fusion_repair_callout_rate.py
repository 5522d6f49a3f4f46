from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.fusion_tasks.services.openings import midnight, to_local

from ..services.quote import do_periods_overlap

#: What decides whether two rates stand in each other's way.
PERIOD_FIELDS = {"active", "company_id", "equipment_class", "band", "valid_from", "valid_to"}


class FusionRepairCalloutRate(models.Model):
    """What a call-out costs: one row per company, equipment class and band of the day."""

    _name = "fusion.repair.callout.rate"
    _description = "Call-out Rate"
    _order = "equipment_class, band, valid_from desc, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    equipment_class = fields.Selection(
        [("standard", "Standard"), ("lift_elevating", "Lift and Elevating")],
        required=True,
        default="standard",
    )
    band = fields.Selection(
        [
            ("regular", "Working Hours"),
            ("after_hours", "After Hours"),
            ("weekend", "Weekend"),
            ("holiday", "Holiday"),
        ],
        required=True,
        default="regular",
        group_expand=True,
    )
    callout_fee = fields.Monetary("Call-out")
    included_minutes = fields.Integer("Minutes Included")
    hourly_rate = fields.Monetary("Per Hour")
    increment_minutes = fields.Integer("Billed in Steps of (min)", default=15, required=True)
    minimum_minutes = fields.Integer("Least Billed (min)")
    included_km = fields.Float("Kilometres Included", digits=(8, 1))
    km_rate = fields.Monetary("Per Kilometre")
    valid_from = fields.Date(required=True, default=lambda self: self.env.company._fc_today())
    valid_to = fields.Date(help="Empty: until further notice.")
    product_callout_id = fields.Many2one(
        "product.product", default=lambda self: self._default_product("callout"), required=True
    )
    product_labour_id = fields.Many2one(
        "product.product", default=lambda self: self._default_product("labour"), required=True
    )
    product_travel_id = fields.Many2one(
        "product.product", default=lambda self: self._default_product("travel"), required=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )

    _figures_not_negative = models.Constraint(
        "CHECK (callout_fee >= 0 AND included_minutes >= 0 AND hourly_rate >= 0 "
        "AND minimum_minutes >= 0 AND included_km >= 0 AND km_rate >= 0)",
        "The figures of a rate cannot be negative.",
    )
    _increment_positive = models.Constraint(
        "CHECK (increment_minutes > 0)", "A step is at least a minute."
    )
    _period_order = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_to >= valid_from)", "A rate ends after it begins."
    )
    _one_open = models.UniqueIndex(
        "(company_id, equipment_class, band) WHERE active AND valid_to IS NULL",
        "Another rate without an end holds this class and band.",
    )

    @api.model
    def _default_product(self, kind):
        return self.env.ref(f"fusion_repairs.product_{kind}", raise_if_not_found=False)

    @api.constrains("active", "callout_fee", "hourly_rate")
    def _check_amounts(self):
        """The example rows come without amounts: nobody is billed by an example."""
        for rate in self.filtered("active"):
            if not rate.callout_fee or not rate.hourly_rate:
                raise ValidationError(
                    self.env._("“%(name)s” needs a call-out fee and an hourly rate.",
                               name=rate.name)
                )  # fmt: skip

    @api.model_create_multi
    def create(self, vals_list):
        """:raise ValidationError: when another rate in use holds a part of the period"""
        for vals in vals_list:
            self._refuse_overlap({**self.default_get(list(PERIOD_FIELDS)), **vals})
        return super().create(vals_list)

    def write(self, vals):
        """:raise ValidationError: when another rate in use holds a part of the period"""
        for rate in self if PERIOD_FIELDS & set(vals) else ():
            now = {
                "active": rate.active,
                "company_id": rate.company_id.id,
                "equipment_class": rate.equipment_class,
                "band": rate.band,
                "valid_from": rate.valid_from,
                "valid_to": rate.valid_to,
            }
            rate._refuse_overlap({**now, **vals})
        return super().write(vals)

    def _refuse_overlap(self, values):
        """Before the row is written: the index behind it would refuse without a name."""
        if not values["active"]:
            return
        same = [(name, "=", values[name]) for name in ("company_id", "equipment_class", "band")]
        first, last = (fields.Date.to_date(values.get(name)) for name in ("valid_from", "valid_to"))
        for other in self.search([("id", "not in", self.ids), *same]):
            if do_periods_overlap((first, last), (other.valid_from, other.valid_to or None)):
                raise ValidationError(
                    self.env._(
                        "“%(name)s” overlaps “%(other)s”.",
                        name=values.get("name") or self.name, other=other.name,
                    )
                )  # fmt: skip

    @api.model
    def _find_band(self, when, company):
        """:param when: naive UTC
        :return: the band of that moment in the company's time
        """
        tz, calendar = company._fc_tz(), company.resource_calendar_id
        day = to_local(when, tz).date()
        start, end = midnight(day, tz), midnight(day + timedelta(days=1), tz)
        holiday = (
            Domain("resource_id", "=", False)
            & Domain("company_id", "in", [company.id, False])
            & Domain("calendar_id", "in", [calendar.id, False])
            & Domain("date_from", "<", end)
            & Domain("date_to", ">", start)
        )
        if self.env["resource.calendar.leaves"].sudo().search_count(holiday, limit=1):
            return "holiday"
        if day.weekday() >= 5:
            return "weekend"
        moment = pytz.utc.localize(when)
        works = calendar._attendance_intervals_batch(
            moment - timedelta(days=1), moment + timedelta(days=1), tz=tz
        )
        is_open = any(first <= moment < last for first, last, _rule in works[False])
        return "regular" if is_open else "after_hours"

    @api.model
    def _match(self, equipment_class, when, company):
        """:param when: naive UTC, or a local date (then its noon)
        :return: the rate of that moment; the one of working hours when its band has none
        """
        tz = company._fc_tz()
        if not isinstance(when, datetime):
            noon = tz.localize(datetime.combine(fields.Date.to_date(when), time(12)))
            when = noon.astimezone(pytz.utc).replace(tzinfo=None)
        day = to_local(when, tz).date()
        valid = (
            Domain("company_id", "=", company.id)
            & Domain("equipment_class", "=", equipment_class)
            & Domain("valid_from", "<=", day)
            & (Domain("valid_to", "=", False) | Domain("valid_to", ">=", day))
        )
        found = {rate.band: rate for rate in self.search(valid)}
        return found.get(self._find_band(when, company)) or found.get("regular") or self.browse()
