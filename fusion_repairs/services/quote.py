"""The arithmetic of a call-out: what of the labour is billed. Sections follow the rate card."""

import math


def billable_minutes(minutes, included, increment, minimum):
    """:param minutes: worked or estimated
    :param included: minutes that the call-out fee pays for
    :param increment: what is begun counts whole; minutes
    :param minimum: least time billed once any is; minutes
    :return: whole minutes
    """
    over = max(0, minutes - included)
    if not over:
        return 0
    return max(math.ceil(over / increment) * increment, minimum)


def do_periods_overlap(one, other):
    """:param one: ``(first day, last day or None)``; both days count"""
    begins_in_time = other[1] is None or one[0] <= other[1]
    ends_in_time = one[1] is None or other[0] <= one[1]
    return begins_in_time and ends_in_time
