from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubscriptionCase, day, freeze_time


@tagged("post_install", "-at_install")
class TestInvoicing(SubscriptionCase):
    def test_a_period_is_invoiced_once_with_what_waits(self):
        order = self.start("2026-05-01", lines=[(self.hosting, 2), (self.setup_fee, 1)])
        self.assertRecordValues(
            order,
            [
                {
                    "subscription_state": "3_progress",
                    "start_date": day("2026-05-01"),
                    "next_invoice_date": day("2026-05-01"),
                }
            ],
        )

        self.run_on("2026-05-01")
        self.run_on("2026-05-01")

        move = order.invoice_ids
        self.assertRecordValues(
            move, [{"state": "posted", "amount_untaxed": 90, "amount_tax": 11.7}]
        )
        recurring = move.invoice_line_ids.filtered("subscription_period_end")
        self.assertEqual(recurring.name.splitlines()[-1], "05/01/2026 to 05/31/2026")
        self.assertEqual(move.invoice_line_ids.subscription_id, order)
        self.assertEqual(order.next_invoice_date, day("2026-06-01"))

        self.run_on("2026-05-31")
        self.assertEqual(order.invoice_ids, move)
        self.run_on("2026-06-01")
        second = order.invoice_ids - move
        self.assertEqual(second.amount_untaxed, 40)
        self.assertEqual(
            self.periods(order), [("2026-05-01", "2026-06-01"), ("2026-06-01", "2026-07-01")]
        )

    def test_month_ends_are_counted_from_the_start(self):
        order = self.start("2026-01-31")
        for on in ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"):
            self.run_on(on)
        self.assertEqual(
            self.periods(order),
            [
                ("2026-01-31", "2026-02-28"),
                ("2026-02-28", "2026-03-31"),
                ("2026-03-31", "2026-04-30"),
                ("2026-04-30", "2026-05-31"),
            ],
        )

    def test_a_day_begins_where_the_company_is(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        with freeze_time("2026-06-01 03:30:00"):  # 31 May, 23:30 in Toronto
            self.env["sale.order"]._cron_recurring_create_invoice()
        self.assertEqual(len(order.invoice_ids), 1)
        with freeze_time("2026-06-01 04:30:00"):
            self.env["sale.order"]._cron_recurring_create_invoice()
        self.assertEqual(len(order.invoice_ids), 2)

    def test_missed_periods_are_caught_up_at_most_twelve_in_a_run(self):
        order = self.start("2025-01-01")
        self.run_on("2026-04-15")
        self.assertEqual(len(order.invoice_ids), 12)
        self.assertEqual(order.next_invoice_date, day("2026-01-01"))
        self.run_on("2026-04-15")
        self.assertEqual(len(order.invoice_ids), 16)
        self.assertEqual(order.next_invoice_date, day("2026-05-01"))

    def test_by_hand_the_current_period_only(self):
        order = self.start("2026-05-01")
        with freeze_time("2026-05-10 15:00:00"):
            self.assertEqual(order.invoice_status, "to invoice")
            move = order._create_invoices()
            self.assertEqual((move.state, move.amount_untaxed), ("draft", 20))
            self.assertEqual(order.next_invoice_date, day("2026-06-01"))
            with self.assertRaisesRegex(UserError, "No items are available"):
                order._create_invoices()
        self.assertEqual(order.invoice_ids, move)

    def test_the_next_period_when_asked_for(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        with freeze_time("2026-05-10 15:00:00"):
            self.assertFalse(order._create_recurring_invoice())
            move = order._create_recurring_invoice(in_advance=True)
            self.assertEqual(move.amount_untaxed, 20)
            self.assertEqual(order.next_invoice_date, day("2026-07-01"))
            self.assertEqual(order.invoice_status, "invoiced")

    def test_subscriptions_of_one_customer_have_invoices_of_their_own(self):
        first, second = self.start("2026-05-01"), self.start("2026-05-01")
        plain = self.make_order(lines=[(self.setup_fee, 1)])
        plain.plan_id = False
        plain.action_confirm()
        with freeze_time("2026-05-02 15:00:00"):
            moves = (first | second | plain)._create_invoices()
        self.assertEqual(len(moves), 3)

    def test_a_discarded_invoice_opens_its_period_again(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        with freeze_time("2026-06-01 16:00:00"):
            draft = order._create_invoices()
        self.assertEqual(order.next_invoice_date, day("2026-07-01"))

        draft.unlink()

        self.assertEqual(order.next_invoice_date, day("2026-06-01"))
        with freeze_time("2026-06-01 16:00:00"):
            again = order._create_invoices()
            again.button_cancel()
        self.assertEqual(order.next_invoice_date, day("2026-06-01"))
        self.run_on("2026-06-01")
        self.assertEqual(
            self.periods(order), [("2026-05-01", "2026-06-01"), ("2026-06-01", "2026-07-01")]
        )

    def test_a_credit_note_does_not_open_its_period(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        move = order.invoice_ids
        with freeze_time("2026-05-05 16:00:00"):
            move._reverse_moves(cancel=True)
            self.env["sale.order"]._cron_recurring_create_invoice()

        self.assertEqual(len(order.invoice_ids), 2)
        self.assertEqual(order.next_invoice_date, day("2026-06-01"))
        self.run_on("2026-06-01")
        self.assertEqual(len(order.invoice_ids), 3)

    def test_what_was_delivered_since_the_last_invoice(self):
        hours = self.make_product("Hours", 10, invoice_policy="delivery")
        order = self.start("2026-05-01", lines=[(hours, 1)])
        order.order_line.qty_delivered = 3
        self.run_on("2026-05-01")
        self.assertEqual(order.invoice_ids.amount_untaxed, 30)
        order.order_line.qty_delivered = 7
        self.run_on("2026-06-01")
        self.assertEqual(order.invoice_ids.mapped("amount_untaxed"), [30, 40])

    def test_nothing_to_invoice_still_moves_the_date(self):
        hours = self.make_product("Hours", 10, invoice_policy="delivery")
        order = self.start("2026-05-01", lines=[(hours, 1)])
        self.run_on("2026-05-01")
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.next_invoice_date, day("2026-06-01"))
        self.assertIn("Nothing to invoice", order.message_ids[0].body)

    def test_an_aligned_plan_prorates_its_first_period(self):
        aligned = self.month.copy({"billing_first_day": True})
        order = self.start("2026-05-15", plan=aligned, lines=[(self.hosting, 2)])
        self.run_on("2026-05-15")
        self.run_on("2026-06-01")
        # 17 of 31 days: 20 x 17 / 31 = 10.97 each
        self.assertEqual(order.invoice_ids.mapped("amount_untaxed"), [21.94, 40])
        self.assertEqual(
            self.periods(order), [("2026-05-15", "2026-06-01"), ("2026-06-01", "2026-07-01")]
        )

    def test_one_failing_order_gets_an_activity_and_stops_no_other(self):
        euro = self.setup_other_currency("EUR")
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        bad = self.start("2026-05-01", pricelist_id=pricelist.id)
        good = self.start("2026-05-01")
        euro.active = False  # Odoo does not post in an inactive currency

        with mute_logger("odoo.addons.sale_subscription.models.sale_order_invoicing"):
            self.run_on("2026-05-01")
            self.run_on("2026-05-02")

        self.assertFalse(bad.invoice_ids)
        self.assertEqual(bad.next_invoice_date, day("2026-05-01"))
        self.assertFalse(bad.payment_exception)
        self.assertEqual(len(bad.activity_ids), 1)
        self.assertEqual(good.next_invoice_date, day("2026-06-01"))

    def test_the_invoice_is_handed_to_odoo_s_sending_job(self):
        order = self.start("2026-05-01")
        self.run_on("2026-05-01")
        move = order.invoice_ids
        template = self.env.ref("account.email_template_edi_invoice")
        self.assertEqual(move.sending_data["mail_template_id"], template.id)
        self.assertFalse(self.env["mail.mail"].search([("res_id", "=", move.id)]))

        self.month.invoice_mail_template_id = False
        silent = self.start("2026-05-01")
        self.run_on("2026-05-01")
        self.assertFalse(silent.invoice_ids.sending_data)

    def test_statements_of_the_job_grow_by_the_order(self):
        def cost(count):
            orders = [self.start("2026-05-01") for _number in range(count)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.run_on("2026-05-01")
            self.assertEqual([len(order.invoice_ids) for order in orders], [1] * count)
            return self.cr.sql_log_count - before

        cost(1)
        few, many = cost(2), cost(10)
        self.assertLess((many - few) / 8, 160)
