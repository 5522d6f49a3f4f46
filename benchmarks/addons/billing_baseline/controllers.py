import json

from odoo import http
from odoo.http import request

OPTIONS = {
    "type": "http", "auth": "none", "csrf": False, "save_session": False, "methods": ["POST"],
}  # fmt: skip


class Baseline(http.Controller):
    """No key, no checks, no lookup: ids come with the rows."""

    @http.route("/billing_baseline/empty", **OPTIONS)
    def empty(self):
        json.loads(request.httprequest.get_data())
        return request.make_json_response({"accepted": 1})

    @http.route("/billing_baseline/insert", **OPTIONS)
    def insert(self):
        rows = json.loads(request.httprequest.get_data())["usage"]
        request.env.cr.execute_values(
            """INSERT INTO fusion_billing_usage (subscription_id, metric_id, period_start,
                   period_end, quantity, idempotency_key)
               VALUES %s ON CONFLICT (subscription_id, metric_id, idempotency_key) DO NOTHING""",
            [
                (row["subscription"], row["metric"], row["period_start"], row["period_end"],
                 row["quantity"], row["idempotency_key"])
                for row in rows
            ],
        )  # fmt: skip
        return request.make_json_response({"accepted": len(rows)})
