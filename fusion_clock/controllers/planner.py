from odoo import http
from odoo.http import request


class FusionClockPlanner(http.Controller):
    """JSON routes of the shift planner. Who may plan whom is decided by the models."""

    @http.route("/fusion_clock/shift_planner/data", type="jsonrpc", auth="user", readonly=True)
    def data(self, week_start=None, department_id=None):
        return request.env["fusion.clock.planner"]._get_week(week_start, department_id)

    @http.route("/fusion_clock/shift_planner/save", type="jsonrpc", auth="user")
    def save(self, changes=None):
        return request.env["fusion.clock.planner"]._save(changes or [])

    @http.route("/fusion_clock/shift_planner/copy_week", type="jsonrpc", auth="user")
    def copy_week(self, from_week, to_week, employee_ids=None):
        planner = request.env["fusion.clock.planner"]
        return planner._copy_week(from_week, to_week, employee_ids)

    @http.route("/fusion_clock/shift_planner/post_week", type="jsonrpc", auth="user")
    def post_week(self, week_start, employee_ids=None):
        return request.env["fusion.clock.schedule"].fclk_post_week(week_start, employee_ids)
