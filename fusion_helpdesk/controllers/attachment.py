import base64
import binascii

from werkzeug.exceptions import ServiceUnavailable

from odoo import http
from odoo.http import content_disposition, request

from .. import const
from ..services.report import clean_file_name
from ..transport import TransportError


class FusionHelpdeskAttachment(http.Controller):
    @http.route(
        "/fusion_helpdesk/attachment/<int:ticket_id>/<int:attachment_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def attachment(self, ticket_id, attachment_id, **_params):
        """A file of a ticket, through central. Only four picture types are shown, the rest is
        saved: what comes from there must not run here."""
        try:
            found = request.env["fusion.helpdesk.service"]._get_attachment(ticket_id, attachment_id)
            content = base64.b64decode(found["data"], validate=True) if found["ok"] else None
        except (TransportError, KeyError, TypeError, binascii.Error, ValueError):
            raise ServiceUnavailable from None
        if content is None:
            raise request.not_found()
        return request.make_response(content, self._get_headers(found))

    def _get_headers(self, found):
        mimetype = found.get("mimetype")
        is_picture = mimetype in const.INLINE_TYPES
        kind = "inline" if is_picture else "attachment"
        return [
            ("Content-Type", mimetype if is_picture else "application/octet-stream"),
            ("Content-Disposition", content_disposition(clean_file_name(found.get("name")), kind)),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
            ("Cache-Control", "private, max-age=3600"),
        ]
