from odoo import http
from odoo.http import request
from odoo.tools import email_normalize

from . import intake_form, page


class ServiceRequest(http.Controller):
    """Anyone reports a problem without a login; the answer is the same for known and unknown
    clients."""

    _request_url = "/repairs/request"

    @http.route(_request_url, type="http", auth="public", methods=["GET"])
    def form(self, **params):
        if page.is_busy():
            return page.render("request_page", "busy")
        return self._show(params)

    @http.route(_request_url, type="http", auth="public", methods=["POST"])
    def send(self, **params):
        if page.is_busy():
            return page.render("request_page", "busy")
        if params.get("website"):  # people do not see this field
            return page.render("request_page", "ok", **{**self._prepare_page(), "is_sent": True})
        unit, category = intake_form.find_unit(params), intake_form.find_category(params)
        if not category:
            return self._show(params)
        lang = page.find_lang(None)
        typed = intake_form.read_texts(params)
        email = email_normalize(typed["email"]) or ""
        jobs = page.get_model("repair.order").with_context(lang=lang)
        if not typed["name"]:
            return self._show(params, jobs.env._("Please enter your name."))
        if not (typed["phone"] or email):
            return self._show(
                params, jobs.env._("Please enter a phone number or an e-mail address.")
            )
        if intake_form.is_over_limit():
            text = jobs.env._("You sent several requests already. Please call us.")
            return self._show(params, text, status=429)
        company = unit.company_id or request.env.company
        contact = {name: typed[name] for name in ("name", "phone", "street", "city")}
        contact.update(email=email, lang=lang, company_id=company.id)
        vals = {
            **intake_form.read_report(params, category, lang),
            "partner": contact,
            "source": "public_form",
            "equipment_id": unit.id,
        }
        job, fault = intake_form.create_report(jobs.with_company(company), vals, params)
        if fault:
            return self._show(params, fault)
        self._link_help(job, params)
        return page.go(f"/repairs/status/{job._issue_status_token()}?new=1")

    @http.route(
        "/repairs/status/<string:token>",
        type="http", auth="public", methods=["GET"], save_session=False,
    )  # fmt: skip
    def status(self, token, **_params):
        if page.is_busy():
            return page.render("status_page", "busy")
        job, reason = page.get_model("fusion.access.token")._resolve(token, "repair_status")
        if reason != "ok":
            return page.render("status_page", reason)
        job = job.with_company(job.company_id).with_context(lang=page.find_lang(job.partner_id))
        is_new = request.params.get("new")
        return page.render("status_page", reason, job, **job._fc_get_client_page(), is_new=is_new)

    def _link_help(self, job, params):
        """What the client tried before goes with the job."""
        tokens = page.get_model("fusion.access.token")
        session, reason = tokens._resolve(params.get("help"), "repair_help")
        if reason == "ok" and not session.repair_id:
            session._link_repair(job)

    def _show(self, params, fault="", status=None):
        category, lang = intake_form.find_category(params), page.find_lang(None)
        values = self._prepare_page(params)
        if category:
            values.update(intake_form.prepare_form(params, category, lang))
        status = status or (422 if fault else None)
        return page.render("request_page", "ok", **values, fault=fault, status=status)

    def _prepare_page(self, params=None):
        lang = page.find_lang(None)
        categories = page.get_model("fusion.repair.product.category").with_context(lang=lang)
        params = params or {}
        category, unit = intake_form.find_category(params), intake_form.find_unit(params)
        charts = page.get_model("fusion.repair.flowchart")
        return {
            "category": category.with_context(lang=lang),
            "categories": categories.search([]) if not category else categories,
            "unit": unit,
            "query": intake_form.get_query(params),
            "help": str(params.get("help") or ""),
            "has_charts": category and charts._find_published(category, client_safe=True),
            "is_sent": False,
        }
