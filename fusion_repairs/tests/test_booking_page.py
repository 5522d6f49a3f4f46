import logging
import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .. import const
from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestBookingPage(RepairsCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.contract = self.new_contract(x_fc_device_serial="SN-12345")
        self.token = self.contract._issue_booking_token()
        self.path = f"/repairs/maintenance/book/{self.token}"

    def get(self, path):
        return self.url_open(path, allow_redirects=False)

    def post(self, path, page=None, **values):
        """Send the form of a page as a browser does."""
        text = (page or self.get(self.path)).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        values = {"csrf_token": found[1], **values}
        return self.url_open(path, data=values, allow_redirects=False)

    def slot_keys(self, page):
        return re.findall(r'name="slot_key"[^>]*value="([^"]+)"', page.text) or re.findall(
            r'value="([^"]+)"[^>]*name="slot_key"', page.text
        )

    def book(self):
        page = self.get(self.path)
        answer = self.post(f"{self.path}/confirm", page, slot_key=self.slot_keys(page)[0])
        self.assertEqual(answer.status_code, 303)
        return answer.headers["Location"].split("?")[0]

    def test_the_client_books_moves_and_cancels(self):
        page = self.get(self.path)
        self.assertEqual(page.status_code, 200)
        for text in ("Stair Lift 900 (…2345)", "$149.00 + applicable tax", "+1 416 555 0100"):
            self.assertIn(text, page.text)
        for text in ("5 Elm", "Clara", "<script", "SN-12345"):
            self.assertNotIn(text, page.text)

        where = self.book()
        visit = self.contract.open_visit_id
        self.assertEqual(visit.state, "scheduled")
        self.assertIn("/repairs/maintenance/visit/", where)
        page = self.get(where)
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("5 Elm", page.text)
        old = visit.technician_task_id.datetime_start

        answer = self.post(f"{where}/reschedule", page, slot_key=self.slot_keys(page)[-1])
        self.assertIn("notice=moved", answer.headers["Location"])
        self.assertNotEqual(visit.technician_task_id.datetime_start, old)

        calendar = self.get(f"{where}/ics")
        self.assertEqual(calendar.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertIn("METHOD:REQUEST", calendar.text)

        self.assertEqual(self.post(f"{where}/cancel", page).status_code, 303)
        self.assertEqual(visit.state, "cancelled")
        self.assertIn("This visit is cancelled", self.get(where).text)
        self.assertIn("METHOD:CANCEL", self.get(f"{where}/ics").text)
        self.assertEqual(self.get(self.path).status_code, 200)
        events = self.env["fusion.repair.booking.log"].search(
            [("contract_id", "=", self.contract.id)], order="id"
        )
        self.assertEqual(events.mapped("event"), ["confirm", "reschedule", "cancel"])

    def test_the_office_reads_its_own_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_repairs"], ["fr_CA"])
        self.client.lang = "fr_CA"
        self.company.partner_id.lang = "en_US"
        page = self.get(self.path)
        self.assertIn("Choisissez un moment", page.text)
        self.post(f"{self.path}/confirm", page, slot_key=self.slot_keys(page)[0])
        visit = self.contract.open_visit_id
        self.assertEqual(visit.technician_task_id.summary, "Maintenance: Stair Lift 900")
        self.assertEqual(visit.checklist_line_ids[0].label, "Rail fixings are tight")
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn("Votre visite d’entretien est réservée", mail.body_html)

    def test_a_second_click_shows_the_booking(self):
        page = self.get(self.path)
        keys = self.slot_keys(page)
        for key in (keys[0], keys[0], keys[-1]):
            answer = self.post(f"{self.path}/confirm", page, slot_key=key)
            self.assertEqual(answer.status_code, 303)
            self.assertIn("/repairs/maintenance/visit/", answer.headers["Location"])
        self.assertEqual(len(self.contract.visit_ids), 1)
        self.assertIn("already booked", self.get(self.path).text)

    def test_a_lost_slot(self):
        page = self.get(self.path)
        key = self.slot_keys(page)[0]
        _technician, start = self.contract._read_slot_key(key)
        for technician in (self.ann, self.bob):
            self.Task.create(
                {
                    "summary": "Faster",
                    "technician_id": technician.id,
                    "datetime_start": start,
                    "datetime_end": start + timedelta(hours=1),
                }
            )
        answer = self.post(f"{self.path}/confirm", page, slot_key=key)
        self.assertTrue(answer.headers["Location"].endswith(f"{self.path}?notice=taken"))
        self.assertFalse(self.contract.visit_ids)
        answer = self.post(f"{self.path}/confirm", page, slot_key="forged")
        self.assertIn("notice=expired_slot", answer.headers["Location"])

    def test_reading_changes_nothing(self):
        booked = self.new_contract()
        visit = booked._confirm_booking(booked._get_booking_slots()[-1]["key"])
        manage = f"/repairs/maintenance/visit/{visit._issue_manage_token()}"
        unsubscribe = "/repairs/unsubscribe/" + self.contract._get_unsubscribe_url()[-43:]
        paths = (self.path, manage, f"{manage}/ics", unsubscribe)
        tables = ("fusion_access_token", "fusion_repair_maintenance_contract",
                  "fusion_repair_booking_log", "mail_mail", "repair_order", "res_partner",
                  "fusion_repair_maintenance_visit", "fusion_technician_task")  # fmt: skip

        def state():
            self.env.flush_all()
            found = []
            for table in tables:
                self.env.cr.execute(
                    f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t"
                )
                found.append(self.env.cr.fetchone())
            return found

        before = state()
        for path in paths:
            for method in ("GET", "HEAD", "GET"):
                self.assertEqual(self.url_open(path, method=method).status_code, 200)
        self.assertEqual(state(), before)

    def test_a_plan_used_up_meanwhile_asks_again(self):
        subscription = self.new_subscription(visits_total=1)
        page = self.get(self.path)
        self.assertIn("Included in your plan", page.text)
        subscription._burn(self.new_job())
        form = {"slot_key": self.slot_keys(page)[0], "covered": "1"}
        answer = self.post(f"{self.path}/confirm", page, **form)
        self.assertIn("notice=price", answer.headers["Location"])
        self.assertFalse(self.contract.open_visit_id)
        page = self.get(answer.headers["Location"])
        self.assertIn("$149.00 + applicable tax", page.text)
        self.assertNotIn('name="covered"', page.text)
        answer = self.post(f"{self.path}/confirm", page, slot_key=self.slot_keys(page)[0])
        self.assertIn("/visit/", answer.headers["Location"])
        self.assertEqual(self.contract.open_visit_id.x_fc_fee, 149)

    def test_links_that_lead_nowhere(self):
        pages = []
        for token in ("x", self.token[:-1], "y" * 10_000, "%00" + self.token[1:], "%ff%fe"):
            answer = self.get(f"/repairs/maintenance/book/{token}")
            self.assertEqual(answer.status_code, 404)
            pages.append(answer.text)
        self.assertEqual(len(set(pages)), 1)
        self.contract.action_pause()
        answer = self.get(self.path)
        self.assertEqual(answer.status_code, 410)
        self.assertIn("+1 416 555 0100", answer.text)
        self.assertEqual(self.get("/repairs/maintenance/visit/x").status_code, 404)
        self.assertEqual(self.get("/repairs/unsubscribe/x").status_code, 404)
        self.assertEqual(self.get("/repairs/certificate/x").status_code, 404)

    def test_headers_and_csrf(self):
        answer = self.get(self.path)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(answer.headers["X-Robots-Tag"], "noindex")
        refused = self.url_open(f"{self.path}/confirm", data={"slot_key": "x"})
        self.assertEqual(refused.status_code, 400)
        self.assertFalse(self.contract.visit_ids)

    def test_too_many_requests(self):
        self.patch(const, "PAGES_PER_ADDRESS", (2, 60))
        self.assertIn(429, [self.get(self.path).status_code for _number in range(6)])

    def test_slots_for_a_program(self):
        found = self.make_jsonrpc_request(f"{self.path}/slots", {})
        self.assertEqual(found["status"], "ok")
        self.assertEqual((found["fee"], found["tz"]), (149, "America/Toronto"))
        self.assertFalse({"technician_id", "technician_name"} & found["slots"][0].keys())
        self.contract.action_pause()
        self.assertEqual(
            self.make_jsonrpc_request(f"{self.path}/slots", {}), {"status": "inactive"}
        )

    def test_nobody_free_offers_a_call(self):
        (self.ann | self.bob).x_fc_is_technician = False
        page = self.get(self.path)
        self.assertIn("no free time online", page.text)
        answer = self.post(f"{self.path}/callback", page, phone="555", note="Mornings")
        self.assertIn("notice=callback", answer.headers["Location"])
        self.assertIn("Mornings", self.contract.activity_ids.note)

    def test_the_cut_off_on_the_page(self):
        visit = self.contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, 10))
        where = f"/repairs/maintenance/visit/{visit._issue_manage_token()}"
        page = self.get(where)
        self.env["ir.config_parameter"].set_param(
            "fusion_repairs.client_change_cutoff_hours", "720"
        )
        start = visit.technician_task_id.datetime_start
        visit.technician_task_id.write({"datetime_start": self._soon(), "duration_hours": 1})
        for action in ("cancel", "reschedule"):
            answer = self.post(f"{where}/{action}", page, slot_key="x")
            self.assertIn("notice=too_late", answer.headers["Location"])
        self.assertEqual(visit.state, "scheduled")
        self.assertNotEqual(visit.technician_task_id.datetime_start, start)

    def _soon(self):
        return self.env.cr.now() + timedelta(days=2)

    def test_unsubscribing_takes_a_post(self):
        path = "/repairs/unsubscribe/" + self.contract._get_unsubscribe_url().split("/")[-1]
        page = self.get(path)
        self.assertFalse(self.client.x_fc_maintenance_opt_out)
        self.post(path, page)
        self.assertTrue(self.client.x_fc_maintenance_opt_out)

    def test_tokens_stay_out_of_the_log(self):
        record = logging.LogRecord(
            "werkzeug", 20, "", 0, '"GET %s/confirm HTTP/1.1" 303', (self.path,), None
        )
        logging.getLogger("werkzeug").filter(record)
        self.assertEqual(
            record.getMessage(), '"GET /repairs/maintenance/book/***/confirm HTTP/1.1" 303'
        )
