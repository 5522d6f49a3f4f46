from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SubscriptionCase, day, freeze_time


@tagged("post_install", "-at_install")
class TestLifecycle(SubscriptionCase):
    def test_a_pause_skips_its_periods(self):
        order = self.start("2026-05-31")
        self.run_on("2026-05-31")
        with freeze_time("2026-06-10 16:00:00"):
            order.pause_subscription()
        for on in ("2026-06-30", "2026-07-31"):
            self.run_on(on)
        self.assertEqual(len(order.invoice_ids), 1)

        with freeze_time("2026-08-10 16:00:00"):
            order.resume_subscription()

        self.assertEqual(order.next_invoice_date, day("2026-08-31"))
        self.run_on("2026-08-31")
        self.assertEqual(
            self.periods(order), [("2026-05-31", "2026-06-30"), ("2026-08-31", "2026-09-30")]
        )

    def test_a_pause_within_a_period_loses_nothing(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        with freeze_time("2026-05-10 16:00:00"):
            order.pause_subscription()
            order.resume_subscription()
        self.assertEqual(order.next_invoice_date, day("2026-06-01"))

    def test_resuming_on_a_bound_invoices_that_period(self):
        order = self.start("2026-05-01")
        order.pause_subscription()
        with freeze_time("2026-06-01 16:00:00"):
            order.resume_subscription()
        self.assertEqual(order.next_invoice_date, day("2026-06-01"))

    def test_closing_ends_it_and_reopening_goes_on(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        reason = self.env.ref("sale_subscription.close_reason_price")
        with freeze_time("2026-05-20 16:00:00"):
            order.set_close(reason.id)
            order.set_close()
        self.assertRecordValues(
            order,
            [
                {
                    "subscription_state": "6_churn",
                    "end_date": day("2026-05-20"),
                    "close_reason_id": reason.id,
                    "state": "sale",
                }
            ],
        )
        self.run_on("2026-06-01")
        self.assertEqual(len(order.invoice_ids), 1)

        with freeze_time("2026-07-15 16:00:00"):
            order.reopen_order()
        self.assertRecordValues(
            order,
            [
                {
                    "subscription_state": "3_progress",
                    "end_date": False,
                    "close_reason_id": False,
                    "next_invoice_date": day("2026-08-01"),
                }
            ],
        )

    def test_only_what_makes_sense(self):
        order = self.make_order()
        for method in ("pause_subscription", "resume_subscription", "reopen_order", "set_close",
                       "prepare_renewal_order", "prepare_upsell_order"):  # fmt: skip
            with self.subTest(method=method), self.assertRaises(UserError):
                getattr(order, method)()
        self.assertEqual(order.subscription_state, "1_draft")

    def test_an_invoiced_subscription_is_closed_not_cancelled(self):
        order = self.start("2026-05-01")
        other = self.start("2026-05-01")
        self.run_on("2026-05-01")
        with self.assertRaisesRegex(UserError, "close it instead"):
            order.action_cancel()
        self.assertEqual(order.state, "sale")

        late = self.start("2026-06-01")
        late.action_cancel()
        self.assertEqual((late.state, late.subscription_state), ("cancel", "6_churn"))
        late.action_draft()
        self.assertEqual((late.state, late.subscription_state), ("draft", "1_draft"))
        self.assertEqual(other.subscription_state, "3_progress")

    def test_the_end_date_and_long_unpaid_invoices_close(self):
        ending = self.start("2026-05-01", end_date="2026-05-20")
        unpaid = self.start("2026-05-01")
        never = self.start("2026-05-01", plan=self.month.copy({"auto_close_limit": 0}))
        self.run_on("2026-05-01")
        job = self.env["sale.order"]._cron_subscription_expiration
        with freeze_time("2026-05-16 16:00:00"):
            self.assertEqual(job(), 0)
        with freeze_time("2026-05-20 16:00:00"):
            self.assertEqual(job(), 2)
        self.assertEqual(
            (ending | unpaid | never).mapped("subscription_state"),
            ["6_churn", "6_churn", "3_progress"],
        )
        self.assertEqual(
            unpaid.close_reason_id, self.env.ref("sale_subscription.close_reason_payment")
        )
        self.assertEqual(ending.end_date, day("2026-05-20"))

    def test_a_renewal_takes_over_at_the_next_invoice(self):
        order = self.start("2026-05-01", lines=[(self.hosting, 2), (self.setup_fee, 1)])
        self.run_on("2026-05-01")
        with freeze_time("2026-05-20 16:00:00"):
            action = order.prepare_renewal_order()
            self.assertEqual(order.prepare_renewal_order()["res_id"], action["res_id"])
            renewal = self.env["sale.order"].browse(action["res_id"])
            self.assertEqual(renewal.subscription_state, "2_renewal")
            self.assertEqual(renewal.order_line.product_id, self.hosting)
            renewal.action_confirm()
        self.assertRecordValues(
            renewal,
            [
                {
                    "subscription_state": "3_progress",
                    "start_date": day("2026-06-01"),
                    "next_invoice_date": day("2026-06-01"),
                    "subscription_id": order.id,
                    "origin_order_id": order.id,
                }
            ],
        )
        self.assertEqual(order.subscription_state, "5_renewed")
        self.run_on("2026-06-01")
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(self.periods(renewal), [("2026-06-01", "2026-07-01")])

    def test_an_upsell_bills_the_rest_of_the_period(self):
        order = self.start("2026-06-01", lines=[(self.hosting, 1)])
        with self.assertRaisesRegex(UserError, "Invoice the current period first"):
            order.prepare_upsell_order()
        self.run_on("2026-06-01")
        backup = self.make_product("Backup", 30)
        with freeze_time("2026-06-16 16:00:00"):  # 15 of 30 days are left
            upsell = self.env["sale.order"].browse(order.prepare_upsell_order()["res_id"])
            self.assertEqual(
                (upsell.subscription_state, upsell.is_subscription), ("7_upsell", False)
            )
            self.assertRecordValues(upsell.order_line, [{"product_uom_qty": 0, "price_unit": 10}])
            upsell.order_line.product_uom_qty = 2
            self.env["sale.order.line"].create({"order_id": upsell.id, "product_id": backup.id})
            self.assertEqual(upsell.order_line[-1].price_unit, 15)
            upsell.action_confirm()

        self.assertRecordValues(upsell.invoice_ids, [{"state": "posted", "amount_untaxed": 35}])
        self.assertEqual(upsell.invoice_ids.invoice_line_ids.subscription_id, order)
        self.assertRecordValues(
            order.order_line,
            [
                {"product_id": self.hosting.id, "product_uom_qty": 3, "price_unit": 20},
                {"product_id": backup.id, "product_uom_qty": 1, "price_unit": 30},
            ],
        )
        self.run_on("2026-07-01")
        self.assertEqual(order.invoice_ids[-1].amount_untaxed, 90)
        self.assertEqual(self.periods(order)[-1], ("2026-07-01", "2026-08-01"))

    def test_the_dialog_closes_with_its_reason(self):
        order = self.start("2026-05-01")
        reason = self.env.ref("sale_subscription.close_reason_other")
        action = order.action_close()
        dialog = self.env[action["res_model"]].with_context(**action["context"])
        dialog.create({"close_reason_id": reason.id}).action_close()
        self.assertEqual(order.close_reason_id, reason)

    def test_every_change_of_the_state_is_tracked(self):
        order = self.start("2026-05-01")
        order = order.with_env(self.env(context={}))
        self.cr.flush()  # what is created in a transaction is not tracked in it
        order.pause_subscription()
        self.env.flush_all()
        self.cr.flush()
        values = self.env["mail.tracking.value"].search(
            [
                ("mail_message_id.model", "=", "sale.order"),
                ("mail_message_id.res_id", "=", order.id),
            ]
        )
        self.assertEqual(values.mapped("new_value_char"), ["Paused"])
