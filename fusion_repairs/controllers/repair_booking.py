from odoo import http
from odoo.exceptions import UserError

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable

from . import page


class RepairBooking(http.Controller):
    """The client chooses a time for a repair or a recall, on the same openings as maintenance."""

    _book_url = "/repairs/visit/<string:token>"

    @http.route(_book_url, type="http", auth="public", methods=["GET"])
    def choose(self, token, **_params):
        job, reason = self._resolve(token)
        if reason != "ok":
            return page.render("repair_booking_page", reason)
        is_open = job._fc_is_bookable()
        slots = job._fc_get_booking_slots() if is_open else []
        return page.render(
            "repair_booking_page", reason, job, **job._fc_get_client_page(), is_open=is_open,
            days=page.group_by_day(slots), phone=job.x_fc_contact_phone or "",
        )  # fmt: skip

    @http.route(f"{_book_url}/confirm", type="http", auth="public", methods=["POST"])
    def confirm(self, token, slot_key="", phone="", note="", **_params):
        job, reason = self._resolve(token, is_use=True)
        if reason != "ok":
            return page.render("repair_booking_page", reason)
        here = f"/repairs/visit/{token}"
        try:
            status = job._fc_book_online(slot_key, phone, note)
        except SlotUnavailable as error:
            is_old = error.reason in ("outside_hours", "past")
            return page.go(here, "expired_slot" if is_old else "taken")
        except UserError:
            return page.go(here)  # booked meanwhile, by another tab or the office
        return page.go(f"/repairs/status/{status}")

    @http.route(f"{_book_url}/callback", type="http", auth="public", methods=["POST"])
    def callback(self, token, phone="", note="", **_params):
        job, reason = self._resolve(token)
        if reason != "ok":
            return page.render("repair_booking_page", reason)
        job._fc_request_callback(phone, note)
        return page.go(f"/repairs/visit/{token}", "callback")

    def _resolve(self, token, is_use=False):
        """:return: ``(job, reason)`` in the reader's language; ``busy``: too many requests"""
        if page.is_busy():
            return None, "busy"
        tokens = page.get_model("fusion.access.token")
        job, reason = tokens._resolve(token, "repair_booking", is_use)
        if reason == "unknown":
            line, reason = tokens._resolve(token, "recall_booking", is_use)
            job = line and line._fc_get_bookable()
        if reason != "ok":
            return None, reason
        job = job.with_company(job.company_id)
        return job.with_context(lang=page.find_lang(job.partner_id)), reason
