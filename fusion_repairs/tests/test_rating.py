import re
from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestRating(RepairsCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.office = new_test_user(
            self.env, "office", "fusion_repairs.group_user", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        self.job = self.new_job()
        self.task = self.visit(self.job, 14)

    def visit(self, job, hour):
        with freeze_time(datetime(2031, 3, 17, hour)):
            task = self.Task.create(
                {
                    "summary": "Repair",
                    "technician_id": self.ann.id,
                    "partner_id": job.partner_id.id,
                    "datetime_start": datetime(2031, 3, 17, hour),
                    "datetime_end": datetime(2031, 3, 17, hour, 30),
                    "x_fc_repair_id": job.id,
                    "company_id": self.company.id,
                }
            )
            task.action_start()
            task.action_complete()
        return task

    def ask(self, moment):
        known = self.env["mail.mail"].search([])
        with freeze_time(moment):
            self.Task.cron_ask_rating()
        found = self.env["mail.mail"].search([]) - known
        return found.filtered(lambda mail: mail.subject == "How was our visit?")

    def test_once_and_not_too_early(self):
        other = self.visit(self.new_job(), 15)
        self.assertFalse(self.ask("2031-03-17 15:59:00"))
        mail = self.ask("2031-03-17 17:00:00")
        self.assertEqual(mail.email_to, "clara@example.com")
        self.assertEqual(len(re.findall(r"/rate/[^/\"]+/[135]\"", mail.body_html)), 3)
        self.assertFalse(self.ask("2031-03-17 19:00:00"))
        self.assertTrue(self.task.rating_asked_at)
        self.assertFalse(other.rating_asked_at)

    def test_the_switch(self):
        self.env["ir.config_parameter"].sudo().set_param("fusion_repairs.rating_enabled", "False")
        self.assertFalse(self.ask("2031-03-17 17:00:00"))

    def test_an_unhappy_client_is_called_today(self):
        mail = self.ask("2031-03-17 17:00:00")
        link = re.search(r"/rate/([^/\"]+)/1", mail.body_html)
        page = self.url_open(link[0])
        self.assertEqual(page.status_code, 200)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        data = {"rate": 1, "feedback": "Came late", "csrf_token": csrf and csrf[1]}
        self.url_open(f"/rate/{link[1]}/submit_feedback", data=data)
        call = self.task.activity_ids
        self.assertEqual(call.summary, "Unhappy client: call today")
        self.assertEqual(call.user_id, self.office)
        self.assertIn("Came late", call.note)
        rating = self.env["rating.rating"].search(
            [("res_id", "=", self.task.id), ("res_model", "=", self.task._name)]
        )
        self.assertEqual((rating.rating, rating.rated_partner_id), (1, self.ann.partner_id))
