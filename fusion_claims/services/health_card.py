"""Ontario's health card number: ten digits, the last a check digit (Luhn, modulus 10)."""

import re


def normalize(number):
    """:param number: text with blanks or dashes
    :return: ten digits
    :raise ValueError: it is no health card number; the message does not repeat it"""
    digits = re.sub(r"[\s-]", "", number or "")
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise ValueError("ten digits")
    if _luhn(digits) % 10:
        raise ValueError("check digit")
    return digits


def mask(digits):
    """:return: the last four digits behind dots, "" for nothing"""
    return "•" * (len(digits) - 4) + digits[-4:] if digits else ""


def _luhn(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total
