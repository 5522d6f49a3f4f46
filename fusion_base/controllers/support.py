import json

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request


class FusionSupportBundle(http.Controller):
    _support_url = "/fusion/support"

    @http.route(_support_url, type="http", auth="user", methods=["GET"], readonly=True)
    def fusion_support(self, **_params):
        """The support bundle as a file, for administrators."""
        if not request.env.user.has_group("base.group_system"):
            raise AccessError(request.env._("Only an administrator may make a support bundle."))
        bundle = request.env["fusion.support"]._get_bundle()
        name = f"fusion-support-{bundle['made_at'][:10]}.json"
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Disposition", http.content_disposition(name)),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(json.dumps(bundle, indent=1, default=str), headers)
