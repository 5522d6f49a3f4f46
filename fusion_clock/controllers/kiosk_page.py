import json

from odoo import http
from odoo.http import request

from . import kiosk_gate


class KioskPage(http.Controller):
    """The pages a tablet on the wall shows. They change nothing; their buttons call kiosk.py."""

    _nfc_url = "/fusion_clock/kiosk/nfc"

    @http.route(_nfc_url, type="http", auth="user", methods=["GET"], sitemap=False)
    def nfc_kiosk(self, **_params):
        """The card kiosk, for the kiosk device and clock managers; everybody else goes to /my."""
        kiosk = request.env["fusion.clock.kiosk"]
        if not kiosk_gate.is_kiosk_user() or not kiosk._is_nfc_enabled():
            return request.redirect("/my")
        values = kiosk._in_company_language()._prepare_nfc_page_values()
        request.update_context(lang=values["lang"])
        values["config"] = json.dumps(values["config"])
        answer = request.render("fusion_clock.kiosk_nfc_page", values)
        answer.headers["Cache-Control"] = "no-store"
        return answer
