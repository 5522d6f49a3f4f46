from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .sale_order import CHURN, PAUSED, PROGRESS, RENEWED, RUNNING

SHOWN = (PROGRESS, PAUSED, RENEWED, CHURN)


class SaleOrder(models.Model):
    """What a customer sees and does."""

    _inherit = "sale.order"

    @api.model
    def _get_portal_subscription_domain(self, partner):
        """:param partner: the commercial entity whose subscriptions are shown"""
        return Domain(
            [
                ("partner_id", "child_of", partner.ids),
                ("is_subscription", "=", True),
                ("subscription_state", "in", SHOWN),
            ]
        )

    def _is_shown_in_portal(self):
        return self.is_subscription and self.subscription_state in SHOWN

    def _get_subscription_portal_url(self):
        """:return: path of the subscription's own page, with its access token"""
        return f"/my/subscriptions/{self.id}?access_token={self._portal_ensure_token()}"

    def _get_portal_subscription_links(self):
        """For other addons: further pages of this subscription.

        :return: list of ``{"title", "url"}``
        """
        return []

    def _get_portal_tokens(self):
        """:return: sudoed saved cards of the customer's firm"""
        partner = self.partner_id.commercial_partner_id
        return (
            self.env["payment.token"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", partner.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )

    def _get_portal_reasons(self):
        return self.env["sale.order.close.reason"].sudo().search([("visible_in_portal", "=", True)])

    def _is_closable_in_portal(self):
        return self.plan_id.user_closable and self.subscription_state in RUNNING

    def _prepare_portal_values(self):
        self.ensure_one()
        invoices = self._get_subscription_moves().filtered(lambda move: move.state == "posted")
        return {
            "subscription": self,
            "invoices": invoices.sorted(lambda move: (move.invoice_date, move.id), reverse=True),
            "tokens": self._get_portal_tokens(),
            "reasons": self._get_portal_reasons(),
            "links": self._get_portal_subscription_links(),
            "is_closable": self._is_closable_in_portal(),
            "is_running": self.subscription_state in RUNNING,
        }

    def _portal_close(self, reason_id):
        """:raise UserError: the plan does not let customers close, or no reason of theirs"""
        self.ensure_one()
        reason = self._get_portal_reasons().filtered(lambda one: one.id == reason_id)
        if not self._is_closable_in_portal() or not reason:
            raise UserError(self.env._("This subscription cannot be closed here."))
        self.set_close(reason.id)
        self.message_post(
            body=self.env._("Closed by the customer: %s", reason.name),
            author_id=self.partner_id.id,
        )

    def _portal_set_token(self, token_id):
        """Pay with another of the customer's own cards from now on.

        :raise UserError: not the customer's card, or the subscription has ended
        """
        self.ensure_one()
        token = self._get_portal_tokens().filtered(lambda one: one.id == token_id)
        if not token or self.subscription_state not in RUNNING:
            raise UserError(self.env._("This card cannot be used."))
        self.write({"payment_token_id": token.id, "payment_exception": False})
        self.message_post(
            body=self.env._("The customer chose the card %s.", token.display_name),
            author_id=self.partner_id.id,
        )
