import re
from datetime import datetime

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .. import const
from .common import RepairsCase


class PortalCase(RepairsCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_portal_user("clara", cls.client)
        cls.stranger = cls.new_portal_user("otto", cls.new_client("Otto Other"))
        cls.contract = cls.new_contract(x_fc_device_serial="SN-12345")
        cls.unit = cls.contract.equipment_id
        cls.job = cls.new_job(equipment_id=cls.unit.id)
        cls.certificate = cls.env["fusion.repair.inspection.certificate"].create(
            {
                "equipment_id": cls.unit.id,
                "technician_id": cls.ann.id,
                "inspection_date": "2031-03-17",
                "expiry_date": "2032-03-17",
                "result": "pass",
                "company_id": cls.company.id,
            }
        )
        cls.manual = cls.env["ir.attachment"].create({"name": "manual.pdf", "raw": b"%PDF-1.4"})
        cls.lift.x_fc_manual_attachment_ids = [Command.set(cls.manual.ids)]
        cls.pages = (
            f"/my/repairs/{cls.job.id}",
            f"/my/equipment/{cls.unit.id}",
            f"/my/certificates/{cls.certificate.id}/pdf",
            f"/my/equipment/{cls.unit.id}/manual/{cls.manual.id}",
        )

    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.patch(const, "REQUESTS_PER_ADDRESS", (1000, 3600))

    @classmethod
    def new_portal_user(cls, login, partner):
        return new_test_user(
            cls.env, login, "base.group_portal", partner_id=partner.id, name=partner.name,
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestPortalBrowser(PortalCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_client_reports_from_the_own_unit(self):
        self.job.action_repair_cancel()
        self.start_tour("/my/equipment", "fusion_repairs_portal_repair", login="clara")
        job = self.env["repair.order"].search([("x_fc_intake_source", "=", "client_portal")])
        self.assertEqual((job.x_fc_problem, job.x_fc_equipment_id),
                         ("It beeps at the top.", self.unit))  # fmt: skip


@tagged("post_install", "-at_install")
class TestPortal(PortalCase):
    def post(self, page, path, **values):
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        key = re.search(r'name="form_key" value="([^"]+)"', page.text)
        data = {"csrf_token": csrf, **({"form_key": key[1]} if key else {}), **values}
        return self.url_open(path, data=data, allow_redirects=False)

    def test_a_client_sees_what_is_theirs(self):
        self.authenticate("clara", "clara")
        for path in ("/my/repairs", "/my/equipment", "/my/plans", *self.pages):
            self.assertEqual(self.url_open(path).status_code, 200, path)
        units = self.url_open("/my/equipment").text
        self.assertIn("Stair Lift 900 (…2345)", units)
        page = self.url_open(self.pages[1]).text
        for text in ("Book the maintenance", self.certificate.name, "manual.pdf",
                     "It stops half way.", "$149.00 + applicable tax"):  # fmt: skip
            self.assertIn(text, page)
        self.assertIn("call you on the next working day", self.url_open(self.pages[0]).text)
        counts = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["repair_count", "equipment_count"]}
        )
        self.assertEqual(counts, {"repair_count": 1, "equipment_count": 1})

    def test_others_find_nothing(self):
        self.authenticate("otto", "otto")
        for path in self.pages:
            self.assertEqual(self.url_open(path).status_code, 404, path)
        for path in ("/my/repairs", "/my/equipment", "/my/plans"):
            page = self.url_open(path)
            self.assertEqual(page.status_code, 200)
            self.assertNotIn("Stair Lift 900", page.text)
        page = self.url_open("/my/repairs/new?type=stair_lift")
        answer = self.post(page, f"/my/equipment/{self.unit.id}/book")
        self.assertEqual(answer.status_code, 404)
        self.post(page, "/my/repairs/new", type="stair_lift", unit=self.unit.id, problem="Mine!",
                  **self.answers())  # fmt: skip
        job = self.env["repair.order"].search([("partner_id", "=", self.stranger.partner_id.id)])
        self.assertEqual(job.x_fc_problem, "Mine!")
        self.assertFalse(job.x_fc_equipment_id)

    def test_the_company_bounds_too(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.authenticate("clara", "clara")
        for path in (self.pages[0], self.pages[2]):
            self.assertEqual(self.url_open(path).status_code, 404, path)

    def test_nobody_without_a_login(self):
        self.authenticate(None, None)
        for path in (*self.pages, "/my/repairs", "/my/equipment", "/my/plans", "/my/repairs/new"):
            answer = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", answer.headers.get("Location", ""), path)

    def answers(self):
        danger = self.env.ref("fusion_repairs.intake_question_stair_lift_danger")
        return {f"question_{danger.id}": "no"}

    def test_a_client_reports_a_problem_once(self):
        self.job.action_repair_cancel()
        self.authenticate("clara", "clara")
        self.assertIn("Stair Lift 900", self.url_open("/my/repairs/new").text)
        page = self.url_open(f"/my/repairs/new?unit={self.unit.id}")
        answers = [
            self.post(page, "/my/repairs/new", unit=self.unit.id, problem="It beeps.",
                      **self.answers())
            for _number in range(2)
        ]  # fmt: skip

        job = self.env["repair.order"].search([("x_fc_intake_source", "=", "client_portal")])
        self.assertEqual(len(job), 1)
        for answer in answers:
            self.assertTrue(answer.headers["Location"].endswith(f"/my/repairs/{job.id}?new=1"))
        self.assertEqual((job.partner_id, job.x_fc_equipment_id), (self.client, self.unit))
        self.assertEqual(job.company_id, self.company)
        self.assertIn("You already told us", self.url_open(page.url).text)
        page = self.url_open("/my/repairs/new?type=stair_lift")
        bad = self.post(page, "/my/repairs/new", unit=self.unit.id, problem="")
        self.assertEqual(bad.status_code, 422)

    def test_booking_from_the_own_page(self):
        self.authenticate("clara", "clara")
        page = self.url_open(self.pages[1])
        answer = self.post(page, f"/my/equipment/{self.unit.id}/book")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("Choose a time", self.url_open(answer.headers["Location"]).text)
        self.contract.action_pause()
        answer = self.post(page, f"/my/equipment/{self.unit.id}/book")
        self.assertTrue(answer.headers["Location"].endswith(self.pages[1]))

    def test_the_next_step_in_words(self):
        job = self.new_job()
        self.assertIn("next working day", job._fc_get_next_step())
        job.x_fc_quote_state = "draft"
        self.assertIn("preparing the price", job._fc_get_next_step())
        job.x_fc_quote_state = "sent"
        self.assertIn("look at the price", job._fc_get_next_step())
        job.x_fc_quote_state = "approved"
        self.assertIn("find a time", job._fc_get_next_step())
        self.Task.create(
            {
                "summary": "Repair",
                "technician_id": self.ann.id,
                "datetime_start": datetime(2031, 3, 17, 14),
                "datetime_end": datetime(2031, 3, 17, 15),
                "x_fc_repair_id": job.id,
                "window_minutes": 30,
            }
        )
        words = job._fc_get_next_step().replace("\N{NARROW NO-BREAK SPACE}", " ")
        self.assertEqual(words, "Ann comes on Monday, March 17, 2031, arrival 10:00–10:30 AM.")

    def test_the_clients_answer_is_the_quotes(self):
        self.new_rate(equipment_class="lift_elevating")
        job = self.new_job()
        job.action_fc_send_quote()
        self.assertEqual(job.x_fc_quote_state, "sent")
        self.assertIn("We sent you the price.", [text for _day, text in job._fc_get_timeline()])
        job.sale_order_id.action_confirm()
        self.assertEqual(job.x_fc_quote_state, "approved")

    def test_a_history_of_200_entries(self):
        self.env["fusion.repair.inspection.certificate"].create(
            [
                {
                    "equipment_id": self.unit.id,
                    "technician_id": self.ann.id,
                    "inspection_date": f"20{10 + number % 20}-03-17",
                    "expiry_date": "2032-03-17",
                    "result": "pass",
                    "company_id": self.company.id,
                }
                for number in range(200)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            page = self.unit._fc_get_portal_page()
        self.assertEqual(len(page["history"]), 202)

    def test_the_tile_of_a_sales_representative(self):
        rep = new_test_user(self.env, "rep", "base.group_portal")
        order = self.new_order(self.lift, user_id=rep.id)
        unit = self.contracts_of(order).equipment_id
        self.new_job(equipment_id=unit.id)
        waiting = self.new_job(equipment_id=unit.id)
        waiting.x_fc_quote_state = "sent"
        ended = self.new_job(equipment_id=unit.id)
        ended._action_repair_confirm()
        ended.action_repair_start()
        ended.action_repair_end()
        rep.company_ids = [Command.link(self.company.id)]

        tile = self.env["repair.order"]._fc_sales_rep_tile(rep)

        self.assertEqual((tile["open"], tile["waiting_client"], tile["done_30d"]), (2, 1, 1))
        tiles = self.env["res.users"].with_user(rep)._fc_portal_rep_tiles()
        mine = [one for one in tiles if one["title"] == "Repairs"]
        self.assertEqual(mine[0]["counts"][0], ("Open", 2))

    def test_a_caregiver_sees_one_unit_and_books(self):
        other = self.new_contract().equipment_id
        self.authenticate("clara", "clara")
        page = self.url_open(self.pages[1])
        known = self.env["mail.mail"].search([])
        where = f"/my/equipment/{self.unit.id}/share"
        answer = self.post(page, where, email=" Care@Example.com ")
        self.assertIn("notice=shared", answer.headers["Location"])
        mail = self.env["mail.mail"].search([]) - known
        self.assertEqual(mail.email_to, "care@example.com")
        first = re.search(r"/repairs/unit/[\w-]+", mail.body_html)[0]
        self.post(page, where, email="care@example.com")
        mail = self.env["mail.mail"].search([]) - known - mail
        link = re.search(r"/repairs/unit/[\w-]+", mail.body_html)[0]
        share = self.env["fusion.repair.equipment.share"].search([])
        self.assertEqual(len(share), 1)
        refused = self.post(page, where, email="nobody")
        self.assertIn("notice=refused", refused.headers["Location"])

        self.authenticate(None, None)
        self.assertEqual(self.url_open(first).status_code, 410)
        shared = self.url_open(link)
        self.assertIn("Stair Lift 900 (…2345)", shared.text)
        for text in ("Clara", "5 Elm", "clara@", f"/my/equipment/{other.id}"):
            self.assertNotIn(text, shared.text)
        booked = self.post(shared, f"{link}/book")
        self.assertIn("Choose a time", self.url_open(booked.headers["Location"]).text)
        self.assertEqual(self.url_open("/repairs/unit/x").status_code, 404)

        self.authenticate("otto", "otto")
        page = self.url_open("/my/repairs/new?type=stair_lift")
        self.assertEqual(self.post(page, where, share=share.id).status_code, 404)
        self.authenticate("clara", "clara")
        page = self.url_open(self.pages[1])
        self.post(page, f"/my/equipment/{other.id}/share", share=share.id)
        self.assertTrue(share.active)
        self.post(page, where, share=share.id)
        self.assertFalse(share.active)
        self.assertEqual(self.url_open(link).status_code, 410)
