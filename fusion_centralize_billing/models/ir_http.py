import json
import secrets

from psycopg2 import OperationalError
from werkzeug.wrappers import Response

from odoo import models
from odoo.http import request

from .. import const


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _handle_error(cls, exception):
        """A conflict that Odoo's retries did not settle: the app sends the same again."""
        is_api = request.httprequest.path.startswith((f"{const.API_ROOT}/", f"{const.LAGO_ROOT}/"))
        if not is_api or not isinstance(exception, OperationalError):
            return super()._handle_error(exception)
        request_id = secrets.token_hex(8)
        body = {
            "status": 503,
            "error": "Service Unavailable",
            "code": "temporarily_unavailable",
            "error_details": {},
            "request_id": request_id,
        }
        headers = {"Retry-After": "1", "X-Request-Id": request_id, "Cache-Control": "no-store"}
        return Response(json.dumps(body), 503, headers, content_type="application/json")
