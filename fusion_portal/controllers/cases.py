from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

_GROUP = "fusion_portal.group_portal_authorizer"
_LARGEST = 50_000_000  # bytes read of an upload; the setting of cases is checked afterwards
_PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class CasePortal(CustomerPortal):
    """An authorizer's own cases. Everything shown is a fixed list of facts."""

    _cases_url = "/my/cases"
    _case_url = "/my/case/<int:order_id>"
    _correct_url = "/my/case/visit/<int:visit_id>/item/<int:item_id>/correct"

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        return values | {"has_fusion_cases": request.env.user.has_group(_GROUP)}

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "case_count" in counters:
            values["case_count"] = len(request.env["sale.order"]._fc_find_own_cases())
        return values

    @http.route(_cases_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def my_cases(self, notice="", **_params):
        if not request.env.user.has_group(_GROUP):
            raise NotFound
        orders = request.env["sale.order"]
        values = {
            **self._prepare_portal_layout_values(),
            "groups": orders._fc_get_case_groups(),
            "lists": orders._fc_get_case_lists(),
            "signatures": request.env["fusion.assessment.visit"]._get_waiting_signatures(),
            "notice": notice,
            "page_name": "cases",
        }
        return request.render("fusion_portal.portal_my_cases", values)

    @http.route(_case_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def my_case(self, order_id, notice="", **_params):
        case = request.env["sale.order"]._fc_find_own_case(order_id)
        if not case:
            raise NotFound
        return self._show_case(case, notice=notice)

    @http.route(
        f"{_case_url}/document/<string:key>", type="http", auth="user", methods=["GET"],
        website=True, sitemap=False,
    )  # fmt: skip
    def document(self, order_id, key):
        case = request.env["sale.order"]._fc_find_own_case(order_id)
        name = case and case._fc_find_case_document(key)
        if not name:
            raise NotFound
        request.env["fusion.phi.access.log"]._log(case, "download", key)
        stream = request.env["ir.binary"]._get_stream_from(case, name)
        answer = stream.get_response(as_attachment=False)
        answer.headers.update(_PRIVATE)
        answer.headers["Content-Disposition"] = content_disposition(f"{key}.pdf", "inline")
        return answer

    @http.route(
        f"{_case_url}/correct", type="http", auth="user", methods=["POST"], website=True,
        sitemap=False,
    )  # fmt: skip
    def correct(self, order_id, text="", **_params):
        case = request.env["sale.order"]._fc_find_own_case(order_id)
        if not case:
            raise NotFound
        try:
            case._fc_request_case_correction(text)
        except UserError as error:
            return self._show_case(case, error=str(error), text=text)
        return request.redirect(f"/my/case/{order_id}?notice=asked", code=303)

    @http.route(
        f"{_case_url}/application", type="http", auth="user", methods=["POST"], website=True,
        sitemap=False,
    )  # fmt: skip
    def application(self, order_id, file=None, **_params):
        case = request.env["sale.order"]._fc_find_own_case(order_id)
        if not case:
            raise NotFound
        try:
            raw = file.read(_LARGEST + 1) if hasattr(file, "read") else b""
            case._fc_take_application(raw)
        except UserError as error:
            return self._show_case(case, error=str(error))
        return request.redirect(f"/my/case/{order_id}?notice=uploaded", code=303)

    @http.route(_correct_url, type="http", auth="user", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    def correct_item(self, visit_id, item_id, text="", **_params):
        visits = request.env["fusion.assessment.visit"]
        visit = visits._find_visible(visit_id)
        if not visit or visit.authorizer_id != request.env.user.partner_id:
            raise NotFound
        try:
            if not visit._request_correction(item_id, text):
                raise NotFound
        except UserError:
            return request.redirect("/my/cases?notice=nothing", code=303)
        return request.redirect("/my/cases?notice=asked", code=303)

    def _show_case(self, case, error="", notice="", text=""):
        request.env["fusion.phi.access.log"]._log(case, "view", "case")
        values = {
            **self._prepare_portal_layout_values(),
            "case": case._fc_get_case_facts(),
            "steps": case._fc_get_timeline(),
            "error": error,
            "notice": notice,
            "text": text,
            "page_name": "cases",
        }
        return request.render("fusion_portal.portal_case", values)
