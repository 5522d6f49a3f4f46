from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import escape_psql

TEXTS = {
    "billing_address": "street",
    "billing_city": "city",
    "billing_postal_code": "zip",
    "stripe_customer_id": "x_fc_stripe_customer_id",
}


class FusionBillingImportWizard(models.TransientModel):
    """Users of the source: customers."""

    _inherit = "fusion.billing.import.wizard"

    @api.model
    def _import_user(self, service, row):
        """What the source holds wins; what it does not hold is never erased.

        :return: (partner, whether the account is new, [what a person should look at])
        :raise ValueError: no id
        """
        links = self.env["fusion.billing.account.link"]
        known = links.search_count(
            [("service_id", "=", service.id), ("external_id", "=", str(row.get("id") or ""))]
        )
        values, warnings = self._prepare_user_values(row)
        link = links._resolve_or_create_partner(
            service, row.get("id"), name=values["name"], email=values.get("email"),
            extra={key: value for key, value in values.items() if key not in ("name", "email")},
        )  # fmt: skip
        reviews = ", ".join(warnings)
        _write_changes(link.partner_id, values)
        if reviews and link.review_reason != reviews:
            link.write({"needs_review": True, "review_reason": reviews})
        if row.get("tax_id"):
            warnings += self._import_tax_id(link.partner_id, str(row["tax_id"]).strip())
        return link.partner_id, not known, warnings

    def _prepare_user_values(self, row):
        """:return: (values of the partner, [what a person should look at])"""
        text = {key: str(value).strip() for key, value in row.items() if value not in (None, "")}
        email = (text.get("billing_email") or text.get("email") or "").lower()
        name = text.get("company") or text.get("full_name") or email or text.get("id")
        values = {"name": name, "email": email, "is_company": bool(text.get("company"))}
        values.update({field: text.get(key) for key, field in TEXTS.items()})
        warnings = [] if email else ["no e-mail"]
        country = self._fc_resolve_country(text.get("billing_country"))
        if text.get("billing_country") and not country:
            warnings.append("unknown country")
        state = self._fc_resolve_state(country, text.get("billing_state"))
        values.update({"country_id": country.id, "state_id": state.id})
        return {key: value for key, value in values.items() if value}, warnings

    def _import_tax_id(self, partner, tax_id):
        """A number that is refused is kept in the notes."""
        if partner.vat == tax_id:
            return []
        try:
            with self.env.cr.savepoint():
                partner.vat = tax_id
                partner.flush_recordset()
        except ValidationError:
            partner.invalidate_recordset()
            note = f"Tax id at NexaCloud: {tax_id}"
            if note not in (partner.comment or ""):
                partner.comment = f"{partner.comment or ''}<p>{note}</p>"
            return ["tax id refused"]
        return []

    @api.model
    def _fc_resolve_country(self, value):
        """:param value: ISO code or English name, capitals do not matter
        :return: res.country, empty where it is unknown"""
        return self._fc_find_place("res.country", value, [])

    @api.model
    def _fc_resolve_state(self, country, value):
        """:return: province by code or name in its country, empty where it is unknown"""
        inside = [("country_id", "=", country.id)]
        return self._fc_find_place("res.country.state", country and value, inside)

    def _fc_find_place(self, model, value, domain):
        places = self.env[model].sudo().with_context(lang="en_US")
        text = escape_psql(str(value or "").strip())
        if not text:
            return places
        return places.search([*domain, ("code", "=ilike", text)], limit=1) or places.search(
            [*domain, ("name", "=ilike", text)], limit=1
        )


def _write_changes(record, values):
    """Write only what differs, so that a second run writes nothing."""
    changed = {}
    for name, value in values.items():
        now = record[name]
        if (now.id if isinstance(now, models.BaseModel) else now) != value:
            changed[name] = value
    if changed:
        record.write(changed)
