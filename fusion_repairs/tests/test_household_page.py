import re

from odoo.tests import HttpCase, tagged

from .. import const
from .test_household import HouseholdCase


@tagged("post_install", "-at_install")
class TestHouseholdPage(HouseholdCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.path = f"/repairs/maintenance/book/{self.stairs._issue_booking_token()}"

    def get(self, path=None):
        return self.url_open(path or self.path, allow_redirects=False)

    def post(self, page, **values):
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        values = {"csrf_token": csrf, "choice": "1", **values}
        return self.url_open(f"{self.path}/confirm", data=values, allow_redirects=False)

    def inputs(self, page, name):
        """:return: values of the inputs of that name, in the order of the page"""
        tags = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.text)
        return [re.search(r'value="([^"]*)"', tag)[1] for tag in tags]

    def ticked(self, page):
        return ["checked" in tag for tag in re.findall(r'<input[^>]*name="unit"[^>]*>', page.text)]

    def test_one_is_unticked_and_a_double_click_books_once(self):
        page = self.get()
        for text in ("Stair Lift 900 (…2345)", "Porch Lift 7", "$149.00 + applicable tax",
                     "$99.00 + applicable tax", "$248.00 + applicable tax"):  # fmt: skip
            self.assertIn(text, page.text)
        for text in ("5 Elm", "Clara", "<script", "SN-12345"):
            self.assertNotIn(text, page.text)
        units, slots = self.inputs(page, "unit"), self.inputs(page, "slot_key")
        self.assertEqual(self.ticked(page), [True, True])
        self.assertFalse({str(one.id) for one in self.stairs | self.porch} & set(units))

        answers = [
            self.post(page, slot_key=key, unit=units[1], phone="555 0199")
            for key in (slots[0], slots[0], slots[-1])
        ]
        self.assertIn("/repairs/maintenance/visit/", answers[0].headers["Location"])
        visit = self.porch.visit_ids
        self.assertEqual((len(visit), visit.state, visit.x_fc_fee), (1, "scheduled", 99))
        self.assertEqual(visit.technician_task_id.duration_hours, 1.5)
        self.assertFalse(self.stairs.visit_ids)
        for answer in answers[1:]:
            self.assertTrue(answer.headers["Location"].endswith(f"{self.path}?notice=units"))
        page = self.get(f"{self.path}?notice=units")
        self.assertIn("booked or closed meanwhile", page.text)
        self.assertFalse(self.inputs(page, "unit"))
        self.assertIn("Stair Lift 900", page.text)
        self.assertNotIn("Porch Lift 7", page.text)

    def test_all_together_and_a_double_click(self):
        page = self.get()
        form = {"slot_key": self.inputs(page, "slot_key")[0], "unit": self.inputs(page, "unit")}
        where = self.post(page, **form).headers["Location"]
        visits = (self.stairs | self.porch).visit_ids
        self.assertEqual(len(visits), 2)
        self.assertEqual(len(visits.technician_task_id), 1)
        again = self.post(page, **form).headers["Location"]
        self.assertIn("/repairs/maintenance/visit/", again)
        self.assertEqual((self.stairs | self.porch).visit_ids, visits)
        page = self.get(where)
        for text in ("Stair Lift 900 (…2345), Porch Lift 7", "$248.00 + applicable tax"):
            self.assertIn(text, page.text)
        self.assertIn("already booked", self.get().text)

    def test_without_a_tick_nothing_is_booked(self):
        page = self.get()
        answer = self.post(page, slot_key=self.inputs(page, "slot_key")[0])
        self.assertIn("notice=no_unit", answer.headers["Location"])
        self.assertFalse((self.stairs | self.porch).visit_ids)
        self.assertIn("Please tick at least one unit.", self.get(answer.headers["Location"]).text)

    def test_a_lost_time_keeps_the_ticks(self):
        page = self.get()
        units = self.inputs(page, "unit")
        answer = self.post(page, slot_key="forged", unit=units[0])
        self.assertIn("notice=expired_slot", answer.headers["Location"])
        self.assertEqual(self.ticked(self.get(answer.headers["Location"])), [True, False])

    def test_a_unit_closed_meanwhile(self):
        page = self.get()
        form = {"slot_key": self.inputs(page, "slot_key")[0], "unit": self.inputs(page, "unit")}
        self.porch.action_cancel()
        answer = self.post(page, **form)
        self.assertIn("notice=units", answer.headers["Location"])
        self.assertFalse((self.stairs | self.porch).visit_ids)

    def test_reading_changes_nothing(self):
        def state():
            self.env.flush_all()
            self.env.cr.execute(
                "SELECT md5(string_agg(t::text, '' ORDER BY id))"
                " FROM fusion_repair_maintenance_contract t"
            )
            return self.env.cr.fetchone()

        before = state()
        for method in ("GET", "HEAD"):
            self.assertEqual(self.url_open(self.path, method=method).status_code, 200)
        self.assertEqual(state(), before)

    def test_what_one_visit_cannot_hold_comes_next(self):
        third = self.new_porch_contract()
        self.porch_category.x_fc_maintenance_duration_hours = 2.5
        page = self.get()
        self.assertEqual(len(self.inputs(page, "unit")), 2)
        self.assertIn("For a second visit", page.text)
        form = {"slot_key": self.inputs(page, "slot_key")[0], "unit": self.inputs(page, "unit")}
        where = self.post(page, **form).headers["Location"]
        self.assertIn("notice=next", where)
        self.assertTrue(self.porch.open_visit_id)
        page = self.get(where)
        self.assertIn("The first visit is booked.", page.text)
        self.path = where[where.index("/repairs") : where.index("?")]
        self.post(page, slot_key=self.inputs(page, "slot_key")[-1], choice="")
        self.assertTrue(third.open_visit_id)
        self.assertEqual(len((self.porch | third).open_visit_id.technician_task_id), 2)

    def test_a_plan_for_one_of_two(self):
        subscription = self.new_subscription(visits_total=1)
        page = self.get()
        form = {"slot_key": self.inputs(page, "slot_key")[0], "unit": self.inputs(page, "unit")}
        covered = self.inputs(page, "covered")
        self.assertEqual(covered, form["unit"][:1])
        subscription._burn(self.new_job())
        answer = self.post(page, covered=covered, **form)
        self.assertIn("notice=price", answer.headers["Location"])
        self.assertFalse((self.stairs | self.porch).visit_ids)
        # the unit that never was covered is booked at the price shown
        self.post(page, slot_key=form["slot_key"], unit=form["unit"][1], covered=covered)
        self.assertEqual(self.porch.open_visit_id.x_fc_fee, 99)

    def test_a_caregiver_sees_the_shared_unit_alone(self):
        token = self.stairs._issue_booking_token(is_own_unit_only=True)
        self.path = f"/repairs/maintenance/book/{token}"
        page = self.get()
        self.assertNotIn("Porch Lift 7", page.text)
        self.book()
        answer = self.post(page, slot_key="x")
        self.assertIn("notice=joint", answer.headers["Location"])
        page = self.get(answer.headers["Location"])
        self.assertIn("Please call us to change it.", page.text)
        self.assertNotIn("Porch Lift 7", page.text)

    def test_in_french(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_repairs"], ["fr_CA"])
        self.client.lang = "fr_CA"
        text = self.get().text
        for words in ("en une seule visite", "Frais si tous sont cochés"):
            self.assertIn(words, text)
        self.assertNotIn("Fee when all are ticked", text)
