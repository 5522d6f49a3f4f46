from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase, tagged

from ..services import pricing
from ..services.pricing import Terms, Tier

#: (units up to, price of a unit, flat fee)
TIERS = tuple(Tier(*map(Decimal, row)) for row in (("10", "1", "5"), ("20", "0.5", "0"),
                                                    ("0", "0.1", "2")))  # fmt: skip


def make_terms(model, quota="0", price="0", batch="1", tiers=(), **limits):
    figures = {name: Decimal(value) for name, value in limits.items()}
    return Terms(model, Decimal(quota), Decimal(price), Decimal(batch), tiers, **figures)


@tagged("post_install", "-at_install")
class TestPricing(BaseCase):
    """Worked by hand."""

    def check(self, terms, rows):
        """:param rows: of (quantity, billable units, amount)"""
        for quantity, units, amount in rows:
            with self.subTest(terms=terms, quantity=quantity):
                self.assertEqual(pricing.bill(quantity, terms), (Decimal(units), Decimal(amount)))

    def test_standard_is_by_the_part_of_a_batch(self):
        self.check(make_terms("standard", price="3", batch="4"), [
            (0, "0", "0"), (1, "1", "0.75"), (4, "4", "3"), (10, "10", "7.5"), (-3, "0", "0"),
        ])  # fmt: skip

    def test_a_quota_is_free(self):
        self.check(make_terms("standard", quota="100", price="0.02"), [
            (99.5, "0", "0"), (100, "0", "0"), (100.5, "0.5", "0.01"), (250, "150", "3"),
        ])  # fmt: skip

    def test_package_bills_each_started_batch(self):
        self.check(make_terms("package", price="7", batch="1000"), [
            (0, "0", "0"), (1, "1", "7"), (1000, "1000", "7"), (1000.5, "1000.5", "14"),
            (2001, "2001", "21"),
        ])  # fmt: skip

    def test_graduated_prices_each_unit_in_its_tier(self):
        self.check(make_terms("graduated", tiers=TIERS), [
            (0, "0", "0"),
            (4, "4", "9"),  # 4 + 5
            (10, "10", "15"),  # 10 + 5
            (11, "11", "15.5"),  # 15 + 0.5
            (20, "20", "20"),  # 15 + 5
            (30, "30", "23"),  # 20 + 10 of 0.1 + 2
        ])  # fmt: skip

    def test_volume_prices_all_units_in_one_tier(self):
        self.check(make_terms("volume", tiers=TIERS), [
            (0, "0", "0"),  # nothing used: no flat fee either
            (10, "10", "15"),
            (11, "11", "5.5"),
            (20, "20", "10"),
            (21, "21", "4.1"),
        ])  # fmt: skip

    def test_tiers_by_the_batch(self):
        terms = {"batch": "2", "tiers": TIERS}
        self.check(make_terms("graduated", **terms), [(12, "12", "10.5")])  # 10 / 2 + 5 + 2 / 2 / 2
        self.check(make_terms("volume", **terms), [(12, "12", "3")])  # 12 / 2 * 0.5

    def test_least_and_most(self):
        terms = make_terms("standard", price="1", least="5", most="8")
        self.check(terms, [(0, "0", "0"), (1, "1", "5"), (6, "6", "6"), (9, "9", "8")])
        # A most below the least is a most all the same; an amount at a limit stays.
        self.check(make_terms("standard", price="1", least="5", most="4"), [(1, "1", "4")])
        self.check(make_terms("standard", price="1"), [(1, "1", "1"), (9, "9", "9")])

    def test_amounts_have_six_decimals_half_up(self):
        terms = make_terms("standard", price="0.0000005")
        self.check(terms, [(1, "1", "0.000001"), (0.9, "0.9", "0")])
        self.assertEqual(pricing.bill(1, terms)[1].as_tuple().exponent, -6)

    def test_a_float_is_what_it_shows(self):
        self.assertEqual(pricing.to_decimal(0.1), Decimal("0.1"))
        for value in (float("inf"), float("nan")):
            with self.subTest(value=value), self.assertRaisesRegex(ValueError, "not a finite"):
                pricing.to_decimal(value)
        with self.assertRaisesRegex(ValueError, "not a finite"):
            pricing.bill(float("inf"), make_terms("standard", price="1"))

    def test_parts(self):
        self.assertEqual(pricing.part_of(Decimal(10), Fraction(3, 4)), Decimal("7.5"))
        self.assertEqual(pricing.prorate(Decimal(10), Fraction(1, 3)), Decimal("3.333333"))
        self.assertEqual(pricing.prorate(Decimal(1), Fraction(2, 3)), Decimal("0.666667"))
        exact = Decimal("1.23456789")
        self.assertEqual(pricing.prorate(exact, Fraction(1)), exact)
        self.assertEqual(pricing.prorate(exact, Fraction(2, 2)), exact)

    def test_rounding_is_half_up_and_away_from_zero(self):
        for value, step, rounded in (
            ("0.125", "0.01", "0.13"), ("-0.125", "0.01", "-0.13"), ("7", "5", "5"),
            ("7.5", "5", "10"), ("0.124", "0.01", "0.12"),
        ):  # fmt: skip
            with self.subTest(value=value):
                self.assertEqual(pricing.round_to(Decimal(value), Decimal(step)), Decimal(rounded))

    def test_quantities_are_rounded_as_the_meter_says(self):
        for value, mode, decimals, rounded in (
            (1.25, "none", 0, "1.25"), (1.25, "round", 1, "1.3"), (1.2, "round", 0, "1"),
            (1.21, "ceil", 1, "1.3"), (1.2, "ceil", 1, "1.2"), (1.29, "floor", 1, "1.2"),
            (-1.5, "ceil", 0, "-1"), (-1.5, "floor", 0, "-2"), (2.5, "round", 0, "3"),
            (12.345, "floor", 2, "12.34"),
        ):  # fmt: skip
            with self.subTest(value=value, mode=mode):
                self.assertEqual(pricing.round_quantity(value, mode, decimals), Decimal(rounded))

    def test_each_model_has_its_name(self):
        self.assertEqual(set(pricing.MODELS), {"standard", "package", "graduated", "volume"})
