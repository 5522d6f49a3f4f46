"""What an app's invoice says, read without Odoo: numbers, lines, families, providers' answers."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .period import local_day

ZERO = Decimal(0)
VOID = ("void", "voided", "cancelled", "canceled")
# "Remaining time on 2 x Daily backup after 3 May 2026" is priced like its "Daily backup".
_PRORATION = re.compile(r"\s*(?:remaining|unused) time on (.+?)(?: after| from |\s*[(\[]|$)", re.S)
# https://docs.stripe.com/currencies
ZERO_DECIMAL = frozenset(
    ("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf").split()
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))


@dataclass(frozen=True)
class Line:
    """``quantity`` and ``price`` give ``amount`` to the cent."""

    description: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


def number(value):
    """:return: Decimal of a number or its text, 0 where there is none
    :raise ValueError: no finite number"""
    if value is None or value is False or value == "":
        return ZERO
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{str(value)[:40]!r} is no number") from None
    if not found.is_finite():
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return found


def to_cents(value):
    """:return: Decimal at two places, half up"""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def is_zero(inv):
    """:return: whether there is nothing to book; unreadable amounts are not nothing"""
    items = inv.get("items") or []
    try:
        amounts = [inv.get("subtotal"), inv.get("tax"), *(item.get("amount") for item in items)]
        return not any(map(number, amounts))
    except ValueError:
        return False


def read_lines(items, subtotal, fallback):
    """:param fallback: text of the one line where the invoice has no items
    :return: list of Line; quantity and unit price only where they give the item's amount"""
    if not items:
        return [Line(fallback, Decimal(1), subtotal, subtotal)]
    return [_read_item(item, fallback) for item in items]


def _read_item(item, fallback):
    description = (item.get("description") or "").strip() or fallback
    amount = number(item.get("amount"))
    quantity, price = number(item.get("quantity")), number(item.get("unit_price"))
    # Odoo keeps two decimals of a quantity.
    if to_cents(quantity) == quantity and to_cents(quantity * price) == amount and quantity:
        return Line(description, quantity, price, amount)
    return Line(description, Decimal(1), amount, amount)


def strip_proration(description):
    """:return: the small letters of what was sold, without a proration's words around it"""
    text = (description or "").lower()
    match = _PRORATION.match(text)
    return match[1] if match else text


def find_family(description, families):
    """:param families: [(code, [keyword in small letters])], the first match wins
    :return: code, None when no keyword is in the text"""
    text = strip_proration(description)
    for code, keywords in families:
        if any(keyword in text for keyword in keywords):
            return code
    return None


def to_day(value, zone):
    """:param value: date, datetime (naive: UTC), ISO text or Unix seconds
    :return: local date, None for an empty value
    :raise ValueError: none of these"""
    if value in (None, False, ""):
        return None
    if isinstance(value, int | float):
        value = datetime.fromtimestamp(value, timezone.utc)
    if isinstance(value, str):
        is_date = re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip())
        value = (date if is_date else datetime).fromisoformat(value.strip().replace("Z", "+00:00"))
    if not isinstance(value, datetime):
        return value
    if value.tzinfo:
        value = value.astimezone(timezone.utc).replace(tzinfo=None)
    return local_day(value, zone)


def _minor(amount, currency):
    code = currency.lower()
    digits = 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2
    return float(Decimal(int(amount)).scaleb(-digits))


def read_stripe(answer, zone):
    """Source: https://docs.stripe.com/api/invoices/object

    :return: ``{invoice_date, void, draft, paid, paid_at, amount_paid}``: local dates, major units
    :raise KeyError, TypeError, ValueError, AttributeError: no invoice of Stripe's
    """
    status = answer["status"]
    if status not in ("draft", "open", "paid", "uncollectible", "void"):
        raise ValueError("unknown status")
    return {
        "invoice_date": to_day(int(answer["created"]), zone),
        "void": status == "void",
        "draft": status == "draft",
        "paid": status == "paid",
        "paid_at": to_day((answer.get("status_transitions") or {}).get("paid_at"), zone),
        "amount_paid": _minor(answer["amount_paid"], answer["currency"]),
    }


def read_lago(answer, zone):
    """Source: https://getlago.com/docs/api-reference/invoices/invoice-object

    :return, raise: as :func:`read_stripe`; Lago tells no moment of the payment
    """
    invoice = answer["invoice"]
    status = invoice["status"]
    if not isinstance(status, str):
        raise TypeError("no status")
    is_paid = invoice["payment_status"] == "succeeded"
    paid = invoice.get("total_paid_amount_cents")
    if paid is None:
        paid = invoice["total_amount_cents"] if is_paid else 0
    return {
        "invoice_date": to_day(invoice["issuing_date"], zone),
        "void": status == "voided",
        "draft": status not in ("finalized", "voided"),
        "paid": is_paid,
        "paid_at": None,
        "amount_paid": _minor(paid, invoice["currency"]),
    }
