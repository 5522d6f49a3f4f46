from odoo import models
from odoo.tools import email_normalize

from ..exceptions import BillingApiError, invalid
from ..services.wire import Fields

#: {field of the API: field of the contact}
TEXTS = {
    "phone": "phone",
    "address_line1": "street",
    "address_line2": "street2",
    "city": "city",
    "zipcode": "zip",
    "tax_identification_number": "vat",
}


class FusionBillingService(models.Model):
    """Customers of an app."""

    _inherit = "fusion.billing.service"

    def _api_upsert_customer(self, payload):
        """Create or update by ``external_id``: given fields overwrite, absent ones stay, null
        clears.

        :return: sudoed account link
        :raise BillingApiError: naming each wrong field
        """
        self.ensure_one()
        reader = Fields(payload, "customer")
        external_id = reader.external_id("external_id")
        values = self._read_customer(reader)
        link = self._find_account(external_id) if external_id else None
        if not link and not values.get("name") and not values.get("email"):
            reader.fail("name", "value_is_mandatory")
        currency = self._read_currency(reader, link)
        reader.check()
        if link:
            link.partner_id.write(values)
        else:
            name, email = values.pop("name", None), values.pop("email", None)
            link = self.env["fusion.billing.account.link"]._resolve_or_create_partner(
                self, external_id, name, email, values
            )
        if currency:
            link.currency_id = currency
        return link

    def _find_account(self, external_id):
        """:return: sudoed account link of this service, empty when there is none"""
        links = self.env["fusion.billing.account.link"].sudo()
        return links.search(
            [("service_id", "=", self.id), ("external_id", "=", external_id)], limit=1
        )

    def _get_account(self, external_id):
        """:raise BillingApiError: 404, also for another service's account"""
        link = self._find_account(external_id)
        if not link:
            raise BillingApiError(404, "customer_not_found")
        return link

    def _read_customer(self, reader):
        """:return: contact values of the fields that were given"""
        values = {}
        name = reader.text("name") or reader.text("legal_name")
        if name:
            values["name"] = name
        if reader.has("email"):
            email = reader.text("email")
            if email and not email_normalize(email):
                reader.fail("email")
            values["email"] = email_normalize(email or "") or False
        for key, field in TEXTS.items():
            if reader.has(key):
                values[field] = reader.text(key) or False
        values.update(self._read_place(reader))
        return values

    def _read_place(self, reader):
        """:return: country and province; a province is looked for in its country"""
        values = {}
        countries, states = self.env["res.country"].sudo(), self.env["res.country.state"].sudo()
        country = countries
        if reader.has("country"):
            code = reader.text("country", limit=2)
            country = countries.search([("code", "=", (code or "").upper())], limit=1)
            if code and not country:
                reader.fail("country")
            values["country_id"] = country.id
        state = reader.text("state")
        if state:
            inside = [("country_id", "=", country.id)] if country else []
            found = states.search(
                [*inside, "|", ("code", "=ilike", state), ("name", "=ilike", state)], limit=1
            )
            if not found:
                reader.fail("state")
            values["state_id"] = found.id
        elif reader.has("state"):
            values["state_id"] = False
        return values

    def _read_currency(self, reader, link):
        """:return: the currency asked for, empty where none or the same
        :raise BillingApiError: another one once there is an invoice"""
        currencies = self.env["res.currency"].sudo()
        code = reader.text("currency", limit=3)
        if not code:
            return currencies
        currency = currencies.search([("name", "=", code.upper())])
        if not currency:
            reader.fail("currency")
        elif link and link.currency_id != currency and link._has_invoice():
            raise BillingApiError(422, "currency_mismatch")
        return currency

    def _api_list_customers(self, search=""):
        """:return: domain of this service's accounts"""
        domain = [("service_id", "=", self.id)]
        if search:
            named = [("external_id", "ilike", search), ("partner_id.name", "ilike", search)]
            domain += ["|", *named]
        return domain

    def _require(self, record, field):
        """:raise BillingApiError: 422 ``not_found`` on a field whose object is absent"""
        if not record:
            raise invalid(field, "not_found")
        return record
