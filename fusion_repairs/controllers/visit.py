from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable

from . import page


class Visit(http.Controller):
    """The client's page of a booked visit: look, move, cancel, put it into a calendar."""

    _visit_url = "/repairs/maintenance/visit/<string:token>"

    @http.route(_visit_url, type="http", auth="public", methods=["GET"])
    def visit(self, token, **_params):
        visit, reason = self._resolve(token)
        if reason != "ok":
            return page.render("visit_page", reason)
        is_movable = visit._can_client_move()
        contracts = visit._get_joint().contract_id
        slots = contracts._get_booking_slots() if is_movable else []
        return page.render(
            "visit_page", reason, visit, **visit._get_page(), days=page.group_by_day(slots),
            is_changeable=visit._can_client_change(), is_new=request.params.get("new"),
        )  # fmt: skip

    @http.route(f"{_visit_url}/reschedule", type="http", auth="public", methods=["POST"])
    def reschedule(self, token, slot_key="", **_params):
        visit, reason = self._resolve(token)
        if reason != "ok":
            return page.render("visit_page", reason)
        here = f"/repairs/maintenance/visit/{token}"
        if not visit._can_client_move():
            return page.go(here, "too_late")
        try:
            manage = visit._move_online(slot_key)
        except SlotUnavailable as error:
            is_old = error.reason in ("outside_hours", "past")
            return page.go(here, "expired_slot" if is_old else "taken")
        self._log(visit, "reschedule")
        return page.go(f"/repairs/maintenance/visit/{manage}", "moved")

    @http.route(f"{_visit_url}/cancel", type="http", auth="public", methods=["POST"])
    def cancel(self, token, **_params):
        visit, reason = self._resolve(token)
        if reason != "ok":
            return page.render("visit_page", reason)
        here = f"/repairs/maintenance/visit/{token}"
        try:
            visit._client_cancel()
        except UserError:
            return page.go(here, None if visit.state == "cancelled" else "too_late")
        self._log(visit, "cancel")
        return page.go(here)

    @http.route(f"{_visit_url}/ics", type="http", auth="public", methods=["GET"])
    def ics(self, token, **_params):
        visit, reason = self._resolve(token)
        if reason != "ok" or not visit.technician_task_id.datetime_start:
            return page.render("visit_page", reason if reason != "ok" else "expired")
        method = "CANCEL" if visit.state in ("cancelled", "no_show") else "REQUEST"
        headers = {**page.HEADERS, "Content-Type": "text/calendar; charset=utf-8"}
        content = visit.technician_task_id._get_ics(method)
        return request.make_response(content, list(headers.items()))

    def _resolve(self, token):
        """:return: ``(visit, reason)`` in the reader's language; ``busy``: too many requests"""
        if page.is_busy():
            return None, "busy"
        is_use = request.httprequest.method == "POST"
        tokens = page.get_model("fusion.access.token")
        visit, reason = tokens._resolve(token, "maintenance_visit", is_use)
        if reason != "ok":
            return None, reason
        visit = visit.with_company(visit.company_id)
        return visit.with_context(lang=page.find_lang(visit.partner_id)), reason

    def _log(self, visit, event):
        address = request.httprequest.remote_addr
        log = request.env["fusion.repair.booking.log"].sudo()
        log._note(visit.contract_id, event, "", address)
