"""What is unusual about a login, in plain arithmetic."""

import math
import re

from .. import const

_EARTH_KM = 6371.0
_VERSION = re.compile(r"\s+[\d.]+$")


def get_device(row):
    """:return: browser family, system family and device type; versions are ignored"""
    return tuple(_VERSION.sub("", row.get(name) or "") for name in ("browser", "os")) + (
        row.get("device_type") or "unknown",
    )


def get_country(row):
    """:return: two letters, or "" for no country or a private network"""
    code = row.get("country_code") or ""
    return "" if code == const.PRIVATE_CODE else code


def distance_km(one, other):
    """Great-circle distance (haversine) of two (latitude, longitude) in degrees."""
    (lat1, lon1), (lat2, lon2) = [[math.radians(part) for part in point] for point in (one, other)]
    inner = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, inner)))


def is_impossible_travel(before, row):
    """:param before: the user's preceding success; both with ``event_time`` and coordinates"""
    points = [(item.get("latitude"), item.get("longitude")) for item in (before, row)]
    if any(part is None for point in points for part in point):
        return False
    distance = distance_km(*points)
    hours = (row["event_time"] - before["event_time"]).total_seconds() / 3600
    return distance > const.TRAVEL_KM and distance > const.TRAVEL_KMH * max(hours, 0)


def assess(row, history):
    """:param history: the user's earlier successes, oldest first; none means nothing is new
    :return: ``{"is_new_device", "is_new_country", "is_impossible_travel"}``
    """
    country = get_country(row)
    return {
        "is_new_device": bool(history) and get_device(row) not in map(get_device, history),
        "is_new_country": bool(history and country) and country not in map(get_country, history),
        "is_impossible_travel": bool(history) and is_impossible_travel(history[-1], row),
    }
