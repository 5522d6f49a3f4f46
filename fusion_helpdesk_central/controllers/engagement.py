import hmac

from odoo import http
from odoo.http import request

from odoo.addons.fusion_base.tools.access_log import mask_paths

from .. import const
from ..models.helpdesk_ticket_decision import hash_shown
from .page import OwnPage

mask_paths("/fusion_helpdesk/(?:engagement|rating)/")

_STATUS = {"unknown": 404, "bad_decision": 404, "busy": 409, "changed": 409, "limit": 429}


class Engagement(OwnPage):
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
