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
    return round_minutes(km / rule["travel_speed_kmh"] * 60, rule), round(km, 2)


def round_minutes(minutes, rule):
    """:return: rounded up to five minutes, within the rule's bounds"""
    minutes = ceil(minutes / STEP_MINUTES) * STEP_MINUTES
    return int(min(max(minutes, rule["travel_min_minutes"]), rule["travel_max_minutes"]))


def find_order(points, start=None):
    """The nearest next, then every crossing undone (2-opt).

    :param points: list of ``(lat, lng)``
    :param start: where the drive begins, the first known point when None
    :return: indexes of ``points`` in driving order; unknown points last, in given order
    """
    known = [index for index, point in enumerate(points) if is_known(point)]
    unknown = [index for index, point in enumerate(points) if not is_known(point)]
    if not known:
        return unknown
    is_fixed = start is None or not is_known(start)
    here = points[known[0]] if is_fixed else start
    route, left = [], list(known)
    while left:
        nearest = min(left, key=lambda index: (distance_km(here, points[index]), index))
        left.remove(nearest)
        route.append(nearest)
        here = points[nearest]
    origin = points[route[0]] if is_fixed else start
    return _undo_crossings(route, points, origin, int(is_fixed)) + unknown


def _undo_crossings(route, points, origin, first):
    """:param first: the lowest place in the route that may change"""
    best = _length(route, points, origin)
    is_better = True
    while is_better:
        is_better = False
        for start in range(first, len(route) - 1):
            for end in range(start + 2, len(route) + 1):
                turned = route[:start] + route[start:end][::-1] + route[end:]
                length = _length(turned, points, origin)
                if length < best - 1e-9:
                    route, best, is_better = turned, length, True
    return route


def _length(route, points, origin):
    stops = [origin, *(points[index] for index in route)]
    return sum(distance_km(one, other) for one, other in zip(stops, stops[1:], strict=False))


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
