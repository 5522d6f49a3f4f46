"""Driving time between two points, estimated from the straight line. No ``env``."""

from math import asin, ceil, cos, radians, sin, sqrt

EARTH_KM = 6371.0
SAME_PLACE_KM = 0.1
STEP_MINUTES = 5
SAME_POSTAL_CODE_MINUTES = 10
SAME_AREA_MINUTES = 15  # the first three characters of a Canadian postal code


def is_known(point):
    """:param point: ``(lat, lng)`` or ``(lat, lng, postal code)``; (0, 0) counts as unknown"""
    lat, lng = point[:2]
    return bool(lat or lng) and abs(lat) <= 90 and abs(lng) <= 180


def distance_km(origin, destination):
    """:return: great-circle distance in kilometres (haversine formula)"""
    lat1, lng1, lat2, lng2 = map(radians, (*origin[:2], *destination[:2]))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lng2 - lng1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(chord))


def estimate(origin, destination, rule):
    """
    :param rule: dict of the ``travel_*`` numbers of ``const.NUMBERS``
    :return: ``(minutes, km)``; km is 0.0 where a point is unknown
    """
    if not (is_known(origin) and is_known(destination)):
        return _estimate_by_postal_code(origin, destination, rule), 0.0
    straight = distance_km(origin, destination)
    if straight <= SAME_PLACE_KM:
        return 0, 0.0
    km = straight * rule["travel_detour_factor"]
    minutes = ceil(km / rule["travel_speed_kmh"] * 60 / STEP_MINUTES) * STEP_MINUTES
    least, most = rule["travel_min_minutes"], rule["travel_max_minutes"]
    return int(min(max(minutes, least), most)), round(km, 2)


def _estimate_by_postal_code(origin, destination, rule):
    ours, theirs = _postal_code(origin), _postal_code(destination)
    if ours and ours == theirs:
        return SAME_POSTAL_CODE_MINUTES
    if ours and ours[:3] == theirs[:3]:
        return SAME_AREA_MINUTES
    return int(rule["travel_default_minutes"])


def _postal_code(point):
    text = point[2] if len(point) > 2 else ""
    return (text or "").replace(" ", "").upper()
