from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestCatalogue(BillingCase):
    def test_codes(self):
        for code in ("Maps", "1maps", "m", "ma ps", "m" * 33):
            with self.subTest(service=code), self.assertRaises(ValidationError):
                self.env["fusion.billing.service"].create({"name": "X", "code": code})
        with self.assertRaises(ValidationError):
            self.env["fusion.billing.metric"].create({"name": "X", "code": "Map-Calls"})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env["fusion.billing.service"].create({"name": "X", "code": "maps"})

    def test_one_live_charge_for_a_service_plan_and_metric(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.make_charge()
        self.assertTrue(self.make_charge(plan_id=False))
        self.assertTrue(self.make_charge(plan_code="maps-large"))

    def test_a_live_charge_needs_a_product_that_is_invoiced_once(self):
        hours = self.make_product("Hours", 1, invoice_policy="delivery")
        for product, words in (
            (self.env["product.product"], "needs a usage product"),
            (self.flat, "invoiced once"),
            (hours, "invoiced once"),
        ):
            with self.subTest(product=product.name), self.assertRaises(ValidationError) as caught:
                self.make_charge(product_id=product.id, plan_code="other")
            self.assertIn(words, str(caught.exception))

    def test_tiers_rise_and_only_the_last_is_open(self):
        for bounds in ((), (100,), (100, 50, 0), (0, 0), (0, 100), (100, 100, 0)):
            tiers = [(0, 0, {"sequence": n, "up_to": bound}) for n, bound in enumerate(bounds)]
            with self.subTest(bounds=bounds), self.assertRaises(ValidationError):
                self.make_charge(plan_code="t", charge_model="graduated", tier_ids=tiers)
        good = [(0, 0, {"sequence": n, "up_to": bound}) for n, bound in enumerate((100, 500, 0))]
        self.assertTrue(self.make_charge(plan_code="t", charge_model="volume", tier_ids=good))

    def test_a_charge_applies_by_code_recurrence_service_and_currency(self):
        order = self.subscribe()
        self.assertTrue(self.charge._fc_applies_to(order))
        for values in (
            {"plan_code": "maps-large"},
            {"plan_code": False},
            {"plan_id": self.env.ref("sale_subscription.subscription_plan_year").id},
            {"service_id": self.desk.id},
            {"active": False},
        ):
            with self.subTest(values=values):
                before = {name: self.charge[name] for name in values}
                self.charge.write(values)
                self.assertFalse(self.charge._fc_applies_to(order))
                self.charge.write(
                    {name: getattr(value, "id", value) for name, value in before.items()}
                )
        self.charge.service_id = False
        self.assertTrue(self.charge._fc_applies_to(order))

    def test_metric_rounding(self):
        for rounding, expected in (("none", "1.25"), ("ceil", "2"), ("floor", "1"), ("round", "1")):
            self.calls.rounding = rounding
            self.assertEqual(str(self.calls._round_quantity("1.25").normalize()), expected)
        self.assertEqual(float(self.calls._round_quantity("-3")), 0)
