from odoo.tests import tagged

from .common import SubscriptionCase, freeze_time


@tagged("post_install", "-at_install")
class TestRevenue(SubscriptionCase):
    def log(self, order):
        rows = self.env["sale.order.log"].search([("order_id", "=", order.id)], order="id")
        return [(row.event_type, row.amount_signed) for row in rows]

    def test_each_change_of_the_revenue_is_one_row(self):
        order = self.make_order(lines=[(self.hosting, 2)])
        self.assertEqual(self.log(order), [])
        order.action_confirm()
        order.order_line.product_uom_qty = 5
        order.order_line.price_unit = 10
        order.pause_subscription()
        order.resume_subscription()
        order.set_close()
        self.assertEqual(
            self.log(order),
            [
                ("0_creation", 40),
                ("1_expansion", 60),
                ("15_contraction", -50),
                ("15_contraction", -50),
                ("1_expansion", 50),
                ("2_churn", -50),
            ],
        )

    def test_a_renewal_transfers_the_revenue(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        with freeze_time("2026-05-20 16:00:00"):
            renewal = self.env["sale.order"].browse(order.prepare_renewal_order()["res_id"])
            renewal.action_confirm()
        self.assertEqual(self.log(order), [("0_creation", 20), ("3_transfer", -20)])
        self.assertEqual(self.log(renewal), [("3_transfer", 20)])

    def test_plain_orders_leave_no_row(self):
        order = self.make_order()
        order.plan_id = False
        order.action_confirm()
        self.assertEqual(self.log(order), [])
