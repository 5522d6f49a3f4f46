from odoo import http
from odoo.http import request


class FusionClock(http.Controller):
    """A person's own clock: portal and internal users alike."""

    @http.route("/fusion_clock/clock", type="jsonrpc", auth="user")
    def clock(self, expected=None, latitude=None, longitude=None, accuracy=None):
        employee = request.env["hr.employee"]._fclk_get_own()
        if not employee:
            return employee._fclk_refuse_quietly("no_employee")
        return employee._fclk_clock(
            "portal",
            expected=expected,
            latitude=latitude,
            longitude=longitude,
            accuracy=accuracy,
            ip=request.httprequest.remote_addr,
            browser=request.httprequest.user_agent.browser,
        )

    @http.route("/fusion_clock/status", type="jsonrpc", auth="user", readonly=True)
    def status(self):
        employee = request.env["hr.employee"]._fclk_get_own()
        if not employee:
            return employee._fclk_refuse_quietly("no_employee")
        return employee._fclk_get_status()
