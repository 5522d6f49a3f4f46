from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import formataddr

from odoo.addons.fusion_base.tools.signing import hash_token, new_token

from .. import const
from ..settings import get_int, get_text

_WIZARD = "fusion.helpdesk.engagement.wizard"
_PAGE = "/fusion_helpdesk/engagement"


class HelpdeskTicket(models.Model):
    """Asking a client's owner for approval."""

    _inherit = "helpdesk.ticket"

    # -- Actions ----------------------------------------------------------------------------------

    def action_request_owner_approval(self):
        """:return: the dialog for one ticket
        :raise UserError: when the client has no owner
        """
        self.ensure_one()
        self.check_access("write")
        self._fc_check_owner()
        return self._fc_open_wizard({"default_ticket_id": self.id})

    def action_bulk_request_owner_approval(self):
        """:return: the dialog for the chosen tickets of one deployment
        :raise UserError: by the rules of one request, see :meth:`_fc_check_bulk`
        """
        self.check_access("write")
        self._fc_check_bulk()
        if len(self) == 1:
            return self._fc_open_wizard({"default_ticket_id": self.id})
        return self._fc_open_wizard({"default_ticket_ids": self.ids})

    def action_withdraw_engagement(self):
        """Take a pending request back."""
        for ticket in self:
            ticket.check_access("write")
            if ticket.x_fc_engagement_state != "pending":
                raise UserError(self.env._("Only a request that is still open can be withdrawn."))
            ticket._fc_lock()
            ticket._fc_get_links()._revoke("withdrawn")
            ticket.sudo().write({"x_fc_engagement_state": "none"})
            ticket._message_log(body=self.env._("The approval request was withdrawn."))

    def _fc_open_wizard(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Owner Approval"),
            "res_model": _WIZARD,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    # -- Rules ------------------------------------------------------------------------------------

    def _fc_check_bulk(self):
        """:raise UserError: for tickets that cannot be asked for together"""
        labels = set(self.mapped("x_fc_client_label"))
        if len(labels) != 1 or not all(labels):
            raise UserError(self.env._("Cannot bulk-engage tickets across different deployments."))
        busy = self.filtered(lambda t: t.x_fc_engagement_state in ("pending", "approved"))
        if busy and len(self) > 1:
            raise UserError(
                self.env._(
                    "%(count)s of the selected tickets already have a pending or approved "
                    "engagement. Engage them individually.",
                    count=len(busy),
                )
            )
        self._fc_check_owner()
        if len(self) > const.MAX_BULK:
            raise UserError(
                self.env._("At most %(count)s tickets per request.", count=const.MAX_BULK)
            )

    def _fc_check_owner(self):
        for ticket in self:
            if not ticket.x_fc_can_request_approval:
                raise UserError(ticket.x_fc_engagement_block_reason)

    def _fc_lock(self):
        """Hold the rows until the transaction ends.

        :raise UserError: when somebody else is changing one of them
        """
        try:
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._("Somebody else is changing this ticket just now. Please try again.")
            ) from None

    # -- Sending ----------------------------------------------------------------------------------

    def _fc_request_approval(self, summaries, note=""):
        """Ask the owner of the one deployment that these tickets belong to, in one mail.

        :param summaries: {ticket's id: the brief that the owner reads}
        :param note: personal words of the agent, plain text
        """
        self._fc_lock()
        owner = self[0]._fc_client_key()
        for ticket in self:
            ticket._fc_start_engagement(owner, summaries.get(ticket.id) or "")
        name = self[0].x_fc_engagement_name
        lines = [
            ticket._fc_post_silently(self.env._("Approval requested from %(name)s", name=name))
            for ticket in self
        ]
        self._fc_mail_owner("initial", lines[0], note)

    def _fc_start_engagement(self, key, summary):
        self._fc_get_links()._revoke("superseded")
        self.sudo().write(
            {
                "x_fc_engagement_state": "pending",
                "x_fc_engagement_email": key.owner_email,
                "x_fc_engagement_name": key.owner_name or key.owner_email,
                "x_fc_engagement_sent_at": fields.Datetime.now(),
                "x_fc_engagement_reminded_at": False,
                "x_fc_engagement_decided_at": False,
                "x_fc_engagement_comment": False,
                "x_fc_engagement_asked_at": False,
                "x_fc_engagement_answered_at": False,
                "x_fc_ai_summary": summary,
            }
        )

    def _fc_get_links(self):
        links_sudo = self.env["fusion.helpdesk.approval.link"].sudo()
        return links_sudo.search([("ticket_id", "in", self.ids)])

    def _fc_issue_approval_link(self, kind="initial"):
        """:return: a new token in clear; only its hash is stored"""
        self.ensure_one()
        token = new_token()
        days = get_int(self.env, "engagement_expiry_days")
        self.env["fusion.helpdesk.approval.link"].sudo().create(
            {
                "ticket_id": self.id,
                "token_hash": hash_token(token),
                "kind": kind,
                "email": self.x_fc_engagement_email,
                "expires_at": days and fields.Datetime.now() + timedelta(days=days),
            }
        )
        return token

    def _fc_mail_owner(self, kind, message_sudo=None, note=""):
        """Queue one mail with a card per ticket.

        :param kind: of the links, see ``fusion.helpdesk.approval.link``
        :param message_sudo: the line in the first ticket's thread that the mail belongs to, so
            that the owner's answer to the mail lands there; by default the latest one
        :return: the mail, sudo
        """
        first = self[0]
        cards = [ticket._fc_make_card(kind, at, len(self)) for at, ticket in enumerate(self, 1)]
        links = self._fc_get_links().filtered(lambda link: not link.revoked_at)
        template = self.env.ref(
            "fusion_helpdesk_central.mail_template_engagement"
            + ("_bulk" if len(self) > 1 else "")
        ).sudo().with_context(
            fc_cards=cards,
            fc_note=note or "",
            fc_expires_at=links[:1].expires_at,
            is_reminder=kind == "reminder",
        )  # fmt: skip
        values = template._generate_template(first.ids, ("body_html", "email_from", "subject"))
        values = values[first.id]
        return self.env["mail.mail"].sudo().create(
            {
                "mail_message_id": (message_sudo or first._fc_get_request_line()).id,
                "is_notification": True,
                "subject": values["subject"],
                "body_html": values["body_html"],
                "email_from": values["email_from"],
                "email_to": formataddr((first.x_fc_engagement_name, first.x_fc_engagement_email)),
                "reply_to": first._fc_get_reply_to(),
                "auto_delete": True,
                "headers": repr({"X-Auto-Response-Suppress": "All"}),
                "state": "outgoing",
            }
        )  # fmt: skip

    def _fc_make_card(self, kind, index, total):
        token = self._fc_issue_approval_link(kind)
        page = f"{self.get_base_url()}{_PAGE}/{token}"
        return {
            "ticket": self.sudo(),
            "summary": self.x_fc_ai_summary or "",
            "approve_url": f"{page}/approve",
            "reject_url": f"{page}/reject",
            "ask_url": f"{page}/ask",
            "index": index,
            "total": total,
        }

    def _fc_get_reply_to(self):
        fixed = get_text(self.env, "engagement_reply_to")
        default = self.company_id.email_formatted
        return fixed or self.sudo()._notify_get_reply_to(default=default)[self.id]

    def _fc_get_request_line(self):
        """:return: the latest line "Approval requested from" of the thread, sudo"""
        domain = [*self._fc_public_domain(), ("message_type", "=", "auto_comment")]
        return self.env["mail.message"].sudo().search(domain, order="id desc", limit=1)

    def _fc_get_owner_messages(self):
        """:return: list of ``{"author", "date", "body"}`` of what the customer may see; the
        lines that the approval itself wrote are left out"""
        messages = self._fc_public_messages().filtered(lambda m: m.message_type != "auto_comment")
        return [
            {"author": message.author_id.name or "", "date": message.date, "body": message.body}
            for message in messages
        ]

    # -- Owner ------------------------------------------------------------------------------------

    def _fc_owner_partner(self):
        """:return: the contact of the snapshot address, sudo, maybe archived or empty"""
        return (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [("email_normalized", "=", self.x_fc_engagement_email or "-")],
                order="active desc, id",
                limit=1,
            )
        )

    def _fc_owner_lang(self):
        self.ensure_one()
        partner_sudo = self._fc_owner_partner()
        return partner_sudo.lang or self.company_id.sudo().partner_id.lang or self.env.lang
