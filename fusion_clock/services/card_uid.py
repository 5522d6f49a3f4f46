"""Canonical form of card numbers (ISO/IEC 14443-3 UIDs of 4, 7 or 10 bytes and their kin)."""

import re

_SEPARATORS = re.compile(r"[\s:\-]+")
_HEX = re.compile(r"(?:[0-9A-F]{2}){4,10}")
_RANDOM_PREFIX = "08:"  # ISO/IEC 14443-3: a single-size UID starting 08 is drawn anew each time
_RANDOM_LENGTH = 11  # characters of a canonical 4-byte UID


def normalize_uid(text):
    """:return: upper-case hex bytes joined by colons, or False when ``text`` is not 4-10 bytes"""
    if not isinstance(text, str):
        return False
    digits = _SEPARATORS.sub("", text).upper()
    if not _HEX.fullmatch(digits):
        return False
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def is_random_uid(uid):
    """:return: whether a canonical UID changes at every tap (phones, some payment cards)"""
    return len(uid) == _RANDOM_LENGTH and uid.startswith(_RANDOM_PREFIX)
