import json

from odoo import http
from odoo.http import request

from ..const import HEALTH_KEY_PARAM
from ..tools.access_log import mask_paths
from ..tools.metrics import OPENMETRICS_TYPE, render_openmetrics
from ..tools.signing import verify_token

mask_paths(r"/fusion/health\?\w+=")  # where a key does not belong, and is tried all the same


class FusionHealthPage(http.Controller):
    _health_url = "/fusion/health"

    @http.route(
        _health_url, type="http", auth="public", methods=["GET"], csrf=False,
        save_session=False, readonly=True,
    )  # fmt: skip
    def fusion_health(self, **_params):
        """Checks and invariants for a monitoring program. No key set and a wrong one look alike."""
        if not self._has_key():
            raise request.not_found()
        report = request.env["fusion.health"].sudo()._fusion_report()
        if self._wants_metrics():
            body, content_type = render_openmetrics(report), OPENMETRICS_TYPE
        else:
            body, content_type = json.dumps(report, default=str), "application/json"
        headers = [("Content-Type", content_type), ("Cache-Control", "no-store")]
        return request.make_response(body, headers)

    def _has_key(self):
        stored = request.env["ir.config_parameter"].sudo().get_param(HEALTH_KEY_PARAM)
        scheme, _space, key = request.httprequest.headers.get("Authorization", "").partition(" ")
        return verify_token(key.strip(), stored) and scheme.lower() == "bearer"

    def _wants_metrics(self):
        accepted = request.httprequest.accept_mimetypes  # best first; parameters do not matter
        types = [value.partition(";")[0] for value in accepted.values()]
        known = ("application/json", "application/openmetrics-text", "*/*")
        best = next((value for value in types if value in known), None)
        return best == "application/openmetrics-text"
