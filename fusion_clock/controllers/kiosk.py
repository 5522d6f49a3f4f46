from odoo import fields, http
from odoo.http import request

from ..const import UNLOCK_S
from . import kiosk_gate


class FusionClockKiosk(http.Controller):
    """JSON routes of the kiosk page. Every one passes ``open_kiosk`` first."""

    @http.route(
        ["/fusion_clock/kiosk/search", "/fusion_clock/kiosk/nfc/employee_search"],
        type="jsonrpc",
        auth="user",
    )
    def search(self, query=None):
        employees, company = kiosk_gate.open_kiosk()
        return {"employees": employees._fclk_search(query, company)}

    @http.route("/fusion_clock/kiosk/clock", type="jsonrpc", auth="user")
    def clock(self, employee_id=None, pin=None, photo_b64=None, station_token=None):
        employees, company = kiosk_gate.open_kiosk()
        station, refusal = kiosk_gate.find_station(employees, company, station_token)
        ip = request.httprequest.remote_addr
        return refusal or employees._fclk_pin_clock(
            employee_id, pin, company, photo_b64=photo_b64, station=station, ip=ip
        )

    @http.route("/fusion_clock/kiosk/nfc/tap", type="jsonrpc", auth="user")
    def tap(self, card_uid=None, photo_b64=None, station_token=None, client_uuid=None):
        employees, company = kiosk_gate.open_kiosk()
        station, refusal = kiosk_gate.find_station(employees, company, station_token)
        return refusal or employees._fclk_tap(
            card_uid,
            photo_b64=photo_b64,
            company=company,
            station=station,
            ip=request.httprequest.remote_addr,
            client_uuid=client_uuid if isinstance(client_uuid, str) else None,
        )

    @http.route("/fusion_clock/kiosk/nfc/replay", type="jsonrpc", auth="user")
    def replay(self, taps=None, client_now=None, station_token=None):
        employees, company = kiosk_gate.open_kiosk()
        station, refusal = kiosk_gate.find_station(employees, company, station_token)
        ip = request.httprequest.remote_addr
        return refusal or employees._fclk_replay(taps, client_now, company, station, ip)

    @http.route("/fusion_clock/kiosk/pair", type="jsonrpc", auth="user")
    def pair(self, code=None):
        employees, company = kiosk_gate.open_kiosk()
        if not kiosk_gate.is_unlocked():
            return employees._fclk_refuse_quietly("locked")
        return kiosk_gate.pair(employees, company, code)

    @http.route("/fusion_clock/kiosk/nfc/enroll", type="jsonrpc", auth="user")
    def enroll(self, employee_id=None, card_uid=None, enroll_password=None):
        employees, company = kiosk_gate.open_kiosk()
        if enroll_password or not kiosk_gate.is_unlocked():
            if refusal := kiosk_gate.check_password(employees, enroll_password):
                return refusal
        return employees._fclk_enroll(employee_id, card_uid, company)

    @http.route("/fusion_clock/kiosk/nfc/unlock", type="jsonrpc", auth="user")
    def unlock(self, enroll_password=None):
        employees, _company = kiosk_gate.open_kiosk()
        refusal = kiosk_gate.unlock(employees, enroll_password)
        return refusal or {"success": True, "expires_in": UNLOCK_S}

    @http.route("/fusion_clock/kiosk/nfc/lock", type="jsonrpc", auth="user")
    def lock(self):
        kiosk_gate.open_kiosk()
        kiosk_gate.lock()
        return {"success": True}

    @http.route("/fusion_clock/kiosk/nfc/manager_data", type="jsonrpc", auth="user")
    def manager_data(self, station_token=None):
        employees, company = kiosk_gate.open_kiosk()
        if not kiosk_gate.is_unlocked():
            return employees._fclk_refuse_quietly("locked")
        station, _refusal = kiosk_gate.find_station(employees, company, station_token)
        return employees._fclk_manager_data(company, station)

    @http.route("/fusion_clock/kiosk/nfc/profile_photo", type="jsonrpc", auth="user")
    def profile_photo(self, employee_id=None, photo_b64=None):
        employees, company = kiosk_gate.open_kiosk()
        if not kiosk_gate.is_unlocked():
            return employees._fclk_refuse_quietly("locked")
        return employees._fclk_set_profile_photo(employee_id, photo_b64, company)

    @http.route("/fusion_clock/kiosk/heartbeat", type="jsonrpc", auth="user")
    def heartbeat(self, station_token=None, queue_length=0, battery=None, app_version=None):
        employees, company = kiosk_gate.open_kiosk()
        station, refusal = kiosk_gate.find_station(employees, company, station_token)
        if refusal:
            return refusal
        if station:
            station._note_heartbeat(queue_length, battery, app_version)
        now = fields.Datetime.to_string(fields.Datetime.now())
        messages = employees.env["fusion.clock.message"]._get_board(company)
        return {"success": True, "server_time": now, "messages": messages}

    @http.route(
        "/fusion_clock/kiosk/avatar/<int:employee_id>", type="http", auth="user", methods=["GET"]
    )
    def avatar(self, employee_id):
        """An unknown and a foreign employee answer alike."""
        if not kiosk_gate.is_kiosk_user():
            raise request.not_found()
        employees, company = kiosk_gate.open_kiosk()
        employee = employees._fclk_find_in_company(employee_id, company)
        if not employee:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_image_stream_from(employee, "avatar_128")
        return stream.get_response()
