"""Which devices one application to the Assistive Devices Program can ask for.

Source: ADP, Mobility Devices Policy Manual: one seated device, and a walker beside it.
"""

from collections import Counter

SEATED = ("wheelchair", "powerchair", "scooter")


def conflict(types):
    """:param types: list of equipment types
    :return: the two that cannot stand together, as a tuple, or None
    """
    for key, count in Counter(types).items():
        if count > 1:
            return key, key
    seated = [key for key in types if key in SEATED]
    return (seated[0], seated[1]) if len(seated) > 1 else None
