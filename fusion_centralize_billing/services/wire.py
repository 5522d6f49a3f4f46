"""What comes over the wire, checked field by field. Source: the billing API, sections 1 and 2."""

import re
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation

from .. import const
from ..exceptions import BillingApiError

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_UNIX = re.compile(r"\d{1,11}(\.\d{1,9})?")
_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")  # no text of a database holds these
_MISSING = object()
MAX_INT = 2**31 - 1


class Fields:
    """Reads a JSON object and collects what is wrong with it.

    :param values: the object
    :param path: put in front of each field's name, e.g. ``usage.12``
    """

    def __init__(self, values, path=""):
        self.path = path
        self.errors = {}
        self.values = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self.fail("", "value_is_invalid")

    def fail(self, name, word="value_is_invalid"):
        where = ".".join(part for part in (self.path, name) if part) or "base"
        self.errors.setdefault(where, []).append(word)

    def check(self):
        """:raise BillingApiError: something was wrong"""
        if self.errors:
            raise BillingApiError(422, "validation_errors", self.errors)

    def has(self, name):
        return name in self.values

    def _get(self, name, required, aliases=()):
        for key in (name, *aliases):
            value = self.values.get(key, _MISSING)
            if value is not _MISSING and value is not None:
                return value
        if required:
            self.fail(name, "value_is_mandatory")
        return None

    def text(self, name, *, required=False, limit=255, pattern=None, aliases=()):
        """:return: trimmed text, None when absent"""
        value = self._get(name, required, aliases)
        if value is None:
            return None
        if not isinstance(value, str) or is_unprintable(value):
            return self.fail(name)
        value = value.strip()
        if len(value) > limit:
            return self.fail(name, "value_too_long")
        if required and not value:
            return self.fail(name, "value_is_mandatory")
        if pattern and value and not re.fullmatch(pattern, value):
            return self.fail(name)
        return value

    def external_id(self, name, *, required=True, aliases=()):
        return self.text(name, required=required, pattern=const.EXTERNAL_ID, aliases=aliases)

    def number(self, name, *, required=False):
        """:return: Decimal of a number or its text: up to 12 digits before the point, 6 after"""
        value = self._get(name, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return self.fail(name)
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            return self.fail(name)
        if not number.is_finite():
            return self.fail(name)
        plain = format(number, "f")
        if "." in plain:
            plain = plain.rstrip("0").rstrip(".") or "0"
        if not _NUMBER.fullmatch(plain):
            return self.fail(name, "value_is_out_of_range")
        return Decimal(plain)

    def integer(self, name, *, required=False, low=0, high=MAX_INT):
        value = self._get(name, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            return self.fail(name)
        if not low <= value <= high:
            return self.fail(name, "value_is_out_of_range")
        return value

    def boolean(self, name):
        value = self._get(name, False)
        if value is not None and not isinstance(value, bool):
            return self.fail(name)
        return bool(value)

    def choice(self, name, options, *, required=False, default=None):
        value = self.text(name, required=required, limit=64)
        if value is None:
            return default
        return value if value in options else self.fail(name)

    def moment(self, name, zone, *, required=False):
        """:param zone: pytz zone of a date without a time
        :return: naive UTC datetime"""
        value = self._get(name, required)
        if value is None:
            return None
        try:
            return parse_moment(value, zone)
        except (ValueError, OverflowError, OSError):
            return self.fail(name)


def is_unprintable(text):
    return bool(_UNPRINTABLE.search(text))


def parse_moment(value, zone):
    """RFC 3339 with an offset, Unix seconds as a number or text, or a date: local midnight.

    :return: naive UTC, whole seconds
    :raise ValueError: none of these, or out of the calendar's range
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a moment")
    text = str(value).strip()
    if _UNIX.fullmatch(text):
        moment = datetime.fromtimestamp(int(float(text)), timezone.utc)
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        midnight = datetime.combine(date.fromisoformat(text), datetime.min.time())
        moment = zone.localize(midnight)
    else:
        moment = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError("an offset is needed")
    moment = moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
    if not 2000 <= moment.year < 2200:
        raise ValueError("out of range")
    return moment


def show_moment(moment):
    """:return: naive UTC as the API writes it, None for an empty one"""
    return f"{moment.isoformat(timespec='seconds')}Z" if moment else None


def show_date(day):
    return day.isoformat() if day else None


def show_number(value):
    """:return: a rate or quantity as text with six decimals"""
    return f"{Decimal(str(value or 0)):.6f}"


def cents(amount, currency):
    """:return: minor units of a monetary amount"""
    return int((Decimal(str(amount)) / Decimal(str(currency.rounding))).to_integral_value())
