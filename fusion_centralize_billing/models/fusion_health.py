from datetime import timedelta

from odoo import api, fields, models

EXPLAINED_LINES = 200
KEY_EXPIRY_DAYS = 14
MANY_EVENTS = 1000
UNSIGNED_STRIPE = [
    ("code", "=", "stripe"),
    ("state", "!=", "disabled"),
    ("stripe_webhook_secret", "in", (False, "")),
]


class FusionHealth(models.AbstractModel):
    _inherit = "fusion.health"

    @api.model
    def _fusion_health_checks(self):
        return super()._fusion_health_checks() + [
            *self._billing_check_events(),
            *self._billing_check_keys(),
            *self._billing_check_money(),
            self._fusion_check_jobs("fusion_centralize_billing"),
            self._fusion_check_jobs("sale_subscription"),
        ]

    def _billing_check(self, code, label, count, bad, limit=0):
        """:return: a row that is ``bad`` when the count is above the limit"""
        code = f"fusion_centralize_billing.{code}"
        return self._fusion_make_check(code, label, count > limit, count, bad=bad)

    def _billing_check_events(self):
        events = self.env["fusion.billing.webhook"].sudo()
        waiting = events.search_count([("state", "in", ("pending", "failed"))])
        dead = events.search_count([("state", "=", "dead")])
        return [
            self._billing_check(
                "webhooks_waiting",
                self.env._("Billing events waiting"),
                waiting,
                "warning",
                MANY_EVENTS,
            ),
            self._billing_check(
                "webhooks_dead", self.env._("Billing events given up"), dead, "error"
            ),
        ]

    def _billing_check_keys(self):
        keys = self.env["fusion.billing.api.key"].sudo().search([("revoked_at", "=", False)])
        soon = fields.Datetime.now() + timedelta(days=KEY_EXPIRY_DAYS)
        expiring = keys.filtered(lambda key: key.expires_at and key.expires_at < soon)
        unused = len(keys.filtered("is_unused"))
        return [
            self._billing_check(
                "keys_unused",
                self.env._("API keys that nobody used for 60 days"),
                unused,
                "warning",
            ),
            self._billing_check(
                "keys_expiring",
                self.env._("API keys that expire within 14 days, or have expired"),
                len(expiring),
                "warning",
            ),
        ]

    def _billing_check_money(self):
        unsigned = len(self._find_unsigned_stripe())
        failing, given_up = self._count_failing(), self._count_given_up()
        return [
            self._billing_check(
                "unrated",
                self.env._("Subscriptions whose usage could not be rated or invoiced early"),
                failing,
                "error",
            ),
            self._billing_check(
                "payments_given_up",
                self.env._("Invoices whose payment was given up"),
                given_up,
                "warning",
            ),
            self._billing_check(
                "stripe_webhook_unsigned",
                self.env._("Stripe providers that accept unsigned notifications"),
                unsigned,
                "error",
            ),
        ]

    def _count_failing(self):
        orders = self.env["sale.order"]
        activities = self.env["mail.activity"].sudo()
        summaries = set()
        for code, _name in self.env["res.lang"].get_installed():
            order = orders.with_context(lang=code)
            summaries |= {order._fc_get_failure_summary(), order._fc_get_spend_failure_summary()}
        return activities.search_count(
            [("res_model", "=", "sale.order"), ("summary", "in", list(summaries))]
        )

    def _count_given_up(self):
        moves = self.env["account.move"].sudo()
        return moves.search_count(
            [("x_fc_dunning_state", "=", "exhausted"), ("payment_state", "!=", "reversed")]
        )

    @api.model
    def _fusion_invariants(self):
        return super()._fusion_invariants() + [
            self._row("charged_once", self._find_overcharged(), "invoices"),
            self._row("usage_explained", self._find_unexplained(), "order lines"),
            self._row("plans_in_force", self._find_idle_changes(), "subscriptions"),
            self._row("shadows_silent", self._find_loud_shadows(), "subscriptions"),
            self._row("credit_adds_up", self._find_wrong_credit(), "customers"),
            self._row("periods_covered", self._find_gaps(), "subscriptions"),
        ]

    def _row(self, code, ids, what):
        return self._fusion_make_invariant(f"fusion_centralize_billing.{code}", ids, what)

    def _find_overcharged(self):
        """:return: ids of invoices whose automatic charges are more than their total"""
        return self._fusion_select_ids(
            """SELECT m.id FROM account_move m
                 JOIN account_invoice_transaction_rel r ON r.invoice_id = m.id
                 JOIN payment_transaction t ON t.id = r.transaction_id
                WHERE m.x_fc_billing_service_id IS NOT NULL AND t.operation = 'offline'
                  AND t.state = 'done'
                GROUP BY m.id HAVING SUM(t.amount) > m.amount_total + 0.005"""
        )

    def _find_unexplained(self):
        """:return: ids of the newest usage lines whose figures do not give their amount"""
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [("x_fc_usage_kind", "!=", False), ("x_fc_usage_facts", "!=", False)],
                order="id desc",
                limit=EXPLAINED_LINES,
            )
        )
        wrong = lines.filtered(
            lambda line: line.currency_id.compare_amounts(
                line._fc_explain_usage()["result"], line.price_unit
            )
        )
        return wrong.ids

    def _find_wrong_credit(self):
        """:return: ids of wallets whose balance is not the sum of their movements, or that gave
        more than came in by one of them"""
        return self._fusion_select_ids(
            """SELECT w.id FROM fusion_billing_wallet w
                 LEFT JOIN fusion_billing_wallet_entry e ON e.wallet_id = w.id
                GROUP BY w.id
               HAVING ABS(COALESCE(w.balance, 0) - COALESCE(SUM(e.amount), 0)) > 0.000001
                UNION
               SELECT MIN(e.wallet_id) FROM fusion_billing_wallet_entry e
                GROUP BY COALESCE(e.lot_id, e.id) HAVING SUM(e.amount) < -0.000001"""
        )

    def _find_idle_changes(self):
        """:return: ids of subscriptions whose plan should have changed yesterday or earlier"""
        return self._fusion_select_ids(
            """SELECT o.id FROM fusion_billing_segment s
                 JOIN sale_order o ON o.id = s.subscription_id
                WHERE s.date_end IS NULL AND s.date_start < CURRENT_DATE - 1
                  AND o.subscription_state = '3_progress'
                  AND o.next_invoice_date > s.date_start
                  AND (s.plan_id <> o.plan_id OR s.plan_code <> o.x_fc_billing_plan_code)"""
        )

    def _find_gaps(self):
        """:return: ids of subscriptions with a day of no plan, or of two, between their plans"""
        return self._fusion_select_ids(
            """SELECT DISTINCT subscription_id FROM (
                   SELECT subscription_id, date_end,
                          LEAD(date_start) OVER (PARTITION BY subscription_id
                                                     ORDER BY date_start) AS next_start
                     FROM fusion_billing_segment) AS pairs
                WHERE next_start IS NOT NULL AND date_end IS DISTINCT FROM next_start"""
        )

    def _find_loud_shadows(self):
        """:return: ids of shadow copies that told an app or were billed"""
        return self._fusion_select_ids(
            """SELECT o.id FROM sale_order o
                WHERE o.x_fc_shadow AND (
                      EXISTS (SELECT 1 FROM fusion_billing_webhook w WHERE w.subscription_id = o.id)
                   OR EXISTS (SELECT 1 FROM sale_order_line l
                               WHERE l.order_id = o.id AND l.x_fc_usage_kind IS NOT NULL))"""
        )

    def _find_unsigned_stripe(self):
        """:return: sudoed Stripe providers without a secret: anybody could report a payment"""
        return self.env["payment.provider"].sudo().search(UNSIGNED_STRIPE)
