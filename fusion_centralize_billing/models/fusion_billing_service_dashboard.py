from datetime import timedelta

from odoo import fields, models

SILENT_AFTER = timedelta(hours=24)


class FusionBillingService(models.Model):
    """What a service earns and what needs a person, for the dashboard."""

    _inherit = "fusion.billing.service"

    mrr = fields.Monetary("MRR", compute="_compute_revenue", help="Flat prices, a month.")
    arr = fields.Monetary("ARR", compute="_compute_revenue")
    active_count = fields.Integer("Running Subscriptions", compute="_compute_revenue")
    new_count = fields.Integer("New This Month", compute="_compute_revenue")
    churned_count = fields.Integer("Ended This Month", compute="_compute_revenue")
    usage_revenue = fields.Monetary(
        "Usage This Month", compute="_compute_usage_revenue", help="Invoiced usage before tax."
    )
    failed_payment_count = fields.Integer("Failed Payments", compute="_compute_failed_payments")
    last_call_at = fields.Datetime("Last Call", compute="_compute_last_call")
    is_silent = fields.Boolean(
        "Silent", compute="_compute_last_call", help="No call of the app for 24 hours."
    )

    def _get_month_start(self):
        return fields.Date.context_today(self).replace(day=1)

    def _compute_revenue(self):
        orders = self.env["sale.order"].sudo()
        month = self._get_month_start()
        live = [("x_fc_billing_service_id", "in", self.ids), ("x_fc_shadow", "=", False)]

        def group(domain, *aggregates):
            rows = orders._read_group(
                [*live, *domain], ["x_fc_billing_service_id"], list(aggregates)
            )
            return {service.id: values for service, *values in rows}

        running = group(
            [("subscription_state", "=", "3_progress")], "recurring_monthly:sum", "__count"
        )
        new = group(
            [("state", "=", "sale"), ("start_date", ">=", month), ("is_subscription", "=", True)],
            "__count",
        )
        ended = group([("x_fc_terminated_at", ">=", month)], "__count")
        for service in self:
            revenue, count = running.get(service.id, (0.0, 0))
            service.mrr, service.arr = revenue, revenue * 12
            service.active_count = count
            service.new_count = new.get(service.id, [0])[0]
            service.churned_count = ended.get(service.id, [0])[0]

    def _compute_usage_revenue(self):
        revenue = self.env["fusion.billing.revenue"].sudo()
        rows = revenue._read_group(
            [
                ("service_id", "in", self.ids),
                ("kind", "=", "usage"),
                ("date", ">=", self._get_month_start()),
            ],
            ["service_id"],
            ["amount:sum"],
        )
        found = {service.id: amount for service, amount in rows}
        for service in self:
            service.usage_revenue = found.get(service.id, 0.0)

    def _get_failed_payment_domain(self):
        return [
            ("x_fc_billing_service_id", "in", self.ids),
            ("x_fc_dunning_state", "in", ("retrying", "exhausted")),
            ("payment_state", "in", ("not_paid", "partial")),
        ]

    def _compute_failed_payments(self):
        rows = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                self._get_failed_payment_domain(), ["x_fc_billing_service_id"], ["__count"]
            )
        )
        found = {service.id: count for service, count in rows}
        for service in self:
            service.failed_payment_count = found.get(service.id, 0)

    def _compute_last_call(self):
        rows = (
            self.env["fusion.billing.api.key"]
            .sudo()
            ._read_group([("service_id", "in", self.ids)], ["service_id"], ["last_used_at:max"])
        )
        found = {service.id: last for service, last in rows}
        limit = fields.Datetime.now() - SILENT_AFTER
        for service in self:
            last = found.get(service.id)
            service.last_call_at = last
            service.is_silent = bool(service.active_count and (not last or last < limit))

    def _act(self, xmlid, domain):
        action = self.env["ir.actions.actions"]._for_xml_id(xmlid)
        return {**action, "domain": domain, "context": {}}

    def action_view_subscriptions(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Subscriptions"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [
                ("x_fc_billing_service_id", "in", self.ids),
                ("subscription_state", "=", "3_progress"),
                ("x_fc_shadow", "=", False),
            ],
        }

    def action_view_failed_payments(self):
        return self._act("account.action_move_out_invoice_type", self._get_failed_payment_domain())

    def action_view_dead_events(self):
        return self._act(
            "fusion_centralize_billing.action_fc_webhooks",
            [("service_id", "in", self.ids), ("state", "=", "dead")],
        )

    def action_view_revenue(self):
        return self._act(
            "fusion_centralize_billing.action_fc_revenue", [("service_id", "in", self.ids)]
        )
