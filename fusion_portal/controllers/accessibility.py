from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

#: {address: kind of item}
_FORMS = {
    ("stairlift", "straight"): "stairlift_straight",
    ("stairlift", "curved"): "stairlift_curved",
    ("vpl", None): "vpl",
    ("ceiling", None): "ceiling_lift",
    ("ramp", None): "ramp",
    ("bathroom", None): "bathroom",
    ("tub-cutout", None): "tub_cutout",
}


class AccessibilityForms(CustomerPortal):
    """One assessment without a visit first; it gets a visit of its own."""

    _form_url = "/my/accessibility/<string:family>"
    _save_url = "/my/accessibility/save"

    @http.route(
        [_form_url, f"{_form_url}/<string:variant>"],
        type="http", auth="user", methods=["GET"], website=True, sitemap=False,
    )  # fmt: skip
    def form(self, family, variant=None, **_params):
        visits = request.env["fusion.assessment.visit"]
        kind = _FORMS.get((family, variant))
        if not kind or not visits._is_rep():
            raise NotFound
        schema = visits._get_schema()
        values = {
            **self._prepare_portal_layout_values(),
            "kind": schema["types"][kind],
            "funding": schema["funding"],
            "places": schema["places"],
            "page_name": "visits",
        }
        return request.render("fusion_portal.portal_accessibility_form", values)

    @http.route(_save_url, type="jsonrpc", auth="user", website=True)
    def save(self, assessment_type=None, funding_source="direct_private", visit_id=None, **fields):
        visits = request.env["fusion.assessment.visit"]
        if not visits._is_rep():
            raise NotFound
        visit = visits.browse()
        if visit_id:
            visit = visits._find_visible(visit_id if isinstance(visit_id, int) else 0)
            if not visit:
                raise NotFound
        return visits._save_standalone(visit, assessment_type, funding_source, fields)
