from odoo import http
from odoo.http import request

from odoo.addons.fusion_base.tools.access_log import mask_paths

from .. import const
from . import page

mask_paths("/tasks/(?:track|ics|feed)/")

_STATUS = {"ok": 200, "unknown": 404, "busy": 429}


class Tracking(http.Controller):
    """Pages and files behind a link, for people without a login: no script, no session."""

    _track_url = "/tasks/track/<string:token>"
    _ics_url = "/tasks/ics/<string:token>"
    _feed_url = "/tasks/feed/<string:token>.ics"

    @http.route(_track_url, type="http", auth="public", methods=["GET"], save_session=False)
    def track(self, token, **_params):
        task, reason = self._resolve(token, "task_track")
        return self._render("tracking_page", reason, task)

    @http.route(_ics_url, type="http", auth="public", methods=["GET"], save_session=False)
    def ics(self, token, **_params):
        task, reason = self._resolve(token, "task_ics")
        if reason == "ok" and not task.datetime_start:
            reason = "expired"
        if reason != "ok":
            return self._render("tracking_page", reason, task)
        is_off = task.status in ("cancelled", "no_show")
        return self._send_calendar(task._get_ics("CANCEL" if is_off else "REQUEST"))

    @http.route(_feed_url, type="http", auth="public", methods=["GET"], save_session=False)
    def feed(self, token, **_params):
        user, reason = self._resolve(token, "task_feed")
        if reason != "ok":
            return self._render("tracking_page", reason, None)
        return self._send_calendar(user._fc_get_feed())

    def _resolve(self, token, scope):
        """:return: ``(record, reason)`` in the reader's language; ``busy``: too many requests"""
        limit, window_s = const.PAGES_PER_ADDRESS
        key = f"fusion_tasks.page:{request.httprequest.remote_addr}"
        if request.env["fusion.tasks.rate"].sudo()._hit(key, limit, window_s):
            return None, "busy"
        record, reason = request.env["fusion.access.token"].sudo()._resolve(token, scope)
        return record and record.with_context(lang=page.find_lang(record.partner_id)), reason

    def _render(self, template, reason, task):
        lang = task.env.context["lang"] if task else page.find_lang(None)
        views = request.env(context={"lang": lang}, su=True)["ir.ui.view"]
        values = {
            "company": (task and task.company_id) or request.env.company.sudo(),
            "page_lang": lang.replace("_", "-"),
            "reason": reason,
            "switch": page.get_switch(lang),
            "visit": task and reason == "ok" and task._get_tracking(),
        }
        body = views._render_template(f"fusion_tasks.{template}", values)
        headers = {"Content-Type": "text/html; charset=utf-8", **page.HEADERS}
        if reason == "busy":
            headers["Retry-After"] = str(const.PAGES_PER_ADDRESS[1])
        return request.make_response(
            f"<!DOCTYPE html>\n{body}", list(headers.items()), status=_STATUS.get(reason, 410)
        )

    def _send_calendar(self, content):
        headers = {**page.HEADERS, "Content-Type": "text/calendar; charset=utf-8"}
        return request.make_response(content, list(headers.items()))
