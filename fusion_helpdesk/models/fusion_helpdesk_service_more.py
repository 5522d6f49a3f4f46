from odoo import api, models

from .. import const
from ..services import report
from ..transport import TransportError
from ..utils import clean_text
from .fusion_helpdesk_service_submit import Refusal

_QUERY_MIN = 3  # letters; less finds everything
_SIMILAR_MAX = 5


class FusionHelpdeskService(models.AbstractModel):
    """What central may offer beyond the core; ``features`` of its ``ping`` says what."""

    _inherit = "fusion.helpdesk.service"

    @api.model
    def _set_state(self, ticket_id, action):
        """Close or reopen a ticket.

        :param action: ``close`` or ``reopen``
        :return: ``{"ok", "stage"}``
        """
        return self._do_now("set_state", ticket_id, {"action": action})

    @api.model
    def _rate(self, ticket_id, rating, feedback=""):
        """:param rating: 1, 3 or 5
        :return: ``{"ok", "stage"}``
        """
        if isinstance(rating, bool) or rating not in const.RATINGS:
            return self._refuse("invalid")
        feedback = clean_text(feedback if isinstance(feedback, str) else "", const.FEEDBACK_MAX)
        return self._do_now("rate", ticket_id, {"rating": rating, "feedback": feedback})

    @api.model
    def _subscribe(self, ticket_id):
        """ "+1, me too": the user follows a colleague's ticket instead of writing another.

        :return: ``{"ok"}``
        """
        return self._do_now("subscribe", ticket_id, {})

    @api.model
    def _find_similar(self, query):
        """:param query: the subject as far as it is typed
        :return: ``{"ok", "tickets": [{"id", "ref", "subject", "stage"}]}``; nothing found and
            nobody to ask look alike: the form does not depend on it
        """
        query = report.clean_line(query, const.SUBJECT_MAX)
        if not self._is_allowed() or len(query) < _QUERY_MIN:
            return {"ok": True, "tickets": []}
        try:
            found = self._ask("similar_tickets", {"query": query})
        except TransportError:
            found = {"ok": False}
        rows = found.get("tickets") if found["ok"] else []
        return {
            "ok": True,
            "tickets": [
                {"id": row["id"], **{name: str(row.get(name) or "")
                                     for name in ("ref", "subject", "stage")}}
                for row in rows or []
                if isinstance(row, dict) and self._is_id(row.get("id"))
            ][:_SIMILAR_MAX],
        }  # fmt: skip

    def _do_now(self, method, ticket_id, values):
        """Done at once or not at all: a click is easily repeated, so it is not queued."""
        if not self._is_allowed():
            return self._refuse("forbidden")
        if not self._is_id(ticket_id):
            return self._refuse("not_found")
        try:
            self._count_one("replies_per_hour", "")
            answer = self._ask(method, {"ticket_id": ticket_id, **values})
        except Refusal as refusal:
            return self._refuse(refusal.code, refusal.message, **refusal.values)
        except TransportError as error:
            return self._refuse_fault(error)
        if not answer["ok"]:
            return self._refuse_answer(answer)
        return {"ok": True, "stage": str(answer.get("stage") or "")}
