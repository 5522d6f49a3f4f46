"""Lengths as people read them off a tape measure. Everything is kept in inches."""

import re
from fractions import Fraction

MM_PER_INCH = Fraction("25.4")
_NUMBER = r"(?:\d+[.,]\d+|[.,]\d+|\d+)"
_AMOUNT = rf"(?:\d+[\s-]+\d+\s*/\s*\d+|\d+\s*/\s*\d+|{_NUMBER})"
_INCH = r'(?:"|″|”|\'\'|in\.?|inch(?:es)?)'
_FOOT = r"(?:'|′|’|ft\.?|foot|feet)"
_METRIC = re.compile(rf"({_NUMBER})\s*(mm|cm|m)")
_IMPERIAL = re.compile(
    rf"(?:({_AMOUNT})\s*{_FOOT}(?!')\s*-?\s*)?(?:({_AMOUNT})\s*{_INCH}?)?", re.IGNORECASE
)
_LONGEST = 40  # characters
_METRIC_MM = {"mm": 1, "cm": 10, "m": 1000}


def _amount(text):
    """:return: Fraction of ``12``, ``12.5``, ``12,5``, ``3/8``, ``12 3/8`` or ``12-3/8``"""
    if "/" not in text:
        return Fraction(text.replace(",", "."))
    *whole, numerator, denominator = re.findall(r"\d+", text)
    return Fraction(int(numerator), int(denominator)) + (int(whole[0]) if whole else 0)


def parse(text):
    """:param text: what was typed, a number or text
    :return: inches, rounded to three decimals; 0.0 for nothing
    :raise ValueError: negative, or no length at all
    """
    text = str(text if text not in (None, False) else "").strip()
    if not text:
        return 0.0
    if len(text) > _LONGEST:
        raise ValueError("too long")
    metric = _METRIC.fullmatch(text.lower())
    try:
        if metric:
            inches = _amount(metric[1]) * _METRIC_MM[metric[2]] / MM_PER_INCH
        else:
            imperial = _IMPERIAL.fullmatch(text)
            if not imperial or not (imperial[1] or imperial[2]):
                raise ValueError(text)
            inches = 12 * _amount(imperial[1] or "0") + _amount(imperial[2] or "0")
    except ZeroDivisionError as error:
        raise ValueError(text) from error
    return round(float(inches), 3)
