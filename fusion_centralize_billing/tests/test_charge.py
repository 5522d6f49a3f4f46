import random
from decimal import Decimal

from odoo.tests import tagged

from ..services import pricing
from .common import BillingCase

TIERS = [(100, 1, 0), (500, 0.5, 10), (0, 0.1, 0)]


def oracle(model, quantity, quota, price, batch, tiers):
    """The charge models again, unit by unit and tier by tier, in another way."""
    units = max(Decimal(quantity) - Decimal(quota), Decimal(0))
    if model == "standard":
        return units * Decimal(price) / Decimal(batch)
    if model == "package":
        full, rest = divmod(units, Decimal(batch))
        return (full + (1 if rest else 0)) * Decimal(price)
    bounds = [Decimal(bound) or Decimal("Infinity") for bound, _price, _flat in tiers]
    if model == "volume":
        if not units:
            return Decimal(0)
        chosen = sum(1 for bound in bounds if bound < units)
        _bound, each, flat = tiers[chosen]
        return units * Decimal(str(each)) / Decimal(batch) + Decimal(str(flat))
    total, left, floor = Decimal(0), units, Decimal(0)
    for bound, (_up_to, each, flat) in zip(bounds, tiers, strict=True):
        if left <= 0:
            break
        taken = min(left, bound - floor)
        total += taken * Decimal(str(each)) / Decimal(batch) + Decimal(str(flat))
        left -= taken
        floor = bound
    return total


@tagged("post_install", "-at_install")
class TestCharge(BillingCase):
    def make(self, model, quota=0, price=0, batch=1, tiers=()):
        return self.make_charge(
            plan_id=False,
            charge_model=model,
            included_quota=quota,
            price_per_unit=price,
            unit_batch=batch,
            tier_ids=[
                (0, 0, {"sequence": number, "up_to": up_to, "price_per_unit": each,
                        "flat_amount": flat})
                for number, (up_to, each, flat) in enumerate(tiers)
            ],
        )  # fmt: skip

    def test_worked_examples(self):
        cpu = self.make("standard", 18_000, 0.0075, 3600)
        maps = self.make("standard", 5_000_000, 0.10, 1000)
        package = self.make("package", 5_000_000, 0.10, 1000)
        graduated = self.make("graduated", tiers=TIERS)
        volume = self.make("volume", tiers=TIERS)
        for charge, quantity, units, amount in (
            (cpu, 18_000, 0, 0),
            (cpu, 25_200, 7200, 0.015),
            (cpu, 18_001, 1, 0.000002),
            (maps, 5_001_500, 1500, 0.15),
            (package, 5_001_500, 1500, 0.20),
            (package, 5_000_001, 1, 0.10),
            (package, 5_000_000, 0, 0),
            (graduated, 100, 100, 100),
            (graduated, 101, 101, 110.50),
            (graduated, 650, 650, 325),
            (volume, 100, 100, 100),
            (volume, 101, 101, 60.50),
            (volume, 500, 500, 260),
            (volume, 650, 650, 65),
            (volume, 0, 0, 0),
        ):
            with self.subTest(model=charge.charge_model, quantity=quantity):
                self.assertEqual(charge._compute_billable(quantity), (units, amount))

    def test_bad_quantities(self):
        charge = self.make("standard", 0, 1)
        self.assertEqual(charge._compute_billable(-5), (0, 0))
        for wrong in (float("nan"), float("inf")):
            with self.assertRaises(ValueError):
                charge._compute_billable(wrong)

    def test_least_and_most(self):
        charge = self.make("standard", 10, 1)
        charge.write({"min_amount": 5, "max_amount": 8})
        for quantity, amount in ((10, 0), (11, 5), (16, 6), (30, 8)):
            self.assertEqual(charge._compute_billable(quantity)[1], amount)

    def test_a_thousand_random_cases_of_each_model(self):
        dice = random.Random(20260501)
        for model in pricing.MODELS:
            previous = None
            for _case in range(1000):
                quota = dice.choice((0, 10, 5000))
                price = dice.choice(("0.0075", "0.1", "1", "12.345678"))
                batch = dice.choice((1, 7, 1000, 3600))
                quantity = dice.randrange(0, 20_000_000) / 1000
                tiers = tuple(
                    pricing.Tier(Decimal(bound), Decimal(str(each)), Decimal(str(flat)))
                    for bound, each, flat in TIERS
                )
                terms = pricing.Terms(model, Decimal(quota), Decimal(price), Decimal(batch), tiers)
                _units, found = pricing.bill(quantity, terms)
                expected = oracle(model, str(quantity), quota, price, batch, TIERS)
                self.assertLessEqual(abs(found - expected), Decimal("0.0000005"))
                if model != "volume":
                    _units, more = pricing.bill(quantity + 1, terms)
                    self.assertGreaterEqual(more, found)
                previous = found
            self.assertIsNotNone(previous)

    def test_graduated_is_continuous_without_flat_amounts(self):
        tiers = (pricing.Tier(Decimal(100), Decimal(1), Decimal(0)),
                 pricing.Tier(Decimal(0), Decimal("0.5"), Decimal(0)))  # fmt: skip
        terms = pricing.Terms("graduated", Decimal(0), Decimal(0), Decimal(1), tiers)
        below, above = (pricing.bill(value, terms)[1] for value in (99.999, 100.001))
        self.assertLess(above - below, Decimal("0.01"))
