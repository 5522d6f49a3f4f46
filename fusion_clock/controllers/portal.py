from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

_PHOTOS = {"in": "x_fclk_check_in_photo", "out": "x_fclk_check_out_photo"}


class FusionClockPortal(CustomerPortal):
    """A person's own pages. Everything they show is found from the signed-in user alone."""

    _clock_url = "/my/clock"
    _timesheet_url = "/my/clock/timesheet"
    _schedule_url = "/my/clock/schedule"
    _requests_url = "/my/clock/requests"
    _feed_url = "/my/clock/schedule.ics"
    _photo_url = "/my/clock/photo/<int:attendance_id>/<string:side>"
    _data_url = "/my/clock/data.json"

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        return values | {"has_fusion_clock": bool(request.env["hr.employee"]._fclk_get_own())}

    @http.route(_clock_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def clock_page(self, **_params):
        ip = request.httprequest.remote_addr
        return self._render(
            "fusion_clock.portal_clock", "clock", lambda own: own._fclk_prepare_clock_page(ip)
        )

    @http.route(
        _timesheet_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False
    )
    def timesheet_page(self, week=None, **_params):
        return self._render(
            "fusion_clock.portal_timesheet",
            "timesheet",
            lambda own: own._fclk_prepare_timesheet_page(week),
        )

    @http.route(
        _schedule_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False
    )
    def schedule_page(self, week=None, **_params):
        return self._render(
            "fusion_clock.portal_schedule",
            "schedule",
            lambda own: own._fclk_prepare_schedule_page(week),
        )

    @http.route(
        _requests_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False
    )
    def requests_page(self, attendance_id=None, **_params):
        chosen = int(attendance_id) if (attendance_id or "").isdecimal() else None
        return self._render(
            "fusion_clock.portal_requests",
            "requests",
            lambda own: own._fclk_prepare_requests_page(chosen),
        )

    @http.route(_photo_url, type="http", auth="user", methods=["GET"], sitemap=False)
    def own_photo(self, attendance_id, side):
        """The photo of oneself; another person's answers like one that does not exist."""
        own = request.env["hr.employee"]._fclk_get_own()
        attendance = own.with_context(bin_size=True)._fclk_find_attendance(attendance_id)
        if side not in _PHOTOS or not attendance or not attendance[_PHOTOS[side]]:
            return request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(attendance, _PHOTOS[side])
        answer = stream.get_response()
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @http.route(_data_url, type="http", auth="user", methods=["GET"], sitemap=False)
    def own_data(self):
        """What the clock keeps about the signed-in person."""
        own = request.env["hr.employee"]._fclk_get_own()
        if not own:
            return request.not_found()
        return request.make_json_response(
            own._fclk_get_own_data(),
            [
                ("Content-Disposition", content_disposition("my-clock-data.json")),
                ("Cache-Control", "private, no-store"),
            ],
        )

    @http.route("/fusion_clock/schedule/renew_feed", type="jsonrpc", auth="user")
    def renew_feed(self):
        own = request.env["hr.employee"]._fclk_get_own()
        if not own:
            return own._fclk_refuse_quietly("no_employee")
        return {"success": True, "url": request.env.user._fclk_renew_feed()}

    @http.route(_feed_url, type="http", auth="public", methods=["GET"], sitemap=False)
    def feed(self, token=None, **_params):
        """Calendar programs have no session: the token in the link is the key."""
        user = request.env["res.users"]._fclk_find_by_feed(token)
        employees = request.env["hr.employee"]._fclk_find_of_user(user)
        if not employees:
            return request.not_found()
        body = employees.with_context(lang=user.lang)._fclk_get_feed()
        return request.make_response(
            body,
            [
                ("Content-Type", "text/calendar; charset=utf-8"),
                ("Content-Disposition", content_disposition("schedule.ics")),
                ("Cache-Control", "private, no-store"),
            ],
        )

    def _render(self, template, tab, prepare):
        """:param prepare: called with the person's employee; without one a page says so"""
        own = request.env["hr.employee"]._fclk_get_own()
        values = self._prepare_portal_layout_values()
        if own:
            values |= prepare(own)
        else:
            template = "fusion_clock.portal_no_employee"
            values |= own._fclk_prepare_page(tab)
        answer = request.render(template, values)
        answer.headers["Cache-Control"] = "no-store"
        return answer
