from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestMessages(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher = cls.new_user("Dina", "fusion_tasks.group_dispatcher")
        cls.ann.name = "Ann Ambrose"
        cls.clara, cls.carl = cls.env["res.partner"].create(
            [
                {"name": "Clara", "email": "clara@field.example", "street": "5 Elm St"},
                {"name": "Carl", "email": "carl@field.example"},
            ]
        )
        cls.task = cls.new_task(cls.ann, 9, partner_id=cls.clara.id, travel_before=20)

    def mails(self):
        return self.env["mail.mail"].search([("email_to", "like", "field.example")], order="id")

    def at(self, hour, minute=0):
        return freeze_time(fields.Datetime.to_string(utc(MONDAY, hour, minute)))

    def test_on_the_way(self):
        with self.at(8, 50):
            self.task.with_user(self.ann).action_en_route()
        self.assertEqual(self.task.eta, utc(MONDAY, 9, 10))
        mail = self.mails()
        self.assertEqual(mail.email_to, "clara@field.example")
        self.assertEqual(mail.subject, "Ann is on the way")
        body = mail.body_html.replace("\u202f", " ")
        self.assertIn("at about 9:10 AM", body)
        self.assertIn("/tasks/track/", body)
        self.assertNotIn("Ambrose", body)
        self.assertNotIn("/tasks/track/", " ".join(self.task.message_ids.mapped("body")))

    def test_a_text_message_service_that_is_down_is_no_fault(self):
        if "sms.sms" not in self.env:
            self.skipTest("text messages come with sms")
        self.env["ir.config_parameter"].set_param("sms.endpoint", "http://127.0.0.1:1")
        self.clara.write({"phone": "416 555 0110", "country_id": self.env.ref("base.ca").id})
        known = self.env["sms.sms"].search([])
        self.task.with_user(self.ann).action_en_route()
        sms = self.env["sms.sms"].search([]) - known
        self.assertEqual((sms.partner_id, sms.state), (self.clara, "outgoing"))
        sms.send()
        self.assertEqual((sms.state, sms.failure_type), ("error", "sms_server"))

        def refuse(_sms, _vals_list):
            raise ValueError("no account")

        self.patch(type(sms), "create", refuse)
        with self.assertLogs("odoo.addons.fusion_tasks.models.fusion_tasks_notifier", "ERROR"):
            self.assertFalse(self.env["fusion.tasks.notifier"]._send_sms(self.clara, "Hello"))
        self.assertEqual((self.task.status, len(self.mails())), ("en_route", 1))

    def test_in_the_clients_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_tasks"], ["fr_CA"])
        self.clara.lang = "fr_CA"
        self.task.action_en_route()
        self.assertEqual(self.mails().subject, "Ann est en route")
        self.assertIn("Suivre la visite", self.mails().body_html)

    def test_nothing_is_sent_when_e_mails_are_off(self):
        self.env["ir.config_parameter"].set_param(
            "fusion_tasks.enable_email_notifications", "False"
        )
        self.task.action_en_route()
        self.assertTrue(self.task.eta)
        self.assertFalse(self.mails())

    def test_the_next_client_is_told_once_of_a_delay(self):
        later = self.new_task(self.ann, 10, partner_id=self.carl.id)
        other_day = self.new_task(self.ann, 10, day=MONDAY + timedelta(days=1))
        self.task.action_start()
        with self.at(10, 45):
            self.task.action_complete()
        mail = self.mails()
        self.assertEqual(
            (mail.email_to, mail.subject), ("carl@field.example", "We are running late")
        )
        self.assertIn("10:45 AM", mail.body_html.replace("\u202f", " "))
        self.assertEqual(later.late_told_at, utc(MONDAY, 10, 45))
        self.assertFalse(other_day.late_told_at)
        with self.at(10, 50):
            self.task.action_start()
            self.task.action_complete()
        self.assertEqual(self.mails(), mail)

    def test_a_promise_that_is_kept_needs_no_word(self):
        self.new_task(self.ann, 11, partner_id=self.carl.id)
        self.task.action_start()
        with self.at(10):
            self.task.action_complete()
        self.assertFalse(self.mails())

    def test_a_client_is_asked_once_how_it_was(self):
        self.env["ir.config_parameter"].set_param("fusion_tasks.rating_enabled", "True")
        with self.at(10):
            self.task.action_start()
            self.task.action_complete()
        for hour, minute, number in ((10, 59, 0), (11, 0, 1), (12, 0, 1)):
            with self.at(hour, minute):
                self.Task._cron_ask_rating()
            self.assertEqual(len(self.mails()), number)
        token = self.task.rating_ids.access_token
        self.assertIn(f"/rate/{token}/5", self.mails().body_html)
        self.assertEqual(self.task.rating_ids.rated_partner_id, self.ann.partner_id)

    def test_a_poor_rating_is_made_good(self):
        self.task.action_complete()
        token = self.task._rating_get_access_token()
        self.task.rating_apply(1, token=token, feedback="Left the gate open")
        activity = self.task.activity_ids
        self.assertEqual(activity.user_id, self.dispatcher)
        self.assertEqual(activity.summary, "Unhappy client: call today")
        self.assertIn("gate", activity.note)

    def test_nobody_is_asked_unless_told(self):
        with self.at(10):
            self.task.action_complete()
        with self.at(12):
            self.Task._cron_ask_rating()
        self.assertFalse(self.mails())
