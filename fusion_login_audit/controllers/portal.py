from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from .. import const


class LoginActivity(http.Controller):
    _page_url = "/my/login-activity"

    @http.route(_page_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def login_activity(self, page="1", **_params):
        audit_sudo = request.env["fusion.login.audit"].sudo()
        if not audit_sudo._fc_get_bool("self_service"):
            raise request.not_found()
        domain = [("user_id", "=", request.env.uid)]
        number = int(page) if str(page).isascii() and str(page).isdigit() else 1
        pager = portal_pager(
            self._page_url, audit_sudo.search_count(domain), number, const.PAGE_ROWS
        )
        pager["page_previous"]["url"], pager["page_next"]["url"] = (
            f"{self._page_url}?page={pager[side]['num']}" for side in ("page_previous", "page_next")
        )
        events_sudo = audit_sudo.search(domain, limit=const.PAGE_ROWS, offset=pager["offset"])
        return request.render(
            "fusion_login_audit.portal_login_activity",
            {"events": events_sudo, "pager": pager, "page_name": "login_activity"},
        )
