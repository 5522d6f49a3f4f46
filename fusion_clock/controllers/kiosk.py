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

    @http.route("/fusion_clock/kiosk/nfc/tap", type="jsonrpc", auth="user")
    def tap(self, card_uid=None, photo_b64=None, station_token=None):
        employees, company = kiosk_gate.open_kiosk()
        return employees._fclk_tap(
            card_uid, photo_b64=photo_b64, company=company, ip=request.httprequest.remote_addr
        )

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
    def manager_data(self):
        employees, company = kiosk_gate.open_kiosk()
        if not kiosk_gate.is_unlocked():
            return employees._fclk_refuse_quietly("locked")
        return employees._fclk_manager_data(company)

    @http.route("/fusion_clock/kiosk/nfc/profile_photo", type="jsonrpc", auth="user")
    def profile_photo(self, employee_id=None, photo_b64=None):
        employees, company = kiosk_gate.open_kiosk()
        if not kiosk_gate.is_unlocked():
            return employees._fclk_refuse_quietly("locked")
        return employees._fclk_set_profile_photo(employee_id, photo_b64, company)

    @http.route("/fusion_clock/kiosk/heartbeat", type="jsonrpc", auth="user")
    def heartbeat(self, station_token=None, queue_length=0, battery=None):
        kiosk_gate.open_kiosk()
        now = fields.Datetime.to_string(fields.Datetime.now())
        return {"success": True, "server_time": now, "messages": []}

    @http.route(
        "/fusion_clock/kiosk/avatar/<int:employee_id>", type="http", auth="user", methods=["GET"]
    )
    def avatar(self, employee_id):
        """An unknown and a foreign employee answer alike."""
        if not kiosk_gate.is_kiosk_user():
            return request.not_found()
        employees, company = kiosk_gate.open_kiosk()
        employee = employees._fclk_find_in_company(employee_id, company)
        if not employee:
            return request.not_found()
        stream = request.env["ir.binary"]._get_image_stream_from(employee, "avatar_128")
        return stream.get_response()
