from lxml import html

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import html_sanitize

from .. import const
from ..services import report
from ..transport import TransportError
from ..utils import build_scope_domain, compute_unread_count, is_public_message

_STATES = ("all", "open", "closed")


class FusionHelpdeskService(models.AbstractModel):
    """Reading tickets: nothing of them is kept here but the ids and what was read."""

    _inherit = "fusion.helpdesk.service"

    @api.model
    def _my_tickets(self, scope="mine", offset=0, limit=const.PAGE, search="", state="all"):
        """:param scope: ``mine`` or, for reporter admins, ``all``
        :param state: ``open``, ``closed`` or ``all``
        :return: the route's answer; central out of reach is ``offline``, never an error
        """
        if not self._is_allowed():
            return self._refuse("forbidden")
        identity = self._identity()
        identity["all"] = identity["all"] and scope == "all"
        answer = {
            "ok": True,
            "tickets": [],
            "total": 0,
            "scope": "all" if identity["all"] else "mine",
            "is_admin": self._is_admin(),
            "outbox": self._get_unsent(identity["all"]),
            "offline": False,
        }
        payload = {
            "identity": identity,
            "offset": self._clean_number(offset, 0, const.ID_MAX, 0),
            "limit": self._clean_number(limit, 1, const.PAGE_MAX, const.PAGE),
            "search": report.clean_line(search, const.SUBJECT_MAX),
            "state": state if state in _STATES else "all",
        }
        try:
            found = self._ask("list_tickets", payload)
        except TransportError as error:
            return answer | {"offline": True, "message": error.message, "reason": error.code}
        if not found["ok"]:
            return answer | {"offline": True, "message": self._refusal_message(found),
                             "reason": found.get("error")}  # fmt: skip
        rows = [row for row in found.get("tickets") or [] if isinstance(row, dict)]
        return answer | {
            "tickets": self._shape_tickets(rows),
            "total": found.get("total") or 0,
            "scope": "all" if identity["all"] and found.get("scope") == "all" else "mine",
        }

    def _clean_number(self, value, low, high, default):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return min(max(value, low), high) if is_number else default

    def _shape_tickets(self, rows):
        rows = [row for row in rows if self._is_id(row.get("id"))]
        seen = self.env["fusion.helpdesk.ticket.seen"]._seen_map([row["id"] for row in rows])
        names = ("ref", "subject", "stage", "is_closed", "last_update", "reporter")
        return [
            {
                "id": row["id"],
                **{name: row.get(name) or False for name in names},
                "stage": row.get("stage") or "",
                "has_unread": bool(compute_unread_count([row], seen)),
                "engagement_state": row.get("engagement_state") or "none",
                "engagement_name": row.get("engagement_name") or "",
            }
            for row in rows
        ]

    def _get_unsent(self, is_all):
        """:return: rows of the outbox that wait or were refused, as the list shows them"""
        domain = Domain("user_id", "=", self.env.uid)
        if is_all:
            label = self.env["fusion.helpdesk.remote"]._get_text("client_label")
            domain |= Domain(build_scope_domain(label, "", True))
        rows = self.env["fusion.helpdesk.outbox"].search(
            domain & Domain("state", "in", ["queued", "sending", "failed"]), limit=const.PAGE_MAX
        )
        return [self._shape_unsent(row) for row in rows]

    def _shape_unsent(self, row):
        return {
            "id": row.id,
            "subject": row.name,
            "kind": row.kind,
            "state": row.state,
            "attempts": row.attempts,
            "error": row.last_error or "",
            "created": fields.Datetime.to_string(row.create_date),
            "ticket_id": row.central_ticket_id or False,
            "is_mine": row.user_id.id == self.env.uid,
            "draft": self._get_draft(row) if row.user_id.id == self.env.uid else False,
        }

    def _get_draft(self, row):
        """:return: what the user wrote, to show or edit it again"""
        payload = row.payload or {}
        kept = {"uuid": row.uuid, "lost_files": row.sudo().attachment_ids.mapped("name")}
        if row.kind == "reply":
            return {**kept, "body": payload.get("body") or ""}
        return {**kept, **(payload.get("draft") or {})}

    @api.model
    def _ticket_detail(self, ticket_id):
        """One ticket with what its customer may see; opening it marks it seen.

        :return: the route's answer
        """
        if not self._is_allowed():
            return self._refuse("forbidden")
        if not self._is_id(ticket_id):
            return self._refuse("not_found")
        try:
            found = self._ask("get_ticket", {"ticket_id": ticket_id})
        except TransportError as error:
            return self._refuse_fault(error)
        if not found["ok"]:
            return self._refuse_answer(found)
        ticket = found.get("ticket") if isinstance(found.get("ticket"), dict) else {}
        messages = [
            self._shape_message(message)
            for message in found.get("messages") or []
            if isinstance(message, dict) and is_public_message(message)
        ]
        self._mark_read(ticket_id, messages)
        return {
            "ok": True,
            **self._shape_ticket(ticket_id, ticket),
            "messages": messages,
            "has_more": bool(found.get("has_more")),
            "waiting": self._get_waiting_replies(ticket_id),
        }

    def _shape_ticket(self, ticket_id, ticket):
        engagement = ticket.get("engagement")
        flags = ("is_closed", "can_rate", "can_close", "can_reopen")
        return {
            "id": ticket_id,
            "ref": ticket.get("ref") or "",
            "subject": ticket.get("subject") or "",
            "stage": ticket.get("stage") or "",
            "kind": ticket.get("kind") or False,
            "reporter": ticket.get("reporter") or "",
            "can_reply": True,
            "ticket_url": self._clean_url(ticket.get("url")),
            "engagement": {
                name: (engagement if isinstance(engagement, dict) else {}).get(name) or False
                for name in ("state", "name", "decided_at")
            },
            "rating": ticket.get("rating") or 0,
            **{name: bool(ticket.get(name)) for name in flags},
        }

    def _clean_url(self, url):
        is_web = isinstance(url, str) and url.startswith(("https://", "http://"))
        return url if is_web else False

    def _shape_message(self, message):
        files = [file for file in message.get("attachments") or [] if isinstance(file, dict)]
        return {
            "id": message.get("id") or 0,
            "author": message.get("author") or "",
            "is_support": bool(message.get("is_support")),
            "date": message.get("date") or False,
            "body": clean_html(message.get("body")),
            "attachments": [
                {name: file.get(name) or "" for name in ("id", "name", "mimetype", "size")}
                for file in files
                if self._is_id(file.get("id"))
            ],
        }

    def _mark_read(self, ticket_id, messages):
        """The badge falls in every tab of the user."""
        ids = [message["id"] for message in messages if self._is_id(message["id"])]
        if not ids:
            return
        before = self._unread_count()
        self.env["fusion.helpdesk.ticket.seen"]._mark_seen(ticket_id, max(ids))
        count = self._unread_count()
        if count != before:
            self.env.user._bus_send("fusion_helpdesk.unread", {"count": count})

    def _get_waiting_replies(self, ticket_id):
        domain = [
            ("user_id", "=", self.env.uid),
            ("kind", "=", "reply"),
            ("central_ticket_id", "=", ticket_id),
            ("state", "in", ["queued", "sending", "failed"]),
        ]
        rows = self.env["fusion.helpdesk.outbox"].search(domain)
        return [self._shape_unsent(row) for row in rows]

    @api.model
    def _outbox_action(self, outbox_id, action):
        """:param action: ``retry`` or ``discard``
        :return: ``{"ok", "state"}``; a row that the user may not read is ``not_found``
        """
        if not self._is_allowed() or not self._is_id(outbox_id):
            return self._refuse("not_found")
        row = self.env["fusion.helpdesk.outbox"].search([("id", "=", outbox_id)])
        if not row:
            return self._refuse("not_found")
        try:
            row.action_retry() if action == "retry" else row.action_discard()
        except (AccessError, UserError) as error:
            return self._refuse("invalid", str(error))
        return {"ok": True, "state": row.state, "pending": self._count_pending()}

    @api.model
    def _get_attachment(self, ticket_id, attachment_id):
        """:return: central's answer with ``name``, ``mimetype`` and ``data`` (base64)
        :raise TransportError: when central is out of reach
        """
        if not (self._is_allowed() and self._is_id(ticket_id) and self._is_id(attachment_id)):
            return self._refuse("not_found")
        payload = {"ticket_id": ticket_id, "attachment_id": attachment_id}
        return self._ask("get_attachment", payload, with_files=True)


def clean_html(body):
    """What comes from central must not run, load or fake anything in a client.

    :return: sanitised HTML; pictures of other hosts wait for a click
    """
    clean = html_sanitize(
        body if isinstance(body, str) else "", sanitize_tags=True, sanitize_attributes=True,
        sanitize_style=True, strip_style=True, strip_classes=True, sanitize_form=True,
    )  # fmt: skip
    if not clean:
        return ""
    root = html.fragment_fromstring(str(clean), create_parent="div")
    for image in root.iter("img"):
        source = image.attrib.pop("src", "")
        image.attrib.pop("srcset", None)
        if source.startswith("data:image/"):
            image.set("src", source)
        elif source.startswith(("https://", "http://")):
            image.set("data-src", source)
            image.set("class", "o_fhd_remote_image")
    for link in root.iter("a"):
        link.set("target", "_blank")
        link.set("rel", "noopener noreferrer")
    return html.tostring(root, encoding="unicode")
