import html
import logging
import re

from odoo import api, models
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)
_LABEL = re.compile(r"\s*\[([A-Za-z0-9][A-Za-z0-9_-]{1,31})\]")
#: The diagnostic table's row, with or without attributes in its tags.
_USER_ROW = re.compile(
    r"<td[^>]*>\s*User\s*</td>\s*<td[^>]*>\s*<code[^>]*>"
    r"\s*(.+?) \(#(\d{1,9}), ([^<]+?)\)\s*</code>",
    re.DOTALL,
)


class HelpdeskTicket(models.Model):
    """Old tickets that carry their deployment and reporter only in their text."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _fc_backfill_identity(self, dry_run=True):
        """Recover label, name, e-mail and uid from title and diagnostic table; no mail goes out.

        :return: ``{"scanned", "matched", "updated", "skipped"}``; a second run updates nothing
        """
        counts = {"scanned": 0, "matched": 0, "updated": 0, "skipped": 0}
        keys = {key.client_label: key for key in self.env["fusion.helpdesk.client.key"].search([])}
        tickets_sudo = self.sudo().with_context(
            active_test=False, tracking_disable=True, mail_notrack=True, fc_no_ack=True
        )
        for ticket in tickets_sudo.search(
            [("x_fc_client_label", "in", [False, ""]), ("name", "=like", "%[%]%")]
        ):
            counts["scanned"] += 1
            values = ticket._fc_read_identity(keys)
            if not values:
                counts["skipped"] += 1
                continue
            counts["matched"] += 1
            if not dry_run:
                counts["updated"] += ticket._fc_apply_identity(values)
        return counts

    def _fc_read_identity(self, keys):
        """:return: values found in the ticket's text, ``{}`` when it is none of a known key's"""
        label = _LABEL.match(self.name or "")
        key = label and keys.get(label[1].upper())
        row = _USER_ROW.search(str(self.description or ""))
        if not key or not row:
            return {}
        name, uid, login = (html.unescape(part).strip() for part in row.groups())
        return {
            "x_fc_client_key_id": key.id,
            "x_fc_client_label": key.client_label,
            "x_fc_reporter_uid": int(uid),
            "partner_name": self.partner_name or name,
            "partner_email": self.partner_email or email_normalize(login) or False,
        }

    def _fc_apply_identity(self, values):
        """:return: whether the ticket was updated"""
        try:
            with self.env.cr.savepoint():
                email = email_normalize(values["partner_email"] or "")
                if email and not self.partner_id:
                    values["partner_id"] = self._fc_find_contact(email, values["partner_name"]).id
                self.write(values)
                self._portal_ensure_token()
            return True
        except Exception:  # row boundary: one bad ticket never stops the rest
            _logger.warning("Identity of ticket %s not recovered", self.id, exc_info=True)
            return False

    @api.model
    def _fc_find_contact(self, email, name):
        """:return: the contact of an address, made when there is none; empty for our own alias"""
        return (
            self.env["mail.thread"]
            .sudo()
            ._partner_find_from_emails_single(
                [email], additional_values={email: {"name": name or email}}
            )
        )
