from odoo import http
from odoo.http import request

from . import page


class UnitLabel(http.Controller):
    """Behind the QR label of a unit: help and maintenance; nothing of the client."""

    _label_url = "/repairs/u/<string:code>"

    @http.route(_label_url, type="http", auth="public", methods=["GET"])
    def label(self, code, **_params):
        if page.is_busy():
            return page.render("label_page", "busy")
        unit = page.get_model("maintenance.equipment")._fc_find_by_qr(code)
        if not unit:
            return page.render("label_page", self._find_reason(code))
        own = request.env["maintenance.equipment"].browse(unit.id)
        if request.env.user._is_internal() and own.has_access("read"):
            return page.go(f"/odoo/action-fusion_repairs.action_equipment/{unit.id}")
        unit = unit.with_context(lang=page.find_lang(None))
        return page.render("label_page", "ok", unit, **unit._fc_get_label_page())

    @http.route(f"{_label_url}/book", type="http", auth="public", methods=["POST"])
    def book(self, code, **_params):
        if page.is_busy():
            return page.render("label_page", "busy")
        unit = page.get_model("maintenance.equipment")._fc_find_by_qr(code)
        if not unit:
            return page.render("label_page", self._find_reason(code))
        unit._fc_mail_booking_link()
        return page.go(f"/repairs/u/{code}", "sent")

    def _find_reason(self, code):
        units = page.get_model("maintenance.equipment")
        return "revoked" if units._fc_is_old_qr(code) else "unknown"
