import hashlib

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import LockError
from odoo.tools import formataddr

from .. import const
from ..utils import clean_text, format_engagement_chatter, format_engagement_question

_STATES = {"approve": "approved", "reject": "rejected"}


class HelpdeskTicket(models.Model):
    """The owner's decision, from a link that works once."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _fc_resolve_approval(self, token, decision):
        """Say what a link is good for. Reads only.

        :return: (ticket as sudo, reason); the reason is ``False`` when the link may decide, else
            ``unknown``, ``bad_decision``, ``used``, ``decided``, ``superseded``, ``withdrawn``,
            ``closed`` or ``expired``; without a ticket for the first two
        """
        if decision not in const.DECISIONS:
            return self.browse(), "bad_decision"
        link_sudo = self.env["fusion.helpdesk.approval.link"]._find(token)
        if not link_sudo:
            return self.browse(), "unknown"
        return link_sudo.ticket_id, link_sudo.ticket_id._fc_judge_link(link_sudo)

    def _fc_judge_link(self, link_sudo):
        if link_sudo.used_at:
            return "used"
        if link_sudo.revoked_at:
            return link_sudo.revoke_reason
        if self.x_fc_engagement_state != "pending":
            return "decided" if self.x_fc_engagement_decided_at else "withdrawn"
        if not self.active or self._fc_is_closed():
            return "closed"
        return "expired" if link_sudo._is_expired() else False

    @api.model
    def _fc_decide(self, token, decision, comment=""):
        """Take the owner's decision. Exactly one is ever taken; ``ask`` is a question, which
        decides nothing.

        Evidence of the request comes in the context: ``fc_ip``, ``fc_user_agent``, ``fc_shown``.

        :return: ``{"ok": bool, "reason": str | False}``; besides the reasons of
            :meth:`_fc_resolve_approval` there are ``busy``: somebody holds the row, try again,
            and ``empty``: a question without words
        """
        comment = clean_text(comment or "", const.MAX_COMMENT).strip()
        ticket, reason = self._fc_resolve_approval(token, decision)
        if decision == "ask" and not comment:
            reason = reason or "empty"
        if reason:
            return {"ok": False, "reason": reason}
        try:
            ticket.lock_for_update(allow_referencing=True)
        except LockError:
            return {"ok": False, "reason": "busy"}
        ticket = ticket.with_user(SUPERUSER_ID)
        if decision == "ask":
            ticket._fc_record_question(comment)
        else:
            link_sudo = self.env["fusion.helpdesk.approval.link"]._find(token)
            ticket._fc_record_decision(link_sudo, decision, comment)
        return {"ok": True, "reason": False}

    def _fc_record_decision(self, link_sudo, decision, comment):
        now = fields.Datetime.now()
        self.write(
            {
                "x_fc_engagement_state": _STATES[decision],
                "x_fc_engagement_decided_at": now,
                "x_fc_engagement_comment": comment or False,
            }
        )
        shown = self.env.context.get("fc_shown") or self._fc_get_shown_text(decision)
        link_sudo.write(
            {
                "used_at": now,
                "decision": decision,
                "decided_ip": self.env.context.get("fc_ip") or False,
                "decided_user_agent": (self.env.context.get("fc_user_agent") or "")[:500] or False,
                "shown_text": shown,
                "shown_sha256": hash_shown(shown),
            }
        )
        (self._fc_get_links() - link_sudo)._revoke("decided")
        self._fc_post_as_owner(
            format_engagement_chatter(decision, self.x_fc_engagement_name, comment)
        )
        self._message_log(body=self._fc_make_evidence(link_sudo))

    def _fc_record_question(self, comment):
        """The state stays, the links stay; the desk is told, and the reminder waits."""
        now = fields.Datetime.now()
        self.write({"x_fc_engagement_asked_at": now, "x_fc_engagement_answered_at": False})
        desk = self.user_id or self.env["helpdesk.team"].browse(self.team_id.id).member_ids
        self._fc_post_as_owner(
            format_engagement_question(self.x_fc_engagement_name, comment), desk.partner_id.ids
        )

    def _fc_post_as_owner(self, body, partner_ids=()):
        name, email = self.x_fc_engagement_name, self.x_fc_engagement_email
        author_sudo = self._fc_owner_partner() or self.env["res.partner"].create(
            {"name": name or email, "email": email}
        )
        self.with_context(fc_owner_decides=True).message_post(
            body=body,
            partner_ids=list(partner_ids),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=author_sudo.id,
            email_from=formataddr((name or email, email)),
        )

    def _fc_make_evidence(self, link_sudo):
        """Who, when, from where, what was read: for the desk alone."""
        return self.env["ir.qweb"]._render(
            "fusion_helpdesk_central.engagement_evidence", {"ticket": self, "link": link_sudo}
        )

    def _fc_get_shown_text(self, decision):
        """:return: title, summary and button as the page shows them, in the language of ``env``"""
        self.ensure_one()
        button = {
            "approve": self.env._("Approve this request"),
            "reject": self.env._("Reject this request"),
            "ask": self.env._("Send the question"),
        }[decision]
        return f"{self.name}\n\n{self.x_fc_ai_summary or ''}\n\n[{button}]"

    def _fc_renew_approval_link(self):
        """Mail a fresh link for one that has expired, to the address that was asked."""
        self.ensure_one()
        self.with_user(SUPERUSER_ID)._fc_mail_owner("renewed")


def hash_shown(text):
    """:return: SHA-256 of what a page showed, as hex"""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
