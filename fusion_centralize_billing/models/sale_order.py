import uuid

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..services.period import local_day, midnight

STATUS = {
    "1_draft": "pending",
    "2_renewal": "pending",
    "3_progress": "active",
    "4_paused": "paused",
    "5_renewed": "terminated",
    "6_churn": "terminated",
}


class SaleOrder(models.Model):
    """A subscription of an app's customer."""

    _inherit = "sale.order"

    x_fc_billing_service_id = fields.Many2one(
        "fusion.billing.service", "Billing Service", copy=False, index=True, ondelete="set null"
    )
    x_fc_billing_external_id = fields.Char("Subscription Id of the App", copy=False, index=True)
    x_fc_billing_plan_code = fields.Char("Plan Code", copy=False, index=True)
    x_fc_billing_uuid = fields.Char("Public Id", copy=False, default=lambda self: str(uuid.uuid4()))
    x_fc_billing_anchor = fields.Date(
        "Billing Anchor", copy=False, help="Usage periods are counted from it; empty: the start."
    )
    x_fc_nexacloud_subscription_id = fields.Char("Source Subscription", copy=False, index=True)
    x_fc_nexacloud_deployment_id = fields.Char("Deployment", copy=False, index=True)
    x_fc_nexacloud_plan_id = fields.Char("Source Plan", copy=False, index=True)
    x_fc_source_status = fields.Char("Status at the Source", copy=False)
    x_fc_shadow = fields.Boolean(
        "Shadow", copy=False, help="A copy for comparison: never billed, never charged, silent."
    )
    x_fc_terminated_at = fields.Datetime("Terminated", copy=False)
    x_fc_usage_count = fields.Integer("Counters", compute="_compute_x_fc_counts")
    x_fc_event_count = fields.Integer("Events Told", compute="_compute_x_fc_counts")

    _fc_billing_external_uniq = models.UniqueIndex(
        "(x_fc_billing_service_id, x_fc_billing_external_id) "
        "WHERE x_fc_billing_external_id IS NOT NULL AND state <> 'cancel' "
        "AND subscription_state IS DISTINCT FROM '6_churn'",
        "This service has a running subscription with this id.",
    )

    def _compute_x_fc_counts(self):
        usage = dict(
            self.env["fusion.billing.usage"]
            .sudo()
            ._read_group([("subscription_id", "in", self.ids)], ["subscription_id"], ["__count"])
        )
        events = dict(
            self.env["fusion.billing.webhook"]
            .sudo()
            ._read_group([("subscription_id", "in", self.ids)], ["subscription_id"], ["__count"])
        )
        for order in self:
            order.x_fc_usage_count = usage.get(order._origin, 0)
            order.x_fc_event_count = events.get(order._origin, 0)

    def action_confirm(self):
        """:raise UserError: a shadow copy: confirming it would bill somebody twice"""
        if self.filtered("x_fc_shadow"):
            raise UserError(
                self.env._(
                    "This is a shadow copy of a subscription that is billed elsewhere. It is "
                    "confirmed by the cut-over, once both sides agree."
                )
            )
        return super().action_confirm()

    @api.model
    def _fc_get_timezone(self, company):
        """:return: name of the zone whose midnights bound billing periods"""
        named = self.env["ir.config_parameter"]._fc_billing("timezone")
        for name in (named, company.partner_id.tz):
            if name in pytz.all_timezones_set:
                return name
        return const.DEFAULT_TIMEZONE

    def _fc_get_periods(self, at=None):
        """:param at: naive UTC, default now
        :return: Periods of the plan at that moment, None without a start or a plan"""
        self.ensure_one()
        stretch = self._fc_get_stretch(at or fields.Datetime.now())
        return stretch and stretch.periods

    def _fc_billing_period(self, at=None):
        """:param at: naive UTC, default now
        :return: naive UTC (start, end) of the billing period that holds it, half open"""
        at = at or fields.Datetime.now()
        return self._fc_get_periods(at).at(at)

    def _fc_get_first_day(self):
        """:return: local date of the start; empty without one"""
        return self.x_fc_segment_ids[:1].anchor or self.x_fc_billing_anchor or self.start_date

    def _fc_get_first_moment(self):
        """:return: naive UTC midnight of the start"""
        return self._fc_get_stretches()[0].periods.bound(0)

    def _fc_local_day(self, moment):
        """:return: the date of a naive UTC moment in the billing zone"""
        return local_day(moment, pytz.timezone(self._fc_get_timezone(self.company_id)))

    @api.model
    def _fc_get_local_today(self, company):
        """:return: today's date in a company's billing zone"""
        return local_day(fields.Datetime.now(), pytz.timezone(self._fc_get_timezone(company)))

    def _fc_get_midnight(self, day):
        """:return: naive UTC of the midnight that begins a date in the billing zone"""
        return midnight(day, pytz.timezone(self._fc_get_timezone(self.company_id)))

    def _fc_get_status(self):
        """:return: ``pending``, ``active``, ``paused``, ``terminated`` or ``canceled``"""
        return self._fc_name_status(self.state, self.subscription_state)

    @api.model
    def _fc_name_status(self, state, subscription_state):
        """:return: as ``_fc_get_status``, of a subscription of which only the states were read"""
        return "canceled" if state == "cancel" else STATUS.get(subscription_state, "pending")

    def action_fc_view_usage(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "fusion_centralize_billing.action_fc_usage"
        )
        return {**action, "domain": [("subscription_id", "=", self.id)], "context": {}}

    def action_fc_view_events(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "fusion_centralize_billing.action_fc_webhooks"
        )
        return {**action, "domain": [("subscription_id", "=", self.id)], "context": {}}

    def action_fc_view_reconciliation(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "fusion_centralize_billing.action_fc_reconciliation"
        )
        return {**action, "domain": [("subscription_id", "=", self.id)], "context": {}}
