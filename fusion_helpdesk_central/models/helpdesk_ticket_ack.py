import logging

from odoo import models
from odoo.tools import email_normalize, formataddr

from ..settings import get_bool

_logger = logging.getLogger(__name__)
_TEMPLATE = "fusion_helpdesk_central.mail_template_ticket_ack"


class HelpdeskTicket(models.Model):
    """The acknowledgement with the magic link."""

    _inherit = "helpdesk.ticket"

    def _fc_acknowledge_new(self):
        is_for_all = get_bool(self.env, "ack_all_channels")
        for ticket in self:
            is_other = is_for_all and not ticket._fc_is_confirmed_elsewhere()
            if ticket.x_fc_client_label or is_other:
                ticket._fc_acknowledge()

    def _fc_is_confirmed_elsewhere(self):
        """Whether the first stage mails the customer by itself."""
        stage_sudo = self.sudo().stage_id
        names = ("mail_template_id", "template_id")
        return any(stage_sudo[name] for name in names if name in stage_sudo._fields)

    def _fc_acknowledge(self):
        """Queue the acknowledgement. A fault costs the mail, never the ticket.

        :return: whether the customer will be told
        """
        self.ensure_one()
        ticket_sudo = self.sudo()
        if not ticket_sudo.partner_id or not ticket_sudo.partner_email:
            return False
        try:
            with self.env.cr.savepoint():
                # The message outlives the mail: an answer to it finds its ticket.
                self.env.ref(_TEMPLATE).sudo().send_mail(
                    self.id, email_values={"is_notification": True}
                )
            return True
        except Exception:  # any fault of a template that people edit
            _logger.warning("No acknowledgement for ticket %s", self.id, exc_info=True)
            ticket_sudo._message_log(
                body=self.env._("The acknowledgement could not be made; see the log.")
            )
            return False

    def _fc_get_customer_header(self):
        self.ensure_one()
        name = self.partner_name or self.sudo().partner_id.name or ""
        return formataddr((name, email_normalize(self.partner_email) or ""))

    def _fc_get_reply_to_customer(self):
        self.ensure_one()
        default = self.company_id.email_formatted
        return self.sudo()._notify_get_reply_to(default=default)[self.id] or default or ""

    def _fc_customer_lang(self):
        self.ensure_one()
        return self.sudo().partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _fc_get_signup_url(self):
        """:return: link for a free account of this very contact, ``False`` when there is one or
        sign-up is closed"""
        self.ensure_one()
        partner_sudo = self.sudo().partner_id.with_context(active_test=False)
        scope = self.env["res.users"].sudo()._get_signup_invitation_scope()
        if not partner_sudo or partner_sudo.user_ids or scope != "b2c":
            return False
        return partner_sudo.with_context(
            signup_valid=True, signup_force_type_in_url="signup"
        )._get_signup_url()
