import re

from odoo import http
from odoo.http import request

from .. import const

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self'; form-action 'self'; frame-ancestors 'none'",
}
_ADDON = "fusion_helpdesk_central"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def _get_colour(company):
    """:return: the firm's colour, for a stripe that no text stands on"""
    colour = company.primary_color or ""
    return colour if _COLOUR.fullmatch(colour) else "#1a5fb4"


class OwnPage(http.Controller):
    """Standalone pages for people without a login: no script, no bundle, no session."""

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
