import logging
import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .. import const
from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestTracking(TasksCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"phone": "+1 416 555 0100", "email": "office@field.example"})
        cls.ann.name = "Ann Ambrose"
        cls.client = cls.env["res.partner"].create({"name": "Clara Client", "street": "5 Elm St"})
        cls.task = cls.new_task(
            cls.ann, 9, partner_id=cls.client.id, access_notes="Code 1234", task_type="repair"
        )

    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))

    def issue(self, scope, record=None, **options):
        return self.env["fusion.access.token"]._issue(record or self.task, scope, **options)

    def get(self, path, **headers):
        return self.url_open(path, headers=headers)

    def see(self, token):
        return re.sub(r"\s+", " ", self.get(f"/tasks/track/{token}").text)

    def test_the_client_follows_the_visit(self):
        token = self.issue("task_track")
        page = self.see(token)
        for text in (
            "Your visit is planned", "Monday, March 17, 2031", "9:00 AM – 9:30 AM", ">Ann<",
            "+1 416 555 0100", "Repair",
        ):  # fmt: skip
            self.assertIn(text, page.replace("\u202f", " "))
        for text in ("Ambrose", "5 Elm", "1234", "Clara", "<script"):
            self.assertNotIn(text, page)
        self.task.action_en_route()
        self.task.eta = utc(MONDAY, 9, 20)
        page = self.see(token).replace("\u202f", " ")
        self.assertIn("Ann is on the way", page.replace("<t>", ""))
        self.assertIn("9:20 AM – 9:35 AM", page)
        for action, text in (
            ("action_start", "Ann has arrived"), ("action_complete", "The visit is done"),
        ):  # fmt: skip
            getattr(self.task, action)()
            self.assertIn(text, self.see(token))
        self.assertNotIn("9:20", self.see(token))

    def test_headers(self):
        answer = self.get(f"/tasks/track/{self.issue('task_track')}")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(answer.headers["X-Robots-Tag"], "noindex")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_tasks"], ["fr_CA"])
        token = self.issue("task_track")
        self.client.lang = "fr_CA"
        page = self.see(token)
        self.assertIn("Votre visite est prévue", page)
        self.assertIn("lundi 17 mars 2031", page)
        self.assertIn(f'href="/tasks/track/{token}?lang=en_CA"', page)
        page = self.see(f"{token}?lang=en_US")
        self.assertIn("Your visit is planned", page)
        self.assertIn(f'href="/tasks/track/{token}?lang=fr_CA"', page)
        self.client.lang = False
        french = self.get(f"/tasks/track/{token}", **{"Accept-Language": "fr-CA,fr;q=0.9"})
        self.assertIn('lang="fr-CA"', french.text)
        self.assertIn("Votre visite est prévue", french.text)
        self.assertIn(
            "Ce lien n’est pas valide",
            self.get("/tasks/track/x", **{"Accept-Language": "fr-CA,fr;q=0.9"}).text,
        )

    def test_links_that_lead_nowhere(self):
        pages = []
        for token in ("x", self.issue("task_ics"), self.issue("task_track")[:-2]):
            answer = self.get(f"/tasks/track/{token}")
            self.assertEqual(answer.status_code, 404)
            pages.append(answer.text)
        self.assertEqual(len(set(pages)), 1)
        old = self.issue("task_track", days=-1)
        self.assertEqual(self.get(f"/tasks/track/{old}").status_code, 410)
        self.assertNotIn("Ann", self.see(old))
        for path in ("/tasks/ics/x", "/tasks/feed/x.ics"):
            self.assertEqual(self.get(path).status_code, 404)

    def test_too_many_requests(self):
        self.patch(const, "PAGES_PER_ADDRESS", (2, 60))
        token = self.issue("task_track", days=3000)
        with freeze_time("2031-03-01 10:00:00"):
            found = [self.get(f"/tasks/track/{token}").status_code for _number in range(3)]
        self.assertEqual(found, [200, 200, 429])

    def test_reading_changes_nothing(self):
        tokens = self.issue("task_track"), self.issue("task_ics")
        self.env.flush_all()
        before = self.task.read(["write_date", "status", "revision"])
        self.get(f"/tasks/track/{tokens[0]}")
        self.get(f"/tasks/ics/{tokens[1]}")
        self.env.invalidate_all()
        self.assertEqual(self.task.read(["write_date", "status", "revision"]), before)

    def test_a_link_lasts_until_the_day_after_the_visit(self):
        self.task._get_track_url()
        token = self.env["fusion.access.token"].search([], order="id desc", limit=1)
        wanted = utc(MONDAY + timedelta(days=2), 0)
        self.assertLess(abs(token.expires_at - wanted), timedelta(seconds=5))

    def test_the_calendar_file(self):
        token = self.issue("task_ics")
        answer = self.get(f"/tasks/ics/{token}")
        self.assertEqual(answer.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertIn("METHOD:REQUEST\r\n", answer.content.decode())
        self.task.action_cancel()
        self.assertIn("METHOD:CANCEL\r\n", self.get(f"/tasks/ics/{token}").content.decode())

    def test_a_technicians_feed(self):
        self.new_task(self.bob, 9)
        self.new_task(self.bob, 14, helper_ids=[(4, self.ann.id)], summary="Lift")
        action = self.ann.with_user(self.ann).action_fc_new_feed()
        url = self.env[action["res_model"]].browse(action["res_id"]).url
        path = url[url.index("/tasks/feed/") :]
        self.assertTrue(path.endswith(".ics"))
        text = self.get(path).content.decode()
        self.assertEqual(text.count("BEGIN:VEVENT"), 2)
        self.assertIn("SUMMARY:[Repair] Visit at 9", text)
        self.assertIn("SUMMARY:[Other] Lift", text)
        self.assertNotIn("1234", text)
        self.ann.with_user(self.ann).action_fc_new_feed()
        self.assertEqual(self.get(path).status_code, 410)
        message = self.ann.with_user(self.ann).action_fc_revoke_feed()["params"]["message"]
        self.assertEqual(message, "The calendar feed is off.")
        with self.assertRaises(AccessError):
            self.ann.action_fc_new_feed()

    def test_a_past_job_leaves_the_feed(self):
        with freeze_time(fields.Datetime.to_string(utc(MONDAY, 12) + timedelta(days=8))):
            self.assertNotIn(b"BEGIN:VEVENT", self.ann._fc_get_feed())

    def test_tokens_stay_out_of_the_log(self):
        record = logging.makeLogRecord({"msg": "GET %s 200", "args": ("/tasks/track/secret?a=1",)})
        logging.getLogger("werkzeug").filter(record)
        self.assertEqual(record.getMessage(), "GET /tasks/track/***?a=1 200")
