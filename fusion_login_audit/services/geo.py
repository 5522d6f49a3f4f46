"""The place of an address: cleaning what a source says, the web source, the host name.

A place is ``{"country_code", "country_name", "city", "geo_state", "latitude", "longitude"}``.
"""

import math
import re
import socket
import threading
from urllib.parse import quote

from odoo.addons.fusion_base.tools.outbound import (
    LOOPBACK,
    OutboundClient,
    OutboundMalformed,
)

from .. import const
from .origin import clean_text

_TEXTS = ("country_name", "city", "geo_state")


def clean_place(place):
    """Cut every text to its column and round to about one kilometre.

    :return: place dict; {} without a country of two letters
    """
    code = place.get("country_code")
    if not isinstance(code, str) or not re.fullmatch("[A-Za-z]{2}", code):
        return {}
    cleaned = {"country_code": code.upper()}
    cleaned.update({name: clean_text(place.get(name), const.SIZES[name]) for name in _TEXTS})
    latitude = _coordinate(place.get("latitude"), 90)
    longitude = _coordinate(place.get("longitude"), 180)
    if latitude is None or longitude is None:
        latitude = longitude = None
    return {**cleaned, "latitude": latitude, "longitude": longitude}


def _coordinate(value, limit):
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value, 2) if math.isfinite(value) and abs(value) <= limit else None


class GeoClient:
    """Ask the web service an administrator chose. Answers after ip-api.com's JSON.

    :param base_url: https, or http on loopback
    :param key: sent as ``key=``, may be empty
    """

    def __init__(self, base_url, key=""):
        self._key = key
        self._http = OutboundClient(
            base_url,
            timeout=const.GEO_TIMEOUT_S,
            allow_private=True,
            allow_http=LOOPBACK,
            max_bytes=const.GEO_MAX_BYTES,
            headers={"User-Agent": const.GEO_AGENT},
        )

    def locate(self, ip):
        """:return: ``{"place": place dict or {}, "pause_s": seconds to stop asking, 0 to go on}``
        :raise OutboundError: see its subclasses
        """
        params = {"fields": const.GEO_FIELDS, **({"key": self._key} if self._key else {})}
        answer = self._http.request("GET", f"/{quote(ip)}", params=params)
        body = answer.json()
        if not isinstance(body, dict) or body.get("status") not in ("success", "fail"):
            raise OutboundMalformed("The answer is not a place", answer=answer)
        place = _read_place(body) if body["status"] == "success" else {}
        return {"place": place, "pause_s": get_pause(answer.headers)}


def _read_place(body):
    return clean_place(
        {
            "country_code": body.get("countryCode"),
            "country_name": body.get("country"),
            "city": body.get("city"),
            "geo_state": body.get("regionName"),
            "latitude": body.get("lat"),
            "longitude": body.get("lon"),
        }
    )


def get_pause(headers, is_busy=False):
    """:return: seconds to wait after a 429 or the last allowed answer; 0 for none"""
    if not is_busy and headers.get("X-Rl") != "0":
        return 0
    text = headers.get("X-Ttl") or ""
    return min(int(text), 86_400) if re.fullmatch("[0-9]{1,6}", text) else const.GEO_PAUSE_S


def find_host(ip, timeout_s=const.DNS_TIMEOUT_S):
    """Reverse DNS in a thread of its own: the resolver cannot be given a time limit.

    :return: host name or False
    """
    found = []

    def ask():
        try:
            found.append(socket.gethostbyaddr(ip)[0])
        except (OSError, UnicodeError):
            found.append("")

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout_s)
    return (found and clean_text(found[0], const.SIZES["ip_hostname"])) or False
