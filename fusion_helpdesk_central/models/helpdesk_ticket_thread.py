from odoo import api, fields, models
from odoo.tools import SQL

from .. import const


class HelpdeskTicket(models.Model):
    """Which messages a customer may see, and which of them are answers of the desk."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {"x_fc_client_uuid"}

    def _message_post_after_hook(self, message, msg_values):
        done = super()._message_post_after_hook(message, msg_values)
        self._fc_track_message(message)
        return done

    def _fc_public_messages(self):
        """:return: what the customer may see, the client's own included, sudo, oldest first"""
        self.ensure_one()
        return self.env["mail.message"].sudo().search(self._fc_public_domain(), order="id")

    def _fc_public_domain(self):
        return [
            ("model", "=", self._name),
            ("res_id", "=", self.id),
            ("message_type", "in", const.PUBLIC_TYPES),
            ("is_internal", "=", False),
            ("subtype_id", "!=", False),
            ("subtype_id.internal", "=", False),
        ]

    @api.model
    def _fc_is_public(self, message):
        return bool(
            message.message_type in const.PUBLIC_TYPES
            and not message.is_internal
            and message.subtype_id
            and not message.subtype_id.internal
        )

    def _fc_is_from_client(self, message):
        """Written through the gateway or by the ticket's own customer."""
        self.ensure_one()
        author = message.author_id
        return bool(message.x_fc_client_uuid or (author and author == self.partner_id))

    def _fc_is_support(self, message):
        """Whether the thread shows the message as the desk's own; an owner is not of the desk."""
        is_owner = bool(
            self.x_fc_engagement_email
            and message.author_id.email_normalized == self.x_fc_engagement_email
            and message.author_id.partner_share
        )
        return not self._fc_is_from_client(message) and not is_owner

    def _fc_track_message(self, message):
        """Note the newest answer; every visible message counts as activity. One statement."""
        self.ensure_one()
        ticket_sudo, message_sudo = self.sudo(), message.sudo()
        if not ticket_sudo.x_fc_client_label or not self._fc_is_public(message_sudo):
            return
        is_answer = self.env.context.get("fc_owner_decides") or not (
            ticket_sudo._fc_is_from_client(message_sudo)
        )
        now = fields.Datetime.now()
        if is_answer and ticket_sudo._fc_is_support(message_sudo):
            ticket_sudo._fc_note_answer()
        ticket_sudo.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE helpdesk_ticket SET write_date = %(now)s,
                       x_fc_last_support_msg_id = CASE WHEN %(is_answer)s
                           THEN %(id)s ELSE x_fc_last_support_msg_id END,
                       x_fc_last_support_at = CASE WHEN %(is_answer)s
                           THEN %(now)s ELSE x_fc_last_support_at END
                    WHERE id = %(ticket)s""",
                now=now,
                is_answer=bool(is_answer),
                id=message.id,
                ticket=self.id,
            )
        )
        names = ["write_date", "x_fc_last_support_msg_id", "x_fc_last_support_at"]
        ticket_sudo.invalidate_recordset(names, flush=False)
        ticket_sudo._fc_move_sla(bool(is_answer) and ticket_sudo._fc_is_support(message_sudo))

    def _fc_note_answer(self):
        """An owner who has asked something has been answered."""
        is_open = self.x_fc_engagement_state == "pending" and self.x_fc_engagement_asked_at
        if is_open and not self.x_fc_engagement_answered_at:
            self.x_fc_engagement_answered_at = fields.Datetime.now()

    def _fc_post_silently(self, body):
        """A line that everybody may see and nobody is notified of.

        :return: the message, sudo
        """
        self.ensure_one()
        author_id, email_from = self._message_compute_author()
        message_sudo = self.sudo()._message_create(
            [
                {
                    "model": self._name,
                    "res_id": self.id,
                    "body": body,
                    "message_type": "auto_comment",
                    "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
                    "author_id": author_id,
                    "email_from": email_from,
                    "record_company_id": self.sudo().company_id.id,
                    "reply_to": self._notify_get_reply_to(default=email_from)[self.id],
                }
            ]
        )
        self._fc_track_message(message_sudo)
        return message_sudo
