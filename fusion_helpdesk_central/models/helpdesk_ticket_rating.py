from datetime import timedelta

from odoo import fields, models

from odoo.addons.fusion_base.tools.signing import sign_values, verify_values

from .. import const

_SCOPE = "fusion_helpdesk_central.rating"
_TEMPLATE = "fusion_helpdesk_central.mail_template_rating"


class HelpdeskTicket(models.Model):
    """How the customer found it: one rating per ticket and customer, three faces."""

    _inherit = "helpdesk.ticket"

    x_fc_rating_asked_at = fields.Datetime("Rating Asked", copy=False, readonly=True)

    def write(self, vals):
        was_open = self.browse()
        if "stage_id" in vals:
            was_open = self.filtered(lambda ticket: not ticket._fc_is_closed())
        done = super().write(vals)
        was_open._fc_ask_rating()
        return done

    def _fc_ask_rating(self):
        """Mail the three faces once, when a deployment's ticket closes."""
        for ticket in self.sudo():
            is_asked = not ticket.x_fc_client_label or ticket.x_fc_rating_asked_at
            if is_asked or not ticket.partner_id or not ticket._fc_is_closed():
                continue
            ticket.x_fc_rating_asked_at = fields.Datetime.now()
            self.env.ref(_TEMPLATE).sudo().send_mail(
                ticket.id, email_values={"is_notification": True}
            )

    def _fc_get_rating(self, partner):
        """:return: the rating that a customer has given, sudo, maybe empty"""
        return self.env["rating.rating"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("partner_id", "=", partner.id),
                ("consumed", "=", True),
            ],
            limit=1,
        )  # fmt: skip

    def _fc_can_rate(self, partner):
        """A closed ticket can be rated, and the rating changed for seven days."""
        self.ensure_one()
        rating_sudo = self._fc_get_rating(partner)
        ends = fields.Datetime.now() - timedelta(days=const.RATING_CHANGE_DAYS)
        is_fresh = not rating_sudo or rating_sudo.create_date > ends
        return bool(self._fc_is_closed() and is_fresh)

    def _fc_rate(self, value, feedback, partner):
        """:param value: 1, 3 or 5
        :return: whether the rating was taken"""
        self.ensure_one()
        if value not in const.RATINGS or not self._fc_can_rate(partner):
            return False
        values = {"rating": value, "feedback": feedback or False, "consumed": True}
        rating_sudo = self._fc_get_rating(partner)
        if rating_sudo:
            rating_sudo.write(values)
        else:
            rating_sudo.create(
                {
                    **values,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "partner_id": partner.id,
                    "rated_partner_id": self.sudo().user_id.partner_id.id,
                }
            )
        self._message_log(
            body=self.env._(
                "Rated %(value)s of 5. %(feedback)s", value=value, feedback=feedback or ""
            )
        )
        return True

    # -- The faces of the mail --------------------------------------------------------------------

    def _fc_rating_url(self, value):
        """:return: absolute link of a face; it opens a page, only the page's button rates"""
        self.ensure_one()
        values = [self.id, self.sudo().partner_id.id]
        token = sign_values(self.env, _SCOPE, values, hours=const.RATING_LINK_HOURS)
        return f"{self.get_base_url()}/fusion_helpdesk/rating/{token}/{value}"

    def _fc_resolve_rating(self, token):
        """:return: (ticket, customer), sudo, both empty for a link that is none of ours"""
        values = verify_values(self.env, _SCOPE, token)
        ticket_id, partner_id = values or (0, 0)
        ticket_sudo = self.sudo().browse(ticket_id).exists()
        partner_sudo = self.env["res.partner"].sudo().browse(partner_id).exists()
        if not ticket_sudo or not partner_sudo:
            return self.browse(), partner_sudo.browse()
        return ticket_sudo, partner_sudo
