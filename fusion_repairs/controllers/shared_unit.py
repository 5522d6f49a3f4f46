from odoo import http

from . import page


class SharedUnit(http.Controller):
    """What a caregiver sees of one unit; nothing else of the client."""

    _unit_url = "/repairs/unit/<string:token>"

    @http.route(_unit_url, type="http", auth="public", methods=["GET"])
    def unit(self, token, **_params):
        unit, reason = self._resolve(token)
        if reason != "ok":
            return page.render("shared_unit_page", reason)
        return page.render("shared_unit_page", reason, unit, **unit._fc_get_shared_page())

    @http.route(f"{_unit_url}/book", type="http", auth="public", methods=["POST"])
    def book(self, token, **_params):
        unit, reason = self._resolve(token, is_use=True)
        if reason != "ok":
            return page.render("shared_unit_page", reason)
        contract = unit._fc_get_live_contract()
        if contract.state != "active":
            return page.go(f"/repairs/unit/{token}")
        token = contract._issue_booking_token(is_own_unit_only=True)
        return page.go(f"/repairs/maintenance/book/{token}")

    def _resolve(self, token, is_use=False):
        """:return: ``(unit, reason)`` in the reader's language; ``busy``: too many requests"""
        if page.is_busy():
            return None, "busy"
        tokens = page.get_model("fusion.access.token")
        share, reason = tokens._resolve(token, "equipment_share", is_use)
        if reason != "ok":
            return None, reason
        if not share.active:
            return None, "revoked"
        unit = share.equipment_id.with_company(share.company_id)
        return unit.with_context(lang=page.find_lang(unit.x_fc_client_id)), reason
