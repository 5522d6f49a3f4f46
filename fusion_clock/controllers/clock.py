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
        return self._ask("_fclk_get_status")

    @http.route("/fusion_clock/systray", type="jsonrpc", auth="user", readonly=True)
    def systray(self):
        """The status, and what the systray must know before it clocks."""
        return self._ask("_fclk_get_systray", request.httprequest.remote_addr)

    @http.route("/fusion_clock/reason", type="jsonrpc", auth="user")
    def reason(self, attendance_id=None, reason=None, check_out=None):
        return self._ask("_fclk_explain_close", attendance_id, reason, check_out)

    @http.route("/fusion_clock/correction/submit", type="jsonrpc", auth="user")
    def submit_correction(self, kind=None, date=None, reason=None, **values):
        known = {name: values.get(name) for name in ("attendance_id", "check_in", "check_out")}
        return self._ask("_fclk_submit_correction", kind, date, reason, **known)

    @http.route("/fusion_clock/correction/cancel", type="jsonrpc", auth="user")
    def cancel_correction(self, id=None):
        return self._ask("_fclk_cancel_correction", id)

    @http.route("/fusion_clock/leave/submit", type="jsonrpc", auth="user")
    def submit_leave(self, leave_type_id=None, date_from=None, date_to=None, note=None, half=None):
        return self._ask("_fclk_submit_leave", leave_type_id, date_from, date_to, note, half)

    @http.route("/fusion_clock/leave/cancel", type="jsonrpc", auth="user")
    def cancel_leave(self, id=None):
        return self._ask("_fclk_cancel_leave", id)

    def _ask(self, method, *args, **kw):
        """Call a method of the person's own employee."""
        employee = request.env["hr.employee"]._fclk_get_own()
        if not employee:
            return employee._fclk_refuse_quietly("no_employee")
        return getattr(employee, method)(*args, **kw)
