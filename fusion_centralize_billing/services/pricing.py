"""What a quantity costs: one class per charge model, exact decimals."""

import math
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

STEP = Decimal("0.000001")  # amounts stay at six decimals until the invoice line


@dataclass(frozen=True)
class Tier:
    """Units up to and with ``up_to`` (0 = no limit) of a graduated or volume charge."""

    up_to: Decimal
    price: Decimal
    flat: Decimal


@dataclass(frozen=True)
class Terms:
    """The figures of a charge. ``price`` is that of one batch of ``batch`` units."""

    model: str
    quota: Decimal
    price: Decimal
    batch: Decimal
    tiers: tuple = ()
    least: Decimal = field(default=Decimal(0))  # 0 = none
    most: Decimal = field(default=Decimal(0))  # 0 = none


class Standard:
    """Each unit at the price of its part of a batch."""

    @staticmethod
    def amount(units, terms):
        return units / terms.batch * terms.price


class Package:
    """Each started batch is billed whole."""

    @staticmethod
    def amount(units, terms):
        return Decimal(math.ceil(units / terms.batch)) * terms.price


class Graduated:
    """Each tier prices only the units that fall into it."""

    @staticmethod
    def amount(units, terms):
        total, floor = Decimal(0), Decimal(0)
        for tier in terms.tiers:
            top = tier.up_to or units
            within = min(units, top) - floor
            if within > 0:
                total += within / terms.batch * tier.price + tier.flat
            floor = top
        return total


class Volume:
    """The tier that holds all units prices all of them."""

    @staticmethod
    def amount(units, terms):
        if not units:
            return Decimal(0)
        tier = next(tier for tier in terms.tiers if not tier.up_to or units <= tier.up_to)
        return units / terms.batch * tier.price + tier.flat


MODELS = {"standard": Standard, "package": Package, "graduated": Graduated, "volume": Volume}


def to_decimal(value):
    """:return: the decimal that a float shows, 0.1 and not its binary neighbour
    :raise ValueError: not a finite number"""
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def part_of(value, fraction):
    """:return: Decimal, a Fraction of a value"""
    return value * fraction.numerator / fraction.denominator


def prorate(quota, fraction):
    """:return: that part of a quota, at six decimals"""
    return quota if fraction == 1 else round_to(part_of(quota, fraction), STEP)


def round_to(value, step):
    """Half up, away from zero."""
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def bill(quantity, terms):
    """:param quantity: the period's aggregate; below 0 counts as 0
    :return: (billable units, amount at six decimals)
    :raise ValueError: not a finite number
    """
    units = max(to_decimal(quantity) - terms.quota, Decimal(0))
    amount = MODELS[terms.model].amount(units, terms)
    if units and terms.least:
        amount = max(amount, terms.least)
    if terms.most:
        amount = min(amount, terms.most)
    return units, amount.quantize(STEP, rounding=ROUND_HALF_UP)


def round_quantity(quantity, mode, decimals):
    """:param mode: ``none``, ``ceil``, ``floor`` or ``round`` (half up)"""
    number = to_decimal(quantity)
    if mode == "none":
        return number
    factor = Decimal(10) ** decimals
    scaled = number * factor
    if mode == "round":
        return scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP) / factor
    return Decimal(math.ceil(scaled) if mode == "ceil" else math.floor(scaled)) / factor
