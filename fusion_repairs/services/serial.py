"""Serial numbers as people count them: 999 comes before 1000."""

import re


def make_sort_key(serial_key):
    """:param serial_key: upper case, letters and digits only
    :return: tuple that sorts letters by text and digits by value
    """
    parts = re.findall(r"\d+|\D+", serial_key or "")
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def is_between(serial_key, first, last):
    """:param first: lowest key, empty: any; likewise ``last``
    :return: whether the number lies between them, both included; never without a number
    """
    key = make_sort_key(serial_key)
    is_high_enough = not first or key >= make_sort_key(first)
    return bool(key) and is_high_enough and (not last or key <= make_sort_key(last))
