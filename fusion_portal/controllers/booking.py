import time

from odoo import http
from odoo.http import request

from odoo.addons.fusion_base.tools.signing import hash_token, sign_values, verify_values

_SCOPE = "fusion_portal.book"
_LIMIT = (5, 3600)  # bookings, seconds
_TOO_FAST_S = 3
_OPEN_HOURS = 24


class Booking(http.Controller):
    """The public asks for an assessment at home."""

    _book_url = "/book-assessment"

    @http.route(_book_url, type="http", auth="public", methods=["GET"], website=True)
    def page(self, **_params):
        return self._show({}, [], {})

    @http.route(
        _book_url, type="http", auth="public", methods=["POST"], website=True, sitemap=False
    )
    def book(self, **form):
        key = f"fusion_portal.book:{request.httprequest.remote_addr}"
        wait_s = request.env["fusion.tasks.rate"].sudo()._hit(key, *_LIMIT)
        if wait_s:
            answer = request.render("fusion_portal.booking_busy", {}, status=429)
            answer.headers["Retry-After"] = str(wait_s)
            return answer
        opened = verify_values(request.env, _SCOPE, form.get("opened") or "")
        is_machine = form.get("website") or not opened or time.time() - opened < _TOO_FAST_S
        if is_machine:
            return self._thank()
        needs = request.httprequest.form.getlist("needs")
        visits = request.env["fusion.assessment.visit"].sudo()
        values, errors = visits._read_booking(form, needs)
        if errors:
            return self._show(form, needs, errors)
        visits._book(values, needs, hash_token(form["opened"]))
        return self._thank()

    def _thank(self):
        return request.render("fusion_portal.booking_thanks", {})

    def _show(self, form, needs, errors):
        schema = request.env["fusion.assessment.visit"].sudo()._get_booking_choices()
        values = {
            "form": form,
            "needs": needs,
            "errors": errors,
            "opened": sign_values(request.env, _SCOPE, time.time(), hours=_OPEN_HOURS),
            **schema,
        }
        return request.render("fusion_portal.booking_page", values)
