import time
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from odoo.addons.fusion_base.tools.signing import sign_values
from odoo.addons.fusion_portal.controllers import booking

from .common import PortalMixin

FORM = {
    "client_name": "Bea Booker",
    "client_phone": "519-555-0100",
    "client_email": "bea@example.com",
    "street": "3 Mill Lane",
    "city": "Fergus",
    "zip": "N1M 1A1",
    "funding_source": "march_of_dimes",
    "needs": ["ramp", "scooter"],
    "notes": "After four, please",
}


@tagged("post_install", "-at_install")
class TestBooking(PortalMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.office = cls.new_user("por_office", "fusion_portal.group_field_manager")
        cls.visits = cls.env["fusion.assessment.visit"]

    def setUp(self):
        super().setUp()
        self.env["fusion.tasks.rate"].sudo().search([]).unlink()
        page = self.url_open("/book-assessment").text
        self.token = page.split('name="csrf_token" value="')[1].split('"')[0]

    def opened(self, seconds=60):
        return sign_values(self.env, booking._SCOPE, time.time() - seconds, hours=24)

    def book(self, **values):
        form = {"csrf_token": self.token, "opened": self.opened(), **FORM, **values}
        return self.url_open("/book-assessment", data=form)

    def found(self):
        return self.visits.search([("booking_source", "=", "public")])

    def test_a_booking_is_a_visit_with_its_items(self):
        self.env["ir.config_parameter"].set_param("fusion_portal.default_rep_id", self.rep.id)
        self.assertIn("Thank you", self.book().text)
        visit = self.found()
        self.assertEqual(
            (visit.client_name, visit.city, visit.state, visit.sales_rep_id, visit.notes),
            ("Bea Booker", "Fergus", "measuring", self.rep, "After four, please"),
        )
        self.assertEqual(visit.adp_assessment_ids.equipment_type, "scooter")
        ramp = visit.accessibility_assessment_ids
        self.assertEqual((ramp.assessment_type, ramp.x_fc_funding_source),
                         ("ramp", "march_of_dimes"))  # fmt: skip
        self.assertEqual(visit.activity_ids.user_id, self.rep)
        mails = self.env["mail.mail"].search(
            [("model", "=", visit._name), ("res_id", "=", visit.id), ("email_to", "!=", False)]
        )
        self.assertEqual(
            sorted(mails.mapped("email_to")), ["bea@example.com", "claims@example.com"]
        )
        self.assertIn("Ramp", mails[0].body_html)

    def test_without_a_setting_the_office_has_it(self):
        for value in ("", "abc", "99999999"):
            self.env["ir.config_parameter"].set_param("fusion_portal.default_rep_id", value)
            rep = self.visits._get_booking_rep()
            self.assertTrue(rep.has_group("fusion_portal.group_field_manager"))

    def test_one_form_is_one_visit(self):
        opened = self.opened()
        for _turn in range(3):
            self.assertIn("Thank you", self.book(opened=opened).text)
        self.assertEqual(len(self.found()), 1)

    def test_machines_are_thanked_and_nothing_is_made(self):
        for values in (
            {"website": "http://spam.example"}, {"opened": self.opened(1)}, {"opened": ""},
            {"opened": sign_values(self.env, "other", time.time() - 60)},
        ):  # fmt: skip
            self.assertIn("Thank you", self.book(**values).text)
        self.assertFalse(self.found())

    def test_what_is_wrong_is_said_and_nothing_is_lost(self):
        for values, text in (
            ({"needs": []}, "choose what is needed"),
            ({"needs": ["boat"]}, "There is no such choice"),
            ({"needs": ["scooter", "wheelchair"]}, "cannot be funded together"),
            ({"client_phone": "", "client_email": ""}, "a phone number or an e-mail"),
        ):
            page = self.book(**values).text
            self.assertIn(text, page)
            self.assertIn('value="Bea Booker"', page)
            self.env["fusion.tasks.rate"].sudo().search([]).unlink()
        self.assertFalse(self.found())

    def test_every_answer_is_checked(self):
        def errors(**values):
            return set(self.visits._read_booking({**FORM, **values}, ["ramp"])[1])

        self.assertEqual(errors(), set())
        for values, names in (
            ({"funding_source": "lottery"}, {"funding_source"}),
            ({"client_email": "bea"}, {"client_email"}),
            ({"client_name": " "}, {"client_name"}),
            ({"street": "x" * 201}, {"street"}),
            ({"notes": "x" * 2001}, {"notes"}),
            ({"city": ""}, {"city"}),
            ({"wished_date": "2001-01-01"}, {"wished_date"}),
            ({"wished_date": "soon"}, {"wished_date"}),
        ):
            self.assertEqual(errors(**values), names)

    @freeze_time("2026-11-02 03:00:00")
    def test_the_wished_day_is_the_company_s(self):
        self.company.resource_calendar_id.tz = "America/Toronto"
        for text, moment in (
            ("2026-11-01", "2026-11-01 17:00:00"),  # still the first there; winter time since
            ("2027-07-01", "2027-07-01 16:00:00"),
        ):
            values, errors = self.visits._read_booking({**FORM, "wished_date": text}, ["ramp"])
            self.assertEqual((str(values["visit_date"]), errors), (moment, {}))

    def test_five_an_hour(self):
        with patch.object(booking, "_LIMIT", (2, 3600)):
            for _turn in range(2):
                self.assertEqual(self.book().status_code, 200)
            answer = self.book()
        self.assertEqual((answer.status_code, len(self.found())), (429, 2))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
