from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable

from ..exceptions import PlanExhausted, UnitsChanged
from . import page


class Booking(http.Controller):
    """The client's page behind a reminder: pick a time, or ask for a call."""

    _book_url = "/repairs/maintenance/book/<string:token>"

    @http.route(_book_url, type="http", auth="public", methods=["GET"])
    def book(self, token, **_params):
        contract, reason = self._resolve(token)
        if reason != "ok":
            return page.render("booking_page", reason, contract)
        offered, _later = contract._get_offer()
        return page.render(
            "booking_page", reason, contract, **contract._get_page(),
            days=page.group_by_day(offered._get_booking_slots()),
            ticked=request.httprequest.args.getlist("unit"),
        )  # fmt: skip

    @http.route(f"{_book_url}/slots", type="jsonrpc", auth="public")
    def slots(self, token, date_from=None, date_to=None):
        contract, reason = self._resolve(token)
        if reason != "ok":
            return {"status": reason}
        offered, _later = contract._get_offer()
        slots = offered._get_booking_slots(date_from, date_to)
        facts = contract._get_page()
        return {
            "status": "ok" if slots else "none",
            "slots": [
                {
                    "key": slot["key"],
                    "label": slot["label"],
                    "start_local": slot["start_local"],
                    "end_local": slot["end_local"],
                    "date": slot["date"].isoformat(),
                    "technician": slot["technician_name"].split(" ")[0],
                    "recommended": slot["recommended"],
                }
                for slot in slots
            ],
            "fee": sum(offered.mapped("x_fc_maintenance_fee")),
            "fee_text": facts["fee"],
            "tz": contract.company_id._fc_tz().zone,
            "unit": facts["unit"],
        }

    @http.route(f"{_book_url}/confirm", type="http", auth="public", methods=["POST"])
    def confirm(self, token, slot_key="", phone="", note="", choice="", **_params):
        contract, reason = self._resolve(token)
        units, covered = (request.httprequest.form.getlist(name) for name in ("unit", "covered"))
        fresh = f"/repairs/maintenance/book/{token}"
        here = fresh + page.make_query([("unit", key) for key in units])
        if reason == "booked":
            return self._show_visit(contract, here)
        if reason != "ok":
            return page.render("booking_page", reason, contract)
        if choice and not units:
            return page.go(here, "no_unit")
        try:
            where = contract._book_online(slot_key, phone, note, units, covered)
        except PlanExhausted:
            return page.go(here, "price")
        except SlotUnavailable as error:
            event = "expired_slot" if error.reason in ("outside_hours", "past") else "taken"
            self._log(contract, "taken" if event == "taken" else "error", error.reason)
            return page.go(here, event)
        except UnitsChanged:
            return page.go(fresh, "units")
        except UserError:
            return page.go(here)  # booked meanwhile from another tab
        contract._find_token(token)._count_use()
        self._log(contract, "confirm")
        return page.go(where)

    @http.route(f"{_book_url}/callback", type="http", auth="public", methods=["POST"])
    def callback(self, token, phone="", note="", **_params):
        contract, reason = self._resolve(token)
        if reason in ("unknown", "busy"):
            return page.render("booking_page", reason)
        contract = contract._in_office_words()
        contract._request_callback(contract.env._("Asked on the booking page"), phone, note)
        self._log(contract, "callback")
        return page.go(f"/repairs/maintenance/book/{token}", "callback")

    @http.route(
        "/repairs/unsubscribe/<string:token>", type="http", auth="public", methods=["GET", "POST"]
    )
    def unsubscribe(self, token, **_params):
        if page.is_busy():
            return page.render("unsubscribe_page", "busy")
        is_use = request.httprequest.method == "POST"
        tokens = page.get_model("fusion.access.token")
        partner, reason = tokens._resolve(token, "maintenance_unsubscribe", is_use)
        if reason != "ok":
            return page.render("unsubscribe_page", reason)
        if is_use:
            partner.x_fc_maintenance_opt_out = True
        return page.render(
            "unsubscribe_page",
            "ok",
            lang=page.find_lang(partner),
            is_done=partner.x_fc_maintenance_opt_out,
        )

    def _resolve(self, token):
        """:return: ``(contract, reason)`` in the reader's language; ``busy``: too many requests"""
        if page.is_busy():
            return None, "busy"
        contracts = page.get_model("fusion.repair.maintenance.contract")
        contract, reason = contracts._resolve_booking_token(token)
        if not contract:
            return None, reason
        contract = contract.with_company(contract.company_id)
        return contract.with_context(lang=page.find_lang(contract.partner_id)), reason

    def _show_visit(self, contract, here):
        visit = contract.open_visit_id
        if contract.env.context.get("fusion_repairs_own_unit_only") and len(visit._get_joint()) > 1:
            return page.go(here, "joint")
        return page.go(f"/repairs/maintenance/visit/{visit._issue_manage_token()}")

    def _log(self, contract, event, reason=""):
        address = request.httprequest.remote_addr
        request.env["fusion.repair.booking.log"].sudo()._note(contract, event, reason, address)
