from contextlib import suppress

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.fusion_base.tools.signing import sign_values, verify_values

from .. import const
from . import intake_form, page

SCOPE = "fusion_repairs.chart"


class SelfHelp(http.Controller):
    """A client looks for the cause with a chart that is safe for clients: forms, no script."""

    _list_url = "/repairs/help"
    _run_url = "/repairs/help/<string:token>"

    @http.route(_list_url, type="http", auth="public", methods=["GET"])
    def chart_list(self, **params):
        if page.is_busy():
            return page.render("help_list_page", "busy")
        lang, category = page.find_lang(None), intake_form.find_category(params)
        charts = page.get_model("fusion.repair.flowchart").with_context(lang=lang)
        charts = charts._find_published(category, client_safe=True)
        keys = [(sign_values(request.env, SCOPE, [chart.id]), chart.name) for chart in charts]
        query = intake_form.get_query(params)
        return page.render("help_list_page", "ok", charts=keys, query=query)

    @http.route(_list_url, type="http", auth="public", methods=["POST"])
    def start(self, chart="", **params):
        if page.is_busy() or intake_form.is_over_limit(const.HELPS_PER_ADDRESS, "help"):
            return page.render("help_list_page", "busy")
        values = verify_values(request.env, SCOPE, chart)
        found = page.get_model("fusion.repair.flowchart").browse(values or []).exists()
        if found.state != "published" or not found.client_safe:
            return page.render("help_list_page", "unknown")
        session = found._run_start()
        session.user_id = False
        return page.go(f"/repairs/help/{session._issue_help_token()}{self._keep(params)}")

    @http.route(_run_url, type="http", auth="public", methods=["GET"])
    def step(self, token, **params):
        session, reason = self._resolve(token)
        if reason != "ok":
            return page.render("help_page", reason)
        state, query = session._get_state(), intake_form.get_query(params)
        category = session.flowchart_id.category_id
        more = {"help": token, **(query or {"type": category.code})}
        return page.render(
            "help_page", reason, session, state=state, node=state["node"], query=query,
            request_query=more,
        )  # fmt: skip

    @http.route(_run_url, type="http", auth="public", methods=["POST"])
    def answer(self, token, edge="", **params):
        session, reason = self._resolve(token)
        if reason != "ok":
            return page.render("help_page", reason)
        with suppress(UserError):  # a second tap, or an old page: show where the run stands
            if edge == "back":
                session._back()
            else:
                session._choose(intake_form.read_id(edge))
        return page.go(f"/repairs/help/{token}{self._keep(params)}")

    def _keep(self, params):
        """:return: the unit or type that the client came from, as a query"""
        return page.make_query(intake_form.get_query(params))

    def _resolve(self, token):
        """:return: ``(session, reason)`` in the reader's language"""
        if page.is_busy():
            return None, "busy"
        session, reason = page.get_model("fusion.access.token")._resolve(token, "repair_help")
        if reason != "ok":
            return None, reason
        return session.with_context(lang=page.find_lang(None)), reason
