"""Who may use the kiosk's routes, and when its manager page is open."""

import time

from odoo.exceptions import AccessError
from odoo.http import request

from ..const import (
    PAIRING_FAILURES,
    PAIRING_MINUTES,
    UNLOCK_FAILURES,
    UNLOCK_S,
    UNLOCK_WINDOW_S,
)

KIOSK_GROUP = "fusion_clock.group_fusion_clock_kiosk"
MANAGER_GROUP = "fusion_clock.group_fusion_clock_manager"
_STAMP = "fclk_unlocked_until"  # session key: seconds since the epoch


def is_kiosk_user():
    """:return: whether the session's user is a kiosk or a clock manager"""
    user = request.env.user
    return user.has_group(KIOSK_GROUP) or user.has_group(MANAGER_GROUP)


def open_kiosk():
    """The one door of every kiosk route.

    :return: (hr.employee in the kiosk's language, sudo; the kiosk's company, sudo)
    :raise AccessError: the user is no kiosk and no clock manager
    """
    if not is_kiosk_user():
        raise AccessError(request.env._("This page is for kiosks and clock managers."))
    company = request.env.company.sudo()
    language = company.x_fclk_kiosk_lang or request.env.lang
    return request.env["hr.employee"].sudo().with_context(lang=language), company


def find_station(employees, company, token):
    """:param token: of a paired tablet, or None for one that never was
    :return: (fusion.clock.station (sudo) or empty, None or the refusal of a revoked one)"""
    station = employees.env["fusion.clock.station"]._find_by_token(token, company)
    if token and not station:
        return station, employees._fclk_refuse_quietly("station_revoked")
    return station, None


def pair(employees, company, code):
    """Trade a pairing code for this tablet's token, at most 5 wrong codes in 10 minutes.

    :return: ``{"success", "station_token", "station", "location"}`` or a refusal
    """
    counter = request.env["fusion.clock.rate"].sudo()
    key = f"fusion_clock.pair:{request.env.uid}"
    if wait_s := counter._wait(key, PAIRING_FAILURES, PAIRING_MINUTES * 60):
        return employees._fclk_refuse_quietly("locked_out") | {"retry_after": wait_s}
    station, token = employees.env["fusion.clock.station"]._pair(code, company)
    if not station:
        counter._hit(key, PAIRING_FAILURES, PAIRING_MINUTES * 60)
        message = employees.env._("This code is wrong or has expired. Make a new one in Odoo.")
        return {"error": "not_found", "message": message}
    return {
        "success": True,
        "station_token": token,
        "station": station.name,
        "location": station._get_location(company).name or "",
    }


def is_unlocked():
    """:return: whether the manager page is open; each call that finds it open renews it"""
    if request.session.get(_STAMP, 0) <= time.time():
        return False
    _stamp(UNLOCK_S)
    return True


def lock():
    """Close the manager page."""
    request.session.pop(_STAMP, None)


def unlock(employees, password):
    """Open the manager page for a minute.

    :return: None, or a refusal
    """
    if refusal := check_password(employees, password):
        return refusal
    _stamp(UNLOCK_S)
    _log(employees, "unlock")
    return None


def check_password(employees, password):
    """Judge an enrolment password, at most 5 wrong ones in 5 minutes per kiosk user.

    With no password set a real clock manager needs none, and a kiosk cannot be opened.

    :return: None for good, or a refusal
    """
    settings = request.env["ir.config_parameter"]
    if not settings._fclk_get_text("nfc_enroll_password"):
        is_manager = request.env.user.has_group(MANAGER_GROUP)
        return None if is_manager else employees._fclk_refuse_quietly("enroll_locked")
    counter = request.env["fusion.clock.rate"].sudo()
    key = f"fusion_clock.unlock:{request.env.uid}"
    if wait_s := counter._wait(key, UNLOCK_FAILURES, UNLOCK_WINDOW_S):
        return employees._fclk_refuse_quietly("locked_out") | {"retry_after": wait_s}
    if settings._fclk_is_enroll_password(password):
        return None
    counter._hit(key, UNLOCK_FAILURES, UNLOCK_WINDOW_S)
    _log(employees, "unlock_failed")
    return employees._fclk_refuse_quietly("wrong_password") | {"code": 403}


def _stamp(seconds):
    request.session[_STAMP] = int(time.time()) + seconds


def _log(employees, event):
    employees.env["fusion.clock.activity.log"]._fclk_log(
        event, ip_address=request.httprequest.remote_addr
    )
