from odoo.tests import tagged

from .common import BillingCase, freeze_time


@tagged("post_install", "-at_install")
class TestDashboard(BillingCase):
    def figures(self, service):
        service.invalidate_recordset()
        return (
            service.mrr, service.arr, service.active_count, service.new_count,
            service.churned_count, service.usage_revenue,
        )  # fmt: skip

    def test_what_a_service_earns(self):
        first = self.subscribe("s-1", on="2026-04-01")
        self.subscribe("s-2", on="2026-05-03")
        self.push(5_100_000, "2026-04-10")
        with freeze_time("2026-05-05 16:00:00"):
            first._create_recurring_invoice()
            first._create_recurring_invoice()
            self.env.flush_all()
            self.assertEqual(self.figures(self.maps), (98, 1176, 2, 1, 0, 10))
            self.assertEqual(self.figures(self.desk), (0, 0, 0, 0, 0, 0))
            first.set_close()
            self.env.flush_all()
            self.assertEqual(self.figures(self.maps), (49, 588, 1, 1, 1, 10))

    def test_revenue_by_kind(self):
        order = self.subscribe("s-1", on="2026-04-01")
        self.push(5_100_000, "2026-04-10")
        with freeze_time("2026-05-05 16:00:00"):
            order._create_recurring_invoice()
            order._create_recurring_invoice()
            order.set_close()
        self.env.flush_all()
        rows = self.env["fusion.billing.revenue"].search([], order="date, kind")
        self.assertEqual(
            [(row.kind, row.amount, str(row.date)) for row in rows],
            [("new", 49.0, "2026-04-01"), ("churn", -49.0, "2026-05-05"),
             ("usage", 10.0, "2026-05-05")],
        )  # fmt: skip
        self.assertEqual(rows.service_id, self.maps)

    def test_a_shadow_earns_nothing(self):
        order = self.subscribe()
        order.x_fc_shadow = True
        self.env.flush_all()
        self.assertEqual(self.figures(self.maps)[:3], (0, 0, 0))
        self.assertFalse(self.env["fusion.billing.revenue"].search([]))

    def test_silence(self):
        self.assertFalse(self.maps.is_silent)  # nobody is billed: nothing is expected
        self.subscribe()
        self.maps._generate_api_key()
        self.maps.invalidate_recordset()
        self.assertTrue(self.maps.is_silent)
        with freeze_time("2026-05-10 12:00:00"):
            self.maps.api_key_ids.last_used_at = "2026-05-10 11:00:00"
            self.maps.invalidate_recordset()
            self.assertFalse(self.maps.is_silent)

    def test_what_needs_a_person(self):
        order = self.subscribe()
        move = order._create_recurring_invoice()
        move._fc_register_payment_failure("card_declined")
        self.maps.invalidate_recordset()
        self.assertEqual(self.maps.failed_payment_count, 1)
        action = self.maps.action_view_failed_payments()
        self.assertEqual(self.env["account.move"].search(action["domain"]), move)
        self.assertEqual(
            self.env["sale.order"].search(self.maps.action_view_subscriptions()["domain"]), order
        )
        for name in ("action_view_revenue", "action_view_dead_events"):
            with self.subTest(name=name):
                action = getattr(self.maps, name)()
                self.env[action["res_model"]].search(action["domain"])
