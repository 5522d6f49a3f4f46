from datetime import timedelta

from odoo import api, fields, models
from odoo.modules.module import get_manifest
from odoo.tools import SQL, email_normalize, html_sanitize

from .. import const
from ..services import report
from ..transport import TransportError

_SEVERITIES = ("info", "warning", "danger")
_NOTICES_MAX = 20


class FusionHelpdeskService(models.AbstractModel):
    """The badge: counted from local ids, filled by one call for the whole deployment."""

    _inherit = "fusion.helpdesk.service"

    @api.model
    def _unread_count(self):
        """:return: number of the current user's own tickets with an answer not seen yet. An
        administrator's too: a badge that nobody can clear is noise"""
        if not self._is_allowed():
            return 0
        return self._count_unread(self.env.user)[self.env.uid]

    def _count_unread(self, users):
        """One query whatever the number of users.

        :return: {user id: count}
        """
        label = self.env["fusion.helpdesk.remote"]._get_text("client_label")
        emails = [self.with_user(user)._get_email() for user in users]
        self.env["fusion.helpdesk.ticket.seen"].flush_model()
        self.env["fusion.helpdesk.ticket.digest"].flush_model()
        self.env.cr.execute(
            SQL(
                """SELECT person.uid, COUNT(*)
                     FROM unnest(%(uids)s::int[], %(emails)s::varchar[]) AS person (uid, email)
                     JOIN fusion_helpdesk_ticket_digest AS digest
                       ON digest.x_fc_client_label = %(label)s
                      AND (digest.reporter_uid = person.uid OR digest.partner_email = person.email)
                LEFT JOIN fusion_helpdesk_ticket_seen AS seen
                       ON seen.user_id = person.uid
                      AND seen.central_ticket_id = digest.central_ticket_id
                    WHERE digest.last_support_msg_id > COALESCE(seen.last_seen_message_id, 0)
                 GROUP BY person.uid""",
                uids=users.ids,
                emails=[email or None for email in emails],
                label=label,
            )
        )
        return dict.fromkeys(users.ids, 0) | dict(self.env.cr.fetchall())

    @api.model
    def _sync_digest(self):
        """Ask central once what changed; tell each user whose count did.

        :return: number of rows changed
        """
        remote, state = self.env["fusion.helpdesk.remote"], self.env["fusion.helpdesk.client.state"]
        if not remote._read_config()["configured"]:
            return 0
        try:
            answer = remote._call("digest", {"since": self._get_since(state)})
        except TransportError:
            return 0
        if not answer["ok"]:
            return 0
        rows = self._clean_digest(answer.get("rows"))
        users_sudo = self._find_reporters(rows)
        before = self._count_unread(users_sudo)
        label = str(answer.get("label") or "") or remote._get_text("client_label")
        changed = self.env["fusion.helpdesk.ticket.digest"].sudo()._upsert(rows, label)
        if isinstance(answer.get("cursor"), str) and answer["cursor"]:
            state._put(digest_cursor=answer["cursor"])
        if changed:
            self._tell_counts(users_sudo, before)
        return len(changed)

    @api.model
    def _cron_digest(self):
        """Digest first, then the sign of life that also brings notices and features."""
        self._sync_digest()
        remote = self.env["fusion.helpdesk.remote"]
        if remote._read_config()["configured"]:
            try:
                remote._ping()
            except TransportError:
                return  # stands in the log and, where somebody can mend it, in the settings

    def _get_since(self, state):
        """:return: central's last cursor, ten minutes back: message ids commit out of order"""
        cursor = state._read()["digest_cursor"]
        try:
            moment = fields.Datetime.to_datetime(cursor)
        except ValueError:
            return ""
        if not moment:
            return ""
        return fields.Datetime.to_string(moment - timedelta(minutes=const.OVERLAP_MIN))

    def _clean_digest(self, rows):
        """:return: the rows that can be stored, each ticket once"""
        found = {}
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and self._is_id(row.get("id")):
                uid, message = row.get("reporter_uid"), row.get("last_support_msg_id")
                found[row["id"]] = {
                    "id": row["id"],
                    "partner_email": email_normalize(row.get("partner_email") or "") or None,
                    "reporter_uid": uid if self._is_id(uid) else 0,
                    "last_support_msg_id": message if self._is_id(message) else 0,
                    "is_closed": bool(row.get("is_closed")),
                }
        return list(found.values())

    def _find_reporters(self, rows):
        """:return: the active internal users whom these rows concern"""
        uids = {row["reporter_uid"] for row in rows} - {0}
        emails = list({row["partner_email"] for row in rows} - {None})
        domain = ["|", "|", ("id", "in", list(uids)), ("email_normalized", "in", emails),
                  ("login", "in", emails)]  # fmt: skip
        return self.env["res.users"].sudo().search([("share", "=", False), *domain])

    def _tell_counts(self, users_sudo, before):
        after = self._count_unread(users_sudo)
        for user_sudo in users_sudo:
            if after[user_sudo.id] != before[user_sudo.id]:
                user_sudo._bus_send("fusion_helpdesk.unread", {"count": after[user_sudo.id]})

    @api.model
    def _get_contact(self):
        """:return: the owner as set here, ``None`` while it was never set: a value typed on
        central by hand then stays"""
        remote = self.env["fusion.helpdesk.remote"]
        if not remote._get_text("owner_managed"):
            return None
        return {name: remote._get_text(name) for name in ("owner_email", "owner_name")}

    def _clean_notices(self, notices):
        """:return: central's notices in the shape that is stored, bodies sanitised"""
        return [
            {
                "id": row["id"],
                "title": report.clean_line(row.get("title"), 200),
                "body": str(html_sanitize(str(row.get("body") or ""), sanitize_form=True,
                                          strip_style=True, strip_classes=True)),
                "severity": row["severity"] if row.get("severity") in _SEVERITIES else "info",
                "date_from": str(row.get("date_from") or ""),
                "date_to": str(row.get("date_to") or ""),
            }
            for row in (notices if isinstance(notices, list) else [])[:_NOTICES_MAX]
            if isinstance(row, dict) and self._is_id(row.get("id"))
        ]  # fmt: skip

    def _get_current_notices(self, state):
        """:return: the stored notices whose time it is; an open end is no end"""
        now = fields.Datetime.to_string(fields.Datetime.now())
        return [
            row
            for row in state["notices"] or []
            if (row["date_from"] or now) <= now and (not row["date_to"] or now <= row["date_to"])
        ]

    @api.model
    def _get_icon_state(self):
        """What the systray needs when the page is loaded; nothing of it asks central.

        :return: dict, empty where the icon is not shown
        """
        if not self._is_allowed():
            return {}
        remote = self.env["fusion.helpdesk.remote"]
        is_configured, is_system = remote._read_config()["configured"], self.env.user._is_system()
        if not is_configured and not is_system:
            return {}
        return {
            "is_configured": is_configured,
            "needs_admin": is_system and bool(remote._get_text("last_error")),
            "pending": self._count_pending(),
            "version": get_manifest("fusion_helpdesk")["version"],
        }
