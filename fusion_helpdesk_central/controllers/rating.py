from odoo import http
from odoo.http import request

from .. import const
from ..utils import clean_text
from .page import OwnPage


class Rating(OwnPage):
    """The three faces of the closing mail. GET shows, POST rates."""

    _rating_url = "/fusion_helpdesk/rating/<string:token>/<int:rating>"

    @http.route(
        _rating_url, type="http", auth="public", methods=["GET"], readonly=True, save_session=False
    )
    def rating_page(self, token, rating, **_params):
        ticket, partner = request.env["helpdesk.ticket"].sudo()._fc_resolve_rating(token)
        return self._answer(ticket, partner, token, rating)

    # csrf off: the signed link is the proof.
    @http.route(
        _rating_url, type="http", auth="public", methods=["POST"], csrf=False, save_session=False
    )
    def rating_take(self, token, rating, feedback="", **_params):
        wait_s = self._count_post()
        ticket, partner = request.env["helpdesk.ticket"].sudo()._fc_resolve_rating(token)
        if wait_s:
            values = {"ticket": None, "reason": "limit", "token": token}
            headers = {"Retry-After": str(wait_s)}
            return self._render("engagement_invalid_page", values, 429, headers)
        feedback = clean_text(feedback, const.MAX_COMMENT).strip()
        is_taken = bool(ticket) and ticket._fc_rate(rating, feedback, partner)
        return self._answer(ticket, partner, token, rating, is_taken)

    def _answer(self, ticket, partner, token, rating, is_taken=False):
        is_known = bool(ticket) and rating in const.RATINGS
        is_open = is_known and ticket._fc_can_rate(partner)
        lang = partner.lang or self._find_lang(None)
        values = {
            "ticket": ticket.with_context(lang=lang) if is_known else None,
            "token": token,
            "rating": rating,
            "is_taken": is_taken,
            "is_open": is_open,
        }
        status = 404 if not is_known else 200 if is_open else 410
        return self._render("rating_page", values, status)
