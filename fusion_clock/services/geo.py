"""Distances and untrusted positions, without Odoo."""

import ipaddress
import math

from ..const import EARTH_RADIUS_M


def distance_m(latitude1, longitude1, latitude2, longitude2):
    """:return: metres between two points in degrees (haversine on a sphere)"""
    phi1, phi2 = math.radians(latitude1), math.radians(latitude2)
    half_phi = (phi2 - phi1) / 2
    half_lambda = math.radians(longitude2 - longitude1) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def is_missing(value):
    """:return: whether a client sent no figure; 0 is a figure, False (core's systray) is not"""
    return value is None or value is False or value == ""


def parse_position(latitude, longitude):
    """:return: (latitude, longitude) as floats, or None for anything that is no place on Earth;
    0/0 is what broken receivers send and counts as none"""
    try:
        position = float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    if not all(map(math.isfinite, position)) or position == (0.0, 0.0):
        return None
    return position if abs(position[0]) <= 90 and abs(position[1]) <= 180 else None


def parse_accuracy(accuracy):
    """:return: metres, 0.0 when missing, None when it is no figure; infinity stays infinity"""
    if is_missing(accuracy):
        return 0.0
    try:
        metres = float(accuracy)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(metres) or metres < 0 else metres


def parse_networks(text):
    """:param text: comma-separated addresses and CIDR ranges, v4 and v6
    :return: list of networks
    :raise ValueError: one of them is malformed"""
    parts = (part.strip() for part in (text or "").split(","))
    return [ipaddress.ip_network(part, strict=False) for part in parts if part]


def is_in_networks(ip, text):
    """:return: whether an address (text) lies in one of the ranges; malformed text is outside"""
    try:
        address = ipaddress.ip_address(ip or "")
        networks = parse_networks(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return any(address in network for network in networks)
