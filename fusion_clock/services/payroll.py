"""Rounding of hours, at the export only."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

_METHODS = {"nearest": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_FLOOR}


def round_hours(hours, step_minutes, method="nearest"):
    """:param step_minutes: 0 leaves the hours as they are
    :param method: "nearest" (half a step goes up), "up" or "down"
    :return: hours in whole steps"""
    if not step_minutes:
        return hours
    # Six decimals: 7.25 h are 435 minutes although a float says 434.9999999.
    steps = Decimal(str(round(hours * 60, 6))) / Decimal(step_minutes)
    return float(steps.to_integral_value(_METHODS[method]) * step_minutes / 60)
