from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController
from odoo.addons.portal.controllers.portal import CustomerPortal


class TicketClose(HelpdeskTicketController):
    """OCA's two routes that change a ticket, without their holes."""

    @http.route(methods=["POST"], auth="public", csrf=True)
    def support_ticket_close(self, ticket_id=None, stage_id=None, access_token=None, **_kw):
        """Close a ticket that the visitor may see, by rights or by the token of its link."""
        ticket_sudo = self._find_ticket(ticket_id, access_token)
        if not ticket_sudo:
            return request.redirect("/my")
        stages = ticket_sudo.env["helpdesk.ticket.stage"]
        ticket_sudo._close_from_portal(stages.browse(_to_ids(stage_id)).exists())
        query = f"?access_token={access_token}" if access_token else ""
        return request.redirect(f"/my/ticket/{ticket_sudo.id}{query}", code=302)

    @http.route(methods=["POST"])
    def submit_ticket(self, **kw):
        """By POST only: a mere link must not file a ticket in the name of who follows it."""
        if not (kw.get("subject") or "").strip():
            raise UserError(request.env._("Give your ticket a subject."))
        kw["description"] = kw.get("description") or ""
        for name in ("category", "team"):
            kw[name] = next(iter(_to_ids(kw.get(name))), False)
        return super().submit_ticket(**kw)

    def _find_ticket(self, ticket_id, access_token):
        """:return: the ticket in superuser mode, empty on any doubt"""
        nothing = request.env["helpdesk.ticket"]
        ids = _to_ids(ticket_id)
        if not ids:
            return nothing
        try:
            return CustomerPortal()._document_check_access(nothing._name, ids[0], access_token)
        except (AccessError, MissingError):
            return nothing


def _to_ids(value):
    """:return: list with the id that a form field holds, empty when it holds none"""
    text = str(value or "")
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < 10 else []
