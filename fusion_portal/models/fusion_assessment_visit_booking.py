from datetime import datetime, time, timedelta, timezone

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import email_normalize

_ADP_TYPES = ("rollator", "wheelchair", "powerchair", "scooter")
_LONGEST = 200  # characters of one answer
_LONGEST_NOTE = 2000
_DAYS_AHEAD = 366
_NOON = time(12)
#: What a form asks for, with the visit's fields of the same name.
_TEXTS = ("client_name", "client_phone", "client_email", "street", "city", "zip")


class FusionAssessmentVisit(models.Model):
    """A visit that the public asks for. Health details are not asked."""

    _inherit = "fusion.assessment.visit"

    booking_key = fields.Char(readonly=True, copy=False, groups="base.group_system")

    _booking_key_uniq = models.UniqueIndex("(booking_key)")

    @api.model
    def _get_booking_choices(self):
        """:return: what the form offers, as lists of (key, label)"""
        devices = self.env["fusion.assessment"]._fields["equipment_type"]
        lifts = self.env["fusion.accessibility.assessment"]._fields["assessment_type"]
        funding = self._fields["default_funding_source"]
        return {
            "lifts": lifts._description_selection(self.env),
            "devices": devices._description_selection(self.env),
            "funding": funding._description_selection(self.env),
        }

    @api.model
    def _read_booking(self, form, needs):
        """:param form: texts of a form, from anybody
        :param needs: list of keys of items
        :return: ``(values, errors)``: what to make, and {field: message}"""
        env = self.env
        values = {name: (form.get(name) or "").strip() for name in (*_TEXTS, "notes")}
        values["default_funding_source"] = form.get("funding_source") or "direct_private"
        errors = {}
        for name in _TEXTS:
            if len(values[name]) > _LONGEST:
                errors[name] = env._("The text is too long.")
        if len(values["notes"]) > _LONGEST_NOTE:
            errors["notes"] = env._("The text is too long.")
        required = {
            "client_name": env._("Please write your name."),
            "street": env._("Please write your address."),
            "city": env._("Please write your town."),
        }
        errors |= {name: text for name, text in required.items() if not values[name]}
        if not values["client_phone"] and not values["client_email"]:
            errors["client_phone"] = env._("Please write a phone number or an e-mail address.")
        if values["client_email"] and not email_normalize(values["client_email"]):
            errors["client_email"] = env._("This is no e-mail address.")
        sources = self._fields["default_funding_source"].get_values(env)
        if values["default_funding_source"] not in sources:
            errors["funding_source"] = env._("There is no such funding.")
        values["visit_date"] = self._read_wished_date(form.get("wished_date"), errors)
        self._check_needs(needs, errors)
        return values, errors

    @api.model
    def _read_wished_date(self, text, errors):
        """:return: noon of the wished day where the company is, naive UTC"""
        zone = self.env.company._fc_tz()
        today = fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(zone).date()
        try:
            day = fields.Date.to_date((text or "").strip()) or today
        except ValueError:
            day = None
        if not day or not today <= day <= today + timedelta(days=_DAYS_AHEAD):
            errors["wished_date"] = self.env._("Please choose a day from today within a year.")
            return False
        noon = zone.localize(datetime.combine(day, _NOON))
        return noon.astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _check_needs(self, needs, errors):
        items = self.env["fusion.assessment"]
        known = [
            *items._fields["equipment_type"].get_values(self.env),
            *self.env["fusion.accessibility.assessment"]
            ._fields["assessment_type"]
            .get_values(self.env),
        ]
        if not needs:
            errors["needs"] = self.env._("Please choose what is needed.")
        elif set(needs) - set(known):
            errors["needs"] = self.env._("There is no such choice.")
        else:
            message = items._adp_combination_error([key for key in needs if key in _ADP_TYPES])
            if message:
                errors["needs"] = message

    @api.model
    def _book(self, values, needs, key):
        """Make the visit of a public booking, once per form.

        :param values: as ``_read_booking`` returns them
        :param key: of the form; sent twice, it is one visit
        :return: the visit (sudo)
        """
        visits = self.sudo()
        known = visits.search([("booking_key", "=", key)], limit=1)
        if known:
            return known
        try:
            with self.env.cr.savepoint():
                visit = visits.create(
                    {
                        **values,
                        "booking_key": key,
                        "booking_source": "public",
                        "sales_rep_id": self._get_booking_rep().id,
                    }
                )
        except UniqueViolation:  # the same form at the same moment, from another worker
            return visits
        for need in dict.fromkeys(needs):
            kind = "adp" if need in _ADP_TYPES else "accessibility"
            visit._add_item(kind, need)
        visit.activity_schedule(
            "mail.mail_activity_data_call",
            user_id=visit._get_office_user().id,
            summary=self.env._("Call the client and agree on the time of the assessment"),
        )
        visit._mail_booking()
        return visit

    @api.model
    def _get_booking_rep(self):
        """:return: the rep of the setting, else the office"""
        text = self.env["ir.config_parameter"].sudo().get_param("fusion_portal.default_rep_id")
        rep = self.env["res.users"].sudo()
        if (text or "").strip().isdecimal():
            rep = rep.browse(int(text)).exists().filtered("active")
        return rep or self._find_office_user()

    def _get_office_user(self):
        """:return: who of the office follows the visit up"""
        rep = self.sales_rep_id.sudo()
        return rep.x_fc_portal_manager_id or (self._find_office_user() if rep.share else rep)

    @api.model
    def _find_office_user(self):
        company = self.env.company
        office = self.env.ref("fusion_portal.group_field_manager").sudo().all_user_ids
        office = office.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        return office[:1] or self.env.ref("base.user_admin").sudo()
