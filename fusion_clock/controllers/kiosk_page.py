import json

from odoo import http
from odoo.http import request

from . import kiosk_gate


class KioskPage(http.Controller):
    """The pages a tablet on the wall shows. They change nothing; their buttons call kiosk.py."""

    _nfc_url = "/fusion_clock/kiosk/nfc"
    _pin_url = "/fusion_clock/kiosk"

    @http.route(_nfc_url, type="http", auth="user", methods=["GET"], sitemap=False)
    def nfc_kiosk(self, **_params):
        """The card kiosk, for the kiosk device and clock managers; everybody else goes to /my."""
        kiosk = request.env["fusion.clock.kiosk"]
        return self._show("fusion_clock.kiosk_nfc_page", kiosk._is_nfc_enabled())

    @http.route(_pin_url, type="http", auth="user", methods=["GET"], sitemap=False)
    def pin_kiosk(self, **_params):
        """The PIN kiosk, for the same people."""
        kiosk = request.env["fusion.clock.kiosk"]
        return self._show("fusion_clock.kiosk_pin_page", kiosk._is_pin_enabled())

    def _show(self, template, is_enabled):
        if not is_enabled or not kiosk_gate.is_kiosk_user():
            return request.redirect("/my")
        values = request.env["fusion.clock.kiosk"]._in_company_language()._prepare_page_values()
        request.update_context(lang=values["lang"])
        values["config"] = json.dumps(values["config"])
        answer = request.render(template, values)
        answer.headers["Cache-Control"] = "no-store"
        return answer
