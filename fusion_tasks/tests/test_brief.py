from freezegun import freeze_time

from odoo.tests import tagged

from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestBrief(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("fusion_tasks.day_brief_enabled", "True")
        cls.company.email = "office@example.com"
        cls.ann.email = "ann@example.com"
        cls.bob.email = "bob@example.com"
        cls.client = cls.env["res.partner"].create(
            {"name": "Carl Client", "street": "5 Elm St", "city": "Oakville"}
        )
        cls.new_task(cls.ann, 13, summary="Fix <b>lift</b>", partner_id=cls.client.id)
        cls.new_task(cls.ann, 9, access_notes="Gate 4711")

    def run_cron(self, hour, minute=0):
        known = self.env["mail.mail"].search([])
        with freeze_time(utc(MONDAY, hour, minute)):
            self.Task._cron_day_brief()
        return self.env["mail.mail"].search([]) - known

    def test_one_e_mail_a_morning_to_those_with_visits(self):
        self.assertFalse(self.run_cron(4, 59))
        mail = self.run_cron(5)
        self.assertEqual(
            (mail.subject, mail.email_to, mail.email_from),
            ("Your day: 2 visits", '"Ann" <ann@example.com>', '"Field Co" <office@example.com>'),
        )
        text = mail.body_html.replace("\u202f", " ")
        self.assertLess(text.index("9:00 AM"), text.index("1:00 PM"))
        self.assertIn("Carl Client, Oakville", text)
        self.assertFalse(self.run_cron(6))

    def test_nothing_secret_and_nothing_live_is_in_it(self):
        text = self.run_cron(5).body_html
        for secret in ("4711", "Elm St", "<b>lift"):
            self.assertNotIn(secret, text)
        self.assertIn("action-fusion_tasks.action_my_day", text)

    def test_it_speaks_the_technician_s_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.env["ir.module.module"]._load_module_terms(["fusion_tasks"], ["fr_CA"])
        self.ann.lang = "fr_CA"
        mail = self.run_cron(5)
        self.assertIn("Votre journée", mail.subject)
        self.assertIn("09\u00a0h\u00a000 – 10\u00a0h\u00a000", mail.body_html)

    def test_off_unless_told_and_off_with_all_e_mails(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("fusion_tasks.day_brief_enabled", "False")
        self.assertFalse(self.run_cron(5))
        parameters.set_param("fusion_tasks.day_brief_enabled", "True")
        parameters.set_param("fusion_tasks.enable_email_notifications", "False")
        self.assertFalse(self.run_cron(5))

    def test_one_visit_is_not_some(self):
        self.Task.search([("technician_id", "=", self.ann.id)], limit=1).action_cancel("Off")
        self.assertEqual(self.run_cron(5).subject, "Your day: one visit")

    def test_cancelled_visits_are_left_out(self):
        self.Task.search([("technician_id", "=", self.ann.id)]).action_cancel("Called off")
        self.assertFalse(self.run_cron(5))
