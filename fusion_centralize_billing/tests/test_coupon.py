from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestCoupon(BillingCase):
    """A plan of 49.00 a month, and 0.10 for each 1,000 calls above 5 million."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe()

    def give(self, order=None, **values):
        values = {"name": "Welcome", "code": f"C{self.count()}", **values}
        coupon = self.env["fusion.billing.coupon"].create(values)
        return self.env["fusion.billing.coupon.use"].create(
            {"coupon_id": coupon.id, "order_id": (order or self.order).id}
        )

    def count(self):
        return self.env["fusion.billing.coupon"].search_count([])

    def bill(self, on="2026-06-01"):
        """:return: the posted invoice of the running order on a date"""
        with freeze_time(f"{on} 15:00:00"):
            return self.order._create_recurring_invoice()

    def amounts(self, invoice):
        """:return: (fees and reductions, total with 13 % of tax)"""
        lines = invoice.invoice_line_ids.sorted("id").mapped("price_subtotal")
        return lines, invoice.amount_total

    def use(self, quantity):
        """Calls of May, billed on 1 June."""
        self.push(quantity, day="2026-05-10")

    def test_a_percentage_is_taken_off_before_tax(self):
        self.give(percent=10)
        self.assertEqual(self.amounts(self.bill("2026-05-01")), ([49.0, -4.9], 49.83))

    def test_flat_usage_or_both(self):
        for applies_to, reductions in (("flat", [-4.9]), ("usage", [-0.2]), ("both", [-5.1])):
            with self.subTest(applies_to=applies_to):
                self.order = self.subscribe(f"s-{applies_to}")
                self.bill("2026-05-01")
                self.push(5_019_500, day="2026-05-10", external_subscription_id=f"s-{applies_to}")
                self.give(percent=10, applies_to=applies_to)
                lines, _total = self.amounts(self.bill())
                self.assertEqual(lines, [49.0, 2.0, *reductions])

    def test_the_largest_comes_first_and_nothing_falls_below_0(self):
        self.give(kind="amount", amount=30, name="Thirty")
        self.give(percent=50, name="Half")
        self.give(kind="amount", amount=40, name="Forty")
        invoice = self.bill("2026-05-01")
        reductions = invoice.invoice_line_ids.filtered("x_fc_coupon_use_id").sorted("id")
        self.assertEqual(
            [(line.name, line.price_subtotal) for line in reductions],
            [("Forty", -40.0), ("Thirty", -9.0)],
        )
        self.assertEqual((invoice.amount_total, invoice.payment_state), (0.0, "paid"))

    def test_once_several_times_and_for_ever(self):
        once = self.give(percent=10)
        twice = self.give(percent=20, frequency="periods", periods=2)
        ever = self.give(kind="amount", amount=1, frequency="forever")
        totals = []
        for day in ("2026-05-01", "2026-06-01", "2026-07-01"):
            lines, _total = self.amounts(self.bill(day))
            totals.append(round(sum(lines), 2))
        self.assertEqual(totals, [33.3, 38.2, 48.0])
        self.assertEqual([one.state for one in (once, twice, ever)], ["used", "used", "running"])

    def test_an_invoice_that_is_cancelled_gives_its_use_back(self):
        use = self.give(percent=10)
        invoice = self.bill("2026-05-01")
        self.assertEqual(use.state, "used")
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual((use.used_count, use.state), (0, "running"))

    def test_a_preview_uses_nothing_and_equals_the_invoice(self):
        use = self.give(percent=10)
        with freeze_time("2026-05-01 15:00"):
            preview = self.order._fc_preview_invoice()
        self.assertEqual(use.state, "running")
        shown = self.bill("2026-05-01")._fc_api_values()
        names = ("fees_amount_cents", "coupons_amount_cents", "taxes_amount_cents",
                 "sub_total_excluding_taxes_amount_cents", "total_amount_cents")  # fmt: skip
        self.assertEqual([shown[name] for name in names], [4900, 490, 573, 4410, 4983])
        self.assertEqual([preview[name] for name in names], [shown[name] for name in names])
        self.assertEqual([fee["amount_cents"] for fee in shown["fees"]], [4900])

    def test_stopping(self):
        use = self.give(percent=10, frequency="forever")
        self.bill("2026-05-01")
        with self.assertRaisesRegex(UserError, "stop it instead"):
            use.unlink()
        use.action_stop()
        self.assertEqual(self.amounts(self.bill())[0], [49.0])

    def test_what_was_taken_off_is_not_given_back(self):
        self.give(percent=50, applies_to="flat")
        invoice = self.bill("2026-05-01")
        fee = invoice._fc_get_fee_lines()
        self.assertEqual((fee.x_fc_discount, float(fee._fc_get_left())), (24.5, 24.5))
        with freeze_time("2026-05-16 03:00"):  # the 15th in Toronto: 16 of 31 days are left
            self.order._fc_terminate("skip", "credit")
        note = self.env["account.move"].search([("reversed_entry_id", "=", invoice.id)])
        self.assertEqual(note.amount_untaxed, 12.65)  # half of 49 x 16 / 31, rounded once

    def test_a_void_invoice_gives_all_of_it_back(self):
        use = self.give(percent=10)
        invoice = self.bill("2026-05-01")
        invoice._fc_void()
        self.assertEqual((invoice.amount_residual, use.state), (0.0, "running"))

    def test_what_does_not_fit(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        with self.assertRaisesRegex(ValidationError, "another currency"):
            self.give(percent=10, currency_id=euro.id)
        with self.assertRaisesRegex(ValidationError, "is over"):
            self.give(percent=10, last_date=date(2020, 1, 1))
        use = self.give(percent=10)
        self.bill("2026-05-01")
        with self.assertRaisesRegex(ValidationError, "a new coupon"):
            use.coupon_id.percent = 20

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses(self):
        use = self.give(percent=10)
        for values in (
            {"percent": 0}, {"percent": 101}, {"kind": "amount"},
            {"percent": 5, "frequency": "periods", "periods": 0},
            {"percent": 5, "code": use.coupon_id.code.lower()},
        ):  # fmt: skip
            with self.subTest(values=values), self.assertRaises(IntegrityError):
                with self.cr.savepoint():
                    self.give(**values)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            use.create({"coupon_id": use.coupon_id.id, "order_id": self.order.id})

    def test_rights(self):
        use = self.give(percent=10)
        reader = new_test_user(
            self.env, "reader", groups="fusion_centralize_billing.group_billing_user"
        )
        self.assertEqual(use.coupon_id.with_user(reader).percent, 10)
        with self.assertRaises(AccessError):
            use.coupon_id.with_user(reader).percent = 20
        with self.assertRaises(AccessError):
            use.with_user(reader).action_stop()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(
            self.env, "elsewhere", groups="fusion_centralize_billing.group_billing_manager",
            company_id=elsewhere.id, company_ids=[Command.set(elsewhere.ids)],
        )  # fmt: skip
        for model in ("fusion.billing.coupon", "fusion.billing.coupon.use"):
            self.assertFalse(self.env[model].with_user(other).search([]))
