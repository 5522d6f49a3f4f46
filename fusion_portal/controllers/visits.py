from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

_PAGE = 20


class VisitPortal(CustomerPortal):
    """The list of a rep's home visits, and the page that opens a new one."""

    _visits_url = "/my/visits"
    _new_url = "/my/visit/new"

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        visits = request.env["fusion.assessment.visit"]
        return values | {
            "has_fusion_visits": visits._is_rep(),
            "fusion_rep_tiles": visits._is_rep() and request.env["res.users"]._fc_get_tiles(),
        }

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "visit_count" in counters:
            visits = request.env["fusion.assessment.visit"]
            values["visit_count"] = visits._count_open() if visits._is_rep() else 0
        return values

    @http.route(
        [_visits_url, f"{_visits_url}/page/<int:page>"],
        type="http", auth="user", methods=["GET"], website=True, sitemap=False,
    )  # fmt: skip
    def my_visits(self, page=1, filterby="open", search="", **_params):
        visits = request.env["fusion.assessment.visit"]
        if not visits._is_rep():
            raise NotFound
        filterby = filterby if filterby in visits._get_list_filters() else "open"
        domain = visits._get_list_domain(filterby, search)
        pager = portal_pager(
            url=self._visits_url,
            url_args={"filterby": filterby, "search": search},
            total=visits.search_count(domain),
            page=page,
            step=_PAGE,
        )
        values = {
            **self._prepare_portal_layout_values(),
            "rows": visits._get_list_rows(domain, _PAGE, pager["offset"]),
            "filters": visits._get_list_filters(),
            "filterby": filterby,
            "search": search,
            "pager": pager,
            "page_name": "visits",
            "default_url": self._visits_url,
        }
        return request.render("fusion_portal.portal_my_visits", values)

    @http.route(_new_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def new_visit_page(self, **_params):
        """A page and no visit: link previews and reloads create nothing."""
        if not request.env["fusion.assessment.visit"]._is_rep():
            raise NotFound
        values = {**self._prepare_portal_layout_values(), "page_name": "visits"}
        return request.render("fusion_portal.portal_new_visit", values)

    @http.route(_new_url, type="http", auth="user", methods=["POST"], website=True, sitemap=False)
    def new_visit(self, **_params):
        visits = request.env["fusion.assessment.visit"]
        if not visits._is_rep():
            raise NotFound
        visit = visits.create({})
        return request.redirect(f"/my/visit/{visit.id}", code=303)
