from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, freeze_time, moment

TOTALS = ("amount_untaxed", "amount_tax")


@tagged("post_install", "-at_install")
class TestProgress(BillingCase):
    """Usage of 0.10 for each started thousand over 5 million, invoiced early from 50.00 on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.spend_threshold = 50
        cls.order = cls.subscribe()
        with freeze_time("2026-05-01 16:00:00"):
            cls.first = cls.order._create_recurring_invoice()

    def check(self, on):
        with freeze_time(f"{on} 16:00:00"):
            self.env["fusion.billing.usage"]._cron_check_thresholds(moment(f"{on} 16:00"))

    def invoice(self, on="2026-06-01"):
        with freeze_time(f"{on} 16:00:00"):
            return self.order._create_recurring_invoice()

    def early(self):
        return self.order.invoice_ids - self.first

    def test_usage_at_the_threshold_is_invoiced_at_once_and_taken_off_at_the_end(self):
        self.push(5_499_000, "2026-05-05")
        self.check("2026-05-06")
        self.assertFalse(self.early())

        self.push(101_000, "2026-05-10")
        self.check("2026-05-11")
        early = self.early()
        self.assertRecordValues(
            early, [{"state": "posted", "amount_untaxed": 60, "amount_tax": 7.8}]
        )
        self.assertEqual(early.x_fc_billing_service_id, self.maps)
        self.assertEqual(str(self.order.next_invoice_date), "2026-06-01")

        self.push(1_000_000, "2026-05-20")
        self.check("2026-05-21")
        self.assertEqual(self.early(), early, "once in a period")

        last = self.invoice()
        self.assertEqual(
            self.usage_lines(self.order), [("progress", 60), ("usage", 160), ("credit", -60)]
        )
        # 49 for June; May cost 160 and is paid up to 60
        self.assertRecordValues(last, [{"amount_untaxed": 149, "amount_tax": 19.37}])
        self.assertIn(early.name, last.invoice_line_ids.filtered(lambda x: x.price_unit < 0).name)

    def test_what_another_run_billed_meanwhile_is_left_alone(self):
        self.push(5_600_000, "2026-05-10")
        now = moment("2026-05-11 16:00")
        with freeze_time(now):
            self.assertIn(self.order, self.order._fc_plan_spend(now))
            self.order._fc_bill_spend(now)
            self.order._fc_bill_spend(now)
        self.assertEqual(len(self.early()), 1)
        self.assertFalse(self.order.activity_ids)

    def test_what_ended_meanwhile_is_left_alone(self):
        self.push(5_600_000, "2026-05-10")
        with freeze_time("2026-05-11 16:00:00"):
            self.order._fc_terminate("skip", "skip")
            self.order._fc_bill_spend(moment("2026-05-11 16:00"))
        self.assertFalse(self.early())

    def test_a_failure_is_told_once(self):
        self.push(5_600_000, "2026-05-10")
        fault = patch.object(type(self.order), "_prepare_invoice", side_effect=UserError("Why"))
        with fault, mute_logger("odoo.addons.fusion_base.tools.batch"):
            self.check("2026-05-11")
            self.check("2026-05-12")
        self.assertFalse(self.early())
        self.assertRecordValues(
            self.order.activity_ids,
            [{"summary": "Usage could not be invoiced early", "note": "<p>Why</p>"}],
        )
        self.check("2026-05-13")
        self.assertEqual(self.early().amount_untaxed, 60)

    def test_the_sum_is_that_of_a_single_invoice(self):
        other = self.subscribe("s-2")
        other.payment_exception = True  # keeps it from being invoiced early
        for number in range(4):
            for name in ("s-1", "s-2"):
                self.push(
                    1_777_777, f"2026-05-{10 + number}", external_subscription_id=name,
                    idempotency_key=f"{name}-{number}",
                )  # fmt: skip
        self.check("2026-05-15")
        other.payment_exception = False
        with freeze_time("2026-05-15 16:00:00"):
            other._create_recurring_invoice()
        with freeze_time("2026-06-01 16:00:00"):
            moves = (self.order | other)._create_recurring_invoice()
        self.assertEqual(len(moves), 2)
        totals = [
            [round(sum(order.invoice_ids.mapped(name)), 2) for name in TOTALS]
            for order in (self.order, other)
        ]
        self.assertEqual([len(order.invoice_ids) for order in (self.order, other)], [3, 2])
        self.assertEqual(totals[0], totals[1])

    def test_the_preview_takes_it_off_too(self):
        self.push(5_600_000, "2026-05-10")
        self.check("2026-05-11")
        with freeze_time("2026-05-20 16:00:00"):
            seen = self.order._fc_preview_invoice()
        self.assertEqual(seen["fees_amount_cents"], 4900)
        self.assertEqual(self.usage_lines(self.order), [("progress", 60)])
        self.assertEqual(self.invoice().amount_untaxed, 49)

    def test_what_ends_early_is_billed_to_the_cent(self):
        self.push(5_600_000, "2026-05-10")
        self.check("2026-05-11")
        self.push(200_000, "2026-05-12")
        before = self.order.invoice_ids
        with freeze_time("2026-05-15 16:00:00"):
            self.order._fc_terminate("generate", "skip")
        self.assertEqual((self.order.invoice_ids - before).amount_untaxed, 20)

    def test_a_cancelled_early_invoice_loses_nothing(self):
        self.push(5_600_000, "2026-05-10")
        self.check("2026-05-11")
        self.early().button_draft()
        self.early().button_cancel()
        self.assertEqual(self.invoice().amount_untaxed, 49 + 60)

    def test_a_coupon_waits_for_the_end(self):
        coupon = self.env["fusion.billing.coupon"].create(
            {"code": "TEN", "name": "Ten", "kind": "percent", "percent": 10}
        )
        self.env["fusion.billing.coupon.use"].create(
            {"coupon_id": coupon.id, "order_id": self.order.id}
        )
        self.push(5_600_000, "2026-05-10")
        self.check("2026-05-11")
        self.assertFalse(self.early())

    def test_no_negative_threshold(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.plan.spend_threshold = -1
            self.plan.flush_recordset()

    def test_nothing_for_a_plan_without_one(self):
        self.plan.spend_threshold = 0
        self.push(9_000_000, "2026-05-10")
        self.check("2026-05-11")
        self.assertFalse(self.early())
