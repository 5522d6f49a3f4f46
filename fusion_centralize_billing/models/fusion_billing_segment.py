from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class FusionBillingSegment(models.Model):
    """The plan of a subscription from one day to another: its history, and a change to come.

    A subscription whose plan was never changed has none. Days are local ones of the billing zone.
    """

    _name = "fusion.billing.segment"
    _description = "Plan of a Subscription"
    _order = "subscription_id, date_start, id"
    _rec_name = "plan_code"

    subscription_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True, index=True)
    plan_code = fields.Char(readonly=True)
    plan_id = fields.Many2one(
        "sale.subscription.plan", "Recurrence", required=True, ondelete="restrict", readonly=True
    )
    product_id = fields.Many2one("product.product", ondelete="restrict", readonly=True)
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    amount = fields.Monetary("Flat Price", readonly=True, help="For each period, before tax.")
    anchor = fields.Date(required=True, readonly=True, help="Periods are counted from it: bound 0.")
    date_start = fields.Date("From", required=True, readonly=True)
    date_end = fields.Date(
        "Until", readonly=True, help="First day of the next plan; empty: it goes on."
    )

    _start_uniq = models.UniqueIndex("(subscription_id, date_start)")
    _open_uniq = models.UniqueIndex("(subscription_id) WHERE date_end IS NULL")
    _check_order = models.Constraint(
        "CHECK (date_end > date_start)", "A plan lasts one day or more."
    )

    @api.depends("plan_code", "date_start")
    def _compute_display_name(self):
        for segment in self:
            day = format_date(self.env, segment.date_start)
            segment.display_name = self.env._(
                "%(plan)s from %(day)s", plan=segment.plan_code or segment.plan_id.name, day=day
            )

    @api.constrains("subscription_id", "date_start", "date_end")
    def _check_overlap(self):
        for order in self.subscription_id:
            segments = order.x_fc_segment_ids.sorted("date_start")
            for earlier, later in zip(segments, segments[1:], strict=False):
                if not earlier.date_end or earlier.date_end > later.date_start:
                    raise ValidationError(
                        self.env._("%s would have two plans on one day.", order.display_name)
                    )
