from odoo import http
from odoo.http import request


class FusionClockDashboard(http.Controller):
    """JSON routes of the dashboard. Looking at the photo wall is logged, so none is read-only."""

    @http.route("/fusion_clock/dashboard/data", type="jsonrpc", auth="user")
    def data(self, date=None):
        return request.env["fusion.clock.dashboard"]._get_day(date)

    @http.route("/fusion_clock/dashboard/assign_card", type="jsonrpc", auth="user")
    def assign_card(self, employee_id, card_uid):
        return request.env["fusion.clock.dashboard"]._assign_card(employee_id, card_uid)
