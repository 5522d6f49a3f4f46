from odoo import api, fields, models

from ..services.quote import billable_minutes


class FusionRepairRateTry(models.TransientModel):
    """What a job would cost at a given moment, before anybody is billed by it."""

    _name = "fusion.repair.rate.try"
    _description = "Try the Call-out Rates"

    equipment_class = fields.Selection(
        lambda self: self.env[
            "fusion.repair.callout.rate"
        ]._fields["equipment_class"]._description_selection(self.env),
        "Class",
        required=True,
        default="standard",
    )  # fmt: skip
    when = fields.Datetime(required=True, default=fields.Datetime.now)
    minutes = fields.Integer("Minutes of Work", default=60)
    km = fields.Float("Kilometres", digits=(8, 1))
    rate_id = fields.Many2one("fusion.repair.callout.rate", "Rate", compute="_compute_price")
    currency_id = fields.Many2one("res.currency", compute="_compute_price")
    callout = fields.Monetary("Call-out", compute="_compute_price")
    billed_minutes = fields.Integer("Minutes Billed", compute="_compute_price")
    labour = fields.Monetary(compute="_compute_price")
    travel = fields.Monetary(compute="_compute_price")
    total = fields.Monetary("Total before Tax", compute="_compute_price")

    @api.depends("equipment_class", "when", "minutes", "km")
    def _compute_price(self):
        company = self.env.company
        rates = self.env["fusion.repair.callout.rate"]
        for one in self:
            rate = rates._match(one.equipment_class, one.when, company) if one.when else rates
            billed = rate and billable_minutes(
                one.minutes, rate.included_minutes, rate.increment_minutes, rate.minimum_minutes
            )
            round_ = company.currency_id.round
            one.rate_id, one.currency_id = rate, company.currency_id
            one.billed_minutes = billed or 0
            one.callout = rate.callout_fee
            one.labour = round_((billed or 0) / 60 * rate.hourly_rate)
            one.travel = round_(max(0.0, one.km - rate.included_km) * rate.km_rate) if rate else 0
            one.total = one.callout + one.labour + one.travel
