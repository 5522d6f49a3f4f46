from odoo import http
from odoo.http import request


def _service():
    return request.env["fusion.helpdesk.service"]


class FusionHelpdesk(http.Controller):
    """The dialog's routes; every rule is in ``fusion.helpdesk.service``."""

    @http.route("/fusion_helpdesk/whoami", type="jsonrpc", auth="user", methods=["POST"])
    def whoami(self, **_params):
        return _service()._whoami()

    @http.route("/fusion_helpdesk/submit", type="jsonrpc", auth="user", methods=["POST"])
    def submit(self, **values):
        return _service()._submit(values)

    @http.route("/fusion_helpdesk/my_tickets", type="jsonrpc", auth="user", methods=["POST"])
    def my_tickets(self, scope="mine", offset=0, limit=40, search="", state="all", **_params):
        return _service()._my_tickets(scope, offset, limit, search, state)

    @http.route(
        "/fusion_helpdesk/ticket/<int:ticket_id>", type="jsonrpc", auth="user", methods=["POST"]
    )
    def ticket(self, ticket_id, **_params):
        return _service()._ticket_detail(ticket_id)

    @http.route(
        "/fusion_helpdesk/ticket/<int:ticket_id>/reply",
        type="jsonrpc",
        auth="user",
        methods=["POST"],
    )
    def reply(self, ticket_id, body="", attachments=None, reply_uuid=None, **_params):
        return _service()._ticket_reply(ticket_id, body, attachments, reply_uuid)

    @http.route("/fusion_helpdesk/unread_count", type="jsonrpc", auth="user", methods=["POST"])
    def unread_count(self, **_params):
        return {"ok": True, "count": _service()._unread_count()}

    @http.route(
        "/fusion_helpdesk/outbox/<int:outbox_id>/<any(retry,discard):action>",
        type="jsonrpc",
        auth="user",
        methods=["POST"],
    )
    def outbox(self, outbox_id, action, **_params):
        return _service()._outbox_action(outbox_id, action)

    @http.route(
        "/fusion_helpdesk/ticket/<int:ticket_id>/<any(close,reopen):action>",
        type="jsonrpc",
        auth="user",
        methods=["POST"],
    )
    def set_state(self, ticket_id, action, **_params):
        return _service()._set_state(ticket_id, action)

    @http.route(
        "/fusion_helpdesk/ticket/<int:ticket_id>/rate",
        type="jsonrpc",
        auth="user",
        methods=["POST"],
    )
    def rate(self, ticket_id, rating=0, feedback="", **_params):
        return _service()._rate(ticket_id, rating, feedback)

    @http.route(
        "/fusion_helpdesk/ticket/<int:ticket_id>/subscribe",
        type="jsonrpc",
        auth="user",
        methods=["POST"],
    )
    def subscribe(self, ticket_id, **_params):
        return _service()._subscribe(ticket_id)

    @http.route("/fusion_helpdesk/similar", type="jsonrpc", auth="user", methods=["POST"])
    def similar(self, query="", **_params):
        return _service()._find_similar(query)
