from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from .. import const
from . import intake_form, page


class RepairsPortal(CustomerPortal):
    """The client's own units, jobs, plans and certificates; those of others answer 404."""

    _jobs_url = "/my/repairs"
    _units_url = "/my/equipment"

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        names = {"repair_count": "repair.order", "equipment_count": "maintenance.equipment"}
        for counter in set(counters) & names.keys():
            values[counter] = self._own(names[counter]).search_count(self._get_own(names[counter]))
        return values

    def _own(self, model):
        """:return: the model without the reader's rights: :meth:`_get_own` bounds what is found"""
        return request.env[model].sudo()

    def _get_own(self, model):
        """:return: domain of what belongs to the reader's household or company"""
        return request.env.user._fc_get_portal_domain(model)

    def _find_own(self, model, record_id):
        record = self._own(model).search([("id", "=", record_id), *self._get_own(model)])
        if not record:
            raise request.not_found()
        return record.with_company(record.company_id or request.env.company)

    # -- Jobs -------------------------------------------------------------------------------------

    @http.route([_jobs_url, f"{_jobs_url}/page/<int:page_number>"], type="http", auth="user",
                methods=["GET"], website=True)  # fmt: skip
    def repair_list(self, page_number=1, **_params):
        jobs, own = self._own("repair.order"), self._get_own("repair.order")
        paging = pager(self._jobs_url, jobs.search_count(own), page=page_number,
                       step=self._items_per_page)  # fmt: skip
        found = jobs.search(own, order="create_date desc, id desc", limit=self._items_per_page,
                            offset=paging["offset"])  # fmt: skip
        values = {"jobs": found, "pager": paging, "page_name": "repairs"}
        return request.render("fusion_repairs.portal_repairs", values)

    @http.route(f"{_jobs_url}/<int:repair_id>", type="http", auth="user", methods=["GET"],
                website=True)  # fmt: skip
    def repair(self, repair_id, new=None, **_params):
        job = self._find_own("repair.order", repair_id)
        order = job.sale_order_id
        is_priced = order and job.x_fc_quote_state in ("sent", "approved")
        values = {
            **job._fc_get_client_page(),
            "job": job,
            "quote_url": is_priced and order.get_portal_url(),
            "is_new": new,
            "page_name": "repairs",
        }
        return request.render("fusion_repairs.portal_repair", values)

    @http.route(f"{_jobs_url}/new", type="http", auth="user", methods=["GET"], website=True)
    def repair_new(self, **params):
        return self._show_form(params)

    @http.route(f"{_jobs_url}/new", type="http", auth="user", methods=["POST"], website=True)
    def repair_send(self, **params):
        unit, category = self._read_subject(params)
        if not category:
            return self._show_form(params)
        if intake_form.is_over_limit():
            text = request.env._("You sent several requests already. Please call us.")
            return self._show_form(params, text, status=429)
        lang = request.env.lang
        vals = {
            **intake_form.read_report(params, category, lang),
            "partner_id": request.env.user.partner_id.id,
            "equipment_id": unit.id,
            "source": "client_portal",
        }
        jobs = page.get_model("repair.order").with_context(lang=lang)
        jobs = jobs.with_company(unit.company_id or request.env.company)
        job, fault = intake_form.create_report(jobs, vals, params)
        if fault:
            return self._show_form(params, fault)
        return request.redirect(f"{self._jobs_url}/{job.id}?new=1", code=303)

    def _read_subject(self, params):
        """:return: ``(own unit, category)``, each perhaps empty"""
        units = self._own("maintenance.equipment")
        own = [("id", "=", intake_form.read_id(params.get("unit"))),
               *self._get_own("maintenance.equipment")]  # fmt: skip
        unit = units.search(own)
        code = str(params.get("type") or "").replace("\0", "")
        categories = self._own("fusion.repair.product.category")
        if unit and not unit.x_fc_repair_category_id:
            code = "other"
        category = code and categories.search([("code", "=", code)])
        return unit, unit.x_fc_repair_category_id or category or categories

    def _show_form(self, params, fault="", status=200):
        unit, category = self._read_subject(params)
        units = self._own("maintenance.equipment")
        values = {
            "unit": unit,
            "category": category,
            "units": units.search(self._get_own("maintenance.equipment"), order="name, id"),
            "categories": self._own("fusion.repair.product.category").search([]),
            "twin": unit and self._own("repair.order")._fc_find_open_twin(unit),
            "fault": fault,
            "page_name": "repairs",
        }
        if category:
            values.update(intake_form.prepare_form(params, category, request.env.lang))
        answer = request.render("fusion_repairs.portal_repair_new", values)
        answer.status_code = 422 if fault and status == 200 else status
        return answer

    # -- Units ------------------------------------------------------------------------------------

    @http.route(_units_url, type="http", auth="user", methods=["GET"], website=True)
    def unit_list(self, **_params):
        units = self._own("maintenance.equipment").search(
            self._get_own("maintenance.equipment"), order="name, id"
        )
        values = {"cards": [unit._fc_get_portal_card() for unit in units], "page_name": "units"}
        return request.render("fusion_repairs.portal_units", values)

    @http.route(f"{_units_url}/<int:unit_id>", type="http", auth="user", methods=["GET"],
                website=True)  # fmt: skip
    def unit(self, unit_id, notice=None, **_params):
        unit = self._find_own("maintenance.equipment", unit_id)
        values = {**unit._fc_get_portal_page(), "notice": notice, "page_name": "units"}
        return request.render("fusion_repairs.portal_unit", values)

    @http.route(f"{_units_url}/<int:unit_id>/book", type="http", auth="user", methods=["POST"],
                website=True)  # fmt: skip
    def unit_book(self, unit_id, **_params):
        contract = self._find_own("maintenance.equipment", unit_id)._fc_get_live_contract()
        if contract.state != "active":
            return request.redirect(f"{self._units_url}/{unit_id}", code=303)
        token = contract._issue_booking_token()
        return request.redirect(f"/repairs/maintenance/book/{token}", code=303)

    @http.route(f"{_units_url}/<int:unit_id>/share", type="http", auth="user", methods=["POST"],
                website=True)  # fmt: skip
    def unit_share(self, unit_id, email="", share="", **_params):
        """Invite somebody by e-mail, or stop sharing with one of those invited."""
        unit = self._find_own("maintenance.equipment", unit_id)
        shares = page.get_model("fusion.repair.equipment.share").with_context(lang=request.env.lang)
        here = f"{self._units_url}/{unit_id}"
        if share:
            mine = [("equipment_id", "=", unit.id), ("id", "=", intake_form.read_id(share))]
            shares.search(mine)._stop()
            return request.redirect(f"{here}?notice=stopped", code=303)
        if intake_form.is_over_limit(const.SHARES_PER_ADDRESS, "share"):
            return request.redirect(f"{here}?notice=too_many", code=303)
        try:
            shares._share(unit, email, request.env.user)
        except UserError:
            return request.redirect(f"{here}?notice=refused", code=303)
        return request.redirect(f"{here}?notice=shared", code=303)

    @http.route(f"{_units_url}/<int:unit_id>/manual/<int:attachment_id>", type="http",
                auth="user", methods=["GET"], website=True)  # fmt: skip
    def unit_manual(self, unit_id, attachment_id, **_params):
        unit = self._find_own("maintenance.equipment", unit_id)
        manuals = unit.x_fc_product_id.x_fc_manual_attachment_ids
        return self._send_file(manuals.filtered(lambda one: one.id == attachment_id))

    # -- Plans and certificates -------------------------------------------------------------------

    @http.route("/my/plans", type="http", auth="user", methods=["GET"], website=True)
    def plan_list(self, **_params):
        names = {"plans": "fusion.repair.service.plan.subscription",
                 "contracts": "fusion.repair.maintenance.contract"}  # fmt: skip
        values = {key: self._own(name).search(self._get_own(name)) for key, name in names.items()}
        return request.render("fusion_repairs.portal_plans", {**values, "page_name": "plans"})

    @http.route("/my/certificates/<int:certificate_id>/pdf", type="http", auth="user",
                methods=["GET"], website=True)  # fmt: skip
    def certificate_pdf(self, certificate_id, **_params):
        certificate = self._find_own("fusion.repair.inspection.certificate", certificate_id)
        if not certificate.pdf_attachment_id:
            values = {"certificate": certificate, "page_name": "units"}
            return request.render("fusion_repairs.portal_certificate_pending", values)
        return self._send_file(certificate.pdf_attachment_id)

    def _send_file(self, attachment):
        if not attachment:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(attachment)
        return stream.get_response(as_attachment=True)
