"""Pure helpers: no environment, plain values in and out."""

import base64
import binascii
import json
import re
from urllib.parse import unquote, urlsplit, urlunsplit

from . import const

NOTHING = "__none__"  # the label of nobody
_SECRET_NAME = re.compile(r"token|key|password|secret|sig|hash|access", re.IGNORECASE)
_WILDCARD = re.compile(r"([\\%_])")
#: What XML 1.0 forbids, and lone surrogates: one of them makes an XML-RPC request unreadable.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def build_ticket_vals(
    kind, subject, body_html, team_id, client_label, reporter_name, reporter_email, company_name,
):  # fmt: skip
    """:param kind: ``bug`` or ``feature``
    :return: dict of a ticket's fields; what is empty is left out but for the first three
    """
    title = f"{const.KINDS[kind]}: {subject or '(untitled)'}"
    vals = {
        "name": f"[{client_label}] {title}" if client_label else title,
        "description": body_html,
        "partner_name": reporter_name,
    }
    optional = {
        "team_id": team_id,
        "partner_email": reporter_email,
        "partner_company_name": company_name,
        "x_fc_client_label": client_label,
    }
    return vals | {name: value for name, value in optional.items() if value}


def build_scope_domain(label, email, is_admin):
    """Whose rows a person sees. The label always binds; an empty label or address is nobody's.

    :return: list of leaves
    """
    domain = [("x_fc_client_label", "=", label or NOTHING)]
    if not is_admin and email:
        domain.append(("partner_email", "=ilike", _WILDCARD.sub(r"\\\1", email)))
    elif not is_admin:
        domain.append(("id", "=", 0))
    return domain


def is_public_message(msg):
    return not msg.get("subtype_is_internal", False)


def compute_unread_count(tickets, seen_by_id):
    """:param tickets: dicts with ``id`` and ``last_support_msg_id``
    :param seen_by_id: {ticket id: newest message id seen}; absent is 0
    """
    return sum(
        (ticket.get("last_support_msg_id") or 0) > seen_by_id.get(ticket["id"], 0)
        for ticket in tickets
    )


def clean_text(text, limit):
    """:return: ``text`` without what XML forbids, cut to ``limit`` characters"""
    return _FORBIDDEN.sub("", text or "")[:limit]


def scrub_url(url):
    """Replace the values of secret-looking names by ``***``, in the query and the fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    query, fragment = _scrub_pairs(parts.query), _scrub_pairs(parts.fragment)
    return urlunsplit((parts.scheme, host, parts.path, query, fragment))


def _scrub_pairs(text):
    return "&".join(_scrub_pair(pair) for pair in text.split("&"))


def _scrub_pair(pair):
    """A value that is itself an address with parameters is hidden whole when one is secret."""
    name, mark, value = pair.partition("=")
    plain = unquote(unquote(value))
    is_secret = _SECRET_NAME.search(unquote(name)) or "=" in plain and _SECRET_NAME.search(plain)
    return f"{name}=***" if mark and is_secret else pair


def backoff_minutes(attempts):
    """:return: minutes to wait after the given number of attempts, 1 or more"""
    return const.BACKOFF_MIN[min(max(attempts, 1), len(const.BACKOFF_MIN)) - 1]


def parse_connection_code(code):
    """:return: dict of ``url``, ``db``, ``login``, ``key``
    :raise ValueError: when it is no code of central
    """
    head, body = code[: len(const.CONNECTION_CODE)], code[len(const.CONNECTION_CODE) :]
    if head != const.CONNECTION_CODE:
        raise ValueError("not a connection code")
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        values = json.loads(raw)
        found = {name: values[name] for name in ("url", "db", "login", "key")}
    except (binascii.Error, UnicodeError, RecursionError, KeyError, TypeError) as error:
        raise ValueError("not a connection code") from error
    if not all(isinstance(value, str) and value for value in found.values()):
        raise ValueError("not a connection code")
    return found
