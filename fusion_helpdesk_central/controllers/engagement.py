import hmac
import re

from odoo import http
from odoo.http import request

from .. import const
from ..access_log import mask_access_log
from ..models.helpdesk_ticket_decision import hash_shown

mask_access_log()

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self'; form-action 'self'; frame-ancestors 'none'",
}
_STATUS = {"unknown": 404, "bad_decision": 404, "busy": 409, "changed": 409, "limit": 429}
_ADDON = "fusion_helpdesk_central"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def _get_colour(company):
    """:return: the firm's colour, for a stripe that no text stands on"""
    colour = company.primary_color or ""
    return colour if _COLOUR.fullmatch(colour) else "#1a5fb4"


class Engagement(http.Controller):
    """The owner's pages. GET reads only: mail scanners follow links, some run scripts."""

    _page_url = "/fusion_helpdesk/engagement/<string:token>/<string:decision>"
    _renew_url = "/fusion_helpdesk/engagement/<string:token>/renew"

    @http.route(
        _page_url, type="http", auth="public", methods=["GET"], readonly=True, save_session=False
    )
    def engagement_page(self, token, decision, **_params):
        ticket, reason = self._resolve(token, decision)
        if reason:
            return self._refuse(ticket, reason, token)
        return self._confirm(ticket, token, decision)

    # csrf off: the token in the path, which nobody can guess, is the proof.
    @http.route(
        _page_url, type="http", auth="public", methods=["POST"], csrf=False, save_session=False
    )
    def engagement_decide(self, token, decision, comment="", shown="", **_params):
        wait_s = self._count_post()
        if wait_s:
            return self._refuse(None, "limit", token, wait_s)
        ticket, reason = self._resolve(token, decision)
        if reason:
            return self._refuse(ticket, reason, token)
        text = ticket._fc_get_shown_text(decision)
        if shown and not hmac.compare_digest(shown.encode(), hash_shown(text).encode()):
            return self._confirm(ticket, token, decision, comment, status=409)
        result = self._decide(token, decision, comment, text)
        if result["reason"] == "empty":
            return self._confirm(ticket, token, decision, status=409)
        if not result["ok"]:
            return self._refuse(ticket, result["reason"], token)
        return self._render("engagement_done_page", {"ticket": ticket, "decision": decision})

    @http.route(
        _renew_url, type="http", auth="public", methods=["POST"], csrf=False, save_session=False
    )
    def engagement_renew(self, token, **_params):
        wait_s = self._count_post()
        ticket, reason = self._resolve(token, "approve")
        if wait_s or reason != "expired":
            return self._refuse(ticket, "limit" if wait_s else reason or "unknown", token, wait_s)
        rate = request.env["fusion.helpdesk.rate"].sudo()
        wait_s = rate._hit(f"renew:{ticket.id}", const.RENEWALS_PER_DAY, 86400)
        if wait_s:
            return self._refuse(ticket, "limit", token, wait_s)
        ticket._fc_renew_approval_link()
        return self._render("engagement_renewed_page", {"ticket": ticket})

    # -- Helpers ----------------------------------------------------------------------------------

    def _resolve(self, token, decision):
        ticket, reason = request.env["helpdesk.ticket"].sudo()._fc_resolve_approval(token, decision)
        return ticket.with_context(lang=self._find_lang(ticket)), reason

    def _decide(self, token, decision, comment, shown):
        tickets = request.env["helpdesk.ticket"].sudo().with_context(
            fc_ip=request.httprequest.remote_addr,
            fc_user_agent=request.httprequest.user_agent.string,
            fc_shown=shown,
        )  # fmt: skip
        return tickets._fc_decide(token, decision, comment)

    def _count_post(self):
        """:return: seconds to wait, 0 when the request is allowed"""
        limit, window_s = const.POSTS_PER_ADDRESS
        address = request.httprequest.remote_addr
        return request.env["fusion.helpdesk.rate"].sudo()._hit(f"page:{address}", limit, window_s)

    def _find_lang(self, ticket):
        """The owner contact's language, else the browser's, of those that are installed."""
        installed = dict(request.env["res.lang"].sudo().get_installed())
        if ticket:
            lang = ticket._fc_owner_partner().lang
            if lang in installed:
                return lang
        for wanted, _quality in request.httprequest.accept_languages:
            code = wanted.replace("-", "_")
            known = [one for one in installed if one == code or one[:2] == code[:2].lower()]
            if known:
                return code if code in known else known[0]
        return request.env.company.sudo().partner_id.lang or "en_US"

    def _confirm(self, ticket, token, decision, comment="", status=200):
        text = ticket._fc_get_shown_text(decision)
        values = {
            "ticket": ticket,
            "token": token,
            "decision": decision,
            "button": text.rpartition("\n\n[")[2].removesuffix("]"),
            "comment": comment[: const.MAX_COMMENT],
            "is_changed": status == 409 and decision != "ask",
            "is_empty": status == 409 and decision == "ask",
            "shown": hash_shown(text),
        }
        return self._render("engagement_confirm_page", values, status)

    def _refuse(self, ticket, reason, token, wait_s=0):
        values = {"ticket": ticket, "reason": reason, "token": token}
        headers = {"Retry-After": str(wait_s)} if wait_s else {}
        return self._render("engagement_invalid_page", values, _STATUS.get(reason, 410), headers)

    def _render(self, template, values, status=200, headers=None):
        """Standalone pages: no script, no bundle, no session."""
        ticket = values.get("ticket")
        lang = ticket.env.context["lang"] if ticket else self._find_lang(None)
        company = (ticket and ticket.company_id) or request.env.company.sudo()
        views = request.env(context={"lang": lang}, su=True)["ir.ui.view"]
        body = views._render_template(
            f"{_ADDON}.{template}",
            {
                **values,
                "company": company,
                "page_lang": lang.replace("_", "-"),
                "firm_colour": _get_colour(company),
            },
        )
        headers = {"Content-Type": "text/html; charset=utf-8", **_HEADERS, **(headers or {})}
        return request.make_response(
            f"<!DOCTYPE html>\n{body}", list(headers.items()), status=status
        )
