"""Where an attempt comes from: address, program, channel; and how outside text is cleaned."""

import functools
import ipaddress
import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from odoo.addons.fusion_base.tools.address import PUBLIC, classify

from .. import const

_logger = logging.getLogger(__name__)
_stored = ContextVar("fusion_login_audit_origin", default=None)
_CONTROL = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Origin:
    """``ip`` is normalised, False for garbage, ``internal`` without a request."""

    ip: str | bool = const.INTERNAL
    agent: str = const.NO_REQUEST
    channel: str = const.INTERNAL


def get_stored():
    """:return: the :class:`Origin` kept by :func:`keep_origin` or None"""
    return _stored.get()


@contextmanager
def keep_origin(origin):
    """RPC services run without a request: keep where the call came from around them."""
    token = _stored.set(origin)
    try:
        yield
    finally:
        _stored.reset(token)


def clean_text(value, size):
    """Make outside text storable: control characters become spaces, NUL and surrogates go.

    :return: text of at most ``size`` characters
    """
    text = value if isinstance(value, str) else "" if value in (None, False) else repr(value)
    return _CONTROL.sub(" ", _SURROGATE.sub("", text[: size * 4]))[:size]


def normalize_ip(ip):
    """:return: canonical text of an address, without zone; IPv4 inside IPv6 as IPv4; else False"""
    try:
        address = ipaddress.ip_address(str(ip).strip().partition("%")[0])
    except ValueError:
        return False
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_public_ip(ip):
    """:return: whether the address belongs to the public internet and may be looked up"""
    normal = normalize_ip(ip)
    return bool(normal) and classify(normal) == PUBLIC


@functools.lru_cache(maxsize=1)
def _warn_no_parser():
    _logger.warning("user-agents cannot be used: rows are written without browser and system")


@functools.lru_cache(maxsize=512)
def parse_agent(agent):
    """:return: ``{"browser", "os", "device_type"}``; empty and ``unknown`` where unreadable"""
    unknown = {"browser": "", "os": "", "device_type": "unknown"}
    if not agent or agent == const.NO_REQUEST:
        return unknown
    try:
        from user_agents import parse

        found = parse(agent)
        return {
            "browser": _join(found.browser.family, found.browser.version[:2], "browser"),
            "os": _join(found.os.family, found.os.version[:2], "os"),
            "device_type": _get_device_type(found),
        }
    except ImportError:
        _warn_no_parser()
    except (ValueError, TypeError, AttributeError, IndexError, re.error):
        _logger.info("A user agent could not be read", exc_info=True)
    return unknown


def _join(family, version, field):
    if not family or family == "Other":
        return ""
    number = ".".join(str(part) for part in version if part not in (None, ""))
    return clean_text(f"{family} {number}".strip(), const.SIZES[field])


def _get_device_type(found):
    for kind, is_kind in (
        ("bot", found.is_bot),
        ("tablet", found.is_tablet),
        ("mobile", found.is_mobile),
        ("desktop", found.is_pc),
    ):
        if is_kind:
            return kind
    return "unknown"
