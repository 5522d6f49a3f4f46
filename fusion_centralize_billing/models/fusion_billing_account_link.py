import uuid

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.tools import email_normalize, mute_logger

from ..services.wire import show_moment


class FusionBillingAccountLink(models.Model):
    """An account of an app and the one customer it belongs to."""

    _name = "fusion.billing.account.link"
    _description = "Billing Account Link"
    _order = "id desc"
    _rec_name = "external_id"

    service_id = fields.Many2one(
        "fusion.billing.service", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    external_id = fields.Char("Account", required=True)
    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict", index=True)
    external_email = fields.Char("E-mail of the Account")
    currency_id = fields.Many2one("res.currency")
    uuid = fields.Char(
        required=True, copy=False, readonly=True, default=lambda self: str(uuid.uuid4())
    )
    needs_review = fields.Boolean(index="btree_not_null")
    review_reason = fields.Char()

    _account_uniq = models.UniqueIndex("(service_id, external_id)")
    _uuid_uniq = models.UniqueIndex("(uuid)")

    @api.model
    def _resolve_or_create_partner(self, service, external_id, name=None, email=None, extra=None):
        """Fold accounts of several apps into one customer, by e-mail where that is certain.

        :param extra: partner values; on a known account they fill what is empty
        :return: sudoed link
        :raise ValueError: no external id
        """
        external_id = str(external_id).strip() if external_id is not None else ""
        if not external_id:
            raise ValueError("An external id is needed")
        values = self._prepare_partner_values(name, email, extra)
        links = self.sudo().with_context(active_test=False)
        known = [("service_id", "=", service.id), ("external_id", "=", external_id)]
        link = links.search(known)
        if link:
            link._fill_partner(values)
            return link
        partner, reason = self._find_partner(service, email)
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return links.create(
                    {
                        "service_id": service.id,
                        "external_id": external_id,
                        "partner_id": (partner or self._create_partner(values)).id,
                        "external_email": (email or "").strip().lower() or False,
                        "currency_id": service.currency_id.id,
                        "needs_review": bool(reason),
                        "review_reason": reason,
                    }
                )
        except IntegrityError:  # another request was first: its customer is the one
            return links.search(known)

    def _prepare_partner_values(self, name, email, extra):
        normal = email_normalize(email or "")
        values = {"name": name or normal or email, "email": normal or False, **(extra or {})}
        return {key: value for key, value in values.items() if value}

    def _create_partner(self, values):
        values = {"name": self.env._("Unnamed customer"), **values}
        return self.env["res.partner"].sudo().create(values)

    @api.model
    def _find_partner(self, service, email):
        """:return: (the one partner with this e-mail or an empty set, why a person should look)"""
        partners = self.env["res.partner"].sudo()
        normal = email_normalize(email or "")
        if not normal:
            return partners, False
        found = partners.search(
            [
                ("email_normalized", "=", normal),
                ("parent_id", "=", False),
                ("company_id", "in", (False, service.company_id.id)),
            ],
            limit=2,
        )
        if len(found) == 1 and not found.user_ids.filtered(lambda user: user._is_internal()):
            return found, False
        return partners, self.env._("ambiguous e-mail") if found else False

    def _fill_partner(self, values):
        """What a customer's record holds is never overwritten from here."""
        partner = self.partner_id
        missing = {key: value for key, value in values.items() if not partner[key]}
        if missing:  # an empty write would still stamp the row
            partner.write(missing)

    def _has_invoice(self):
        """:return: whether the customer was ever invoiced for this service"""
        return bool(
            self.env["account.move"]
            .sudo()
            .search_count(
                [
                    ("x_fc_billing_service_id", "=", self.service_id.id),
                    ("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ],
                limit=1,
            )
        )

    def _get_portal_subscriptions(self):
        """:return: the orders of this account that the customer may see, newest first"""
        orders = self.env["sale.order"].search(
            [
                ("x_fc_billing_service_id", "=", self.service_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("x_fc_shadow", "=", False),
                ("state", "=", "sale"),
                ("access_token", "!=", False),
            ],
            order="id desc",
        )
        return orders.filtered("is_subscription")

    def _fc_api_values(self):
        """:return: the API's customer object"""
        partner = self.partner_id
        return {
            "id": self.uuid,
            "lago_id": self.uuid,
            "external_id": self.external_id,
            "name": partner.name or "",
            "legal_name": partner.commercial_company_name or None,
            "email": partner.email or self.external_email or None,
            "phone": partner.phone or None,
            "address_line1": partner.street or None,
            "address_line2": partner.street2 or None,
            "city": partner.city or None,
            "state": partner.state_id.code or None,
            "zipcode": partner.zip or None,
            "country": partner.country_id.code or None,
            "currency": self.currency_id.name or self.service_id.currency_id.name,
            "timezone": partner.tz or None,
            "tax_identification_number": partner.vat or None,
            "created_at": show_moment(self.create_date),
            "updated_at": show_moment(max(self.write_date, partner.write_date)),
        }
