from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tests.common import SmtpSink

from .common import AuditCase


@tagged("post_install", "-at_install")
class TestAlert(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alerts = cls.env["fusion.login.alert"]
        admins = cls.env.ref("base.group_system").all_user_ids
        admins.partner_id.email = False
        cls.env.ref("base.user_admin").partner_id.email = "boss@example.com"
        new_test_user(cls.env, "audit_boss", groups="base.group_system", email="second@example.com")
        cls.env["mail.mail"].search([]).unlink()

    def fail(self, login="audit_anna", count=1, ip="198.51.100.7", **extra):
        for _number in range(count):
            self.make(login, "failure", "bad_password", ip_address=ip, **extra)

    def mails(self):
        return self.env["mail.mail"].search([("subject", "like", "[Login Audit]")])

    def test_five_failures_are_one_alert(self):
        self.fail(count=4)
        self.assertFalse(self.alerts.search([]))
        self.fail(count=5)
        alert = self.alerts.search([])
        self.assertEqual(
            (alert.kind, alert.attempted_login, alert.event_count, alert.state),
            ("burst", "audit_anna", 5, "pending"),
        )

    def test_cron_is_woken(self):
        cron = self.env.ref("fusion_login_audit.ir_cron_login_alert")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.fail(count=6)
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after - before, 1)

    def test_success_starts_over(self):
        self.fail(count=4)
        self.make()
        self.fail(count=4)
        self.assertFalse(self.alerts.search([]))
        self.assertEqual(self.audit._fc_recent_failure_count("audit_anna"), 4)

    def test_window_and_cooldown(self):
        with freeze_time("2026-03-02 10:00:00") as clock:
            self.fail(count=4)
            clock.tick(901)
            self.fail(count=4)
            self.assertFalse(self.alerts.search([]))
            self.fail()
            self.assertEqual(len(self.alerts.search([])), 1)
            clock.tick(3599)
            self.fail(count=5)
            self.assertEqual(len(self.alerts.search([])), 1)
            clock.tick(2)
            self.fail(count=1)
            self.assertEqual(len(self.alerts.search([])), 2)

    def test_switched_off(self):
        self.set_config(alert_enabled="False")
        self.fail(count=20)
        self.assertFalse(self.alerts.search([]))

    def test_spray(self):
        for number in range(10):
            self.fail(f"guess{number}")
        alert = self.alerts.search([])
        self.assertEqual((alert.kind, alert.ip_address, alert.event_count),
                         ("spray", "198.51.100.7", 10))  # fmt: skip
        self.alerts.search([]).unlink()
        for number in range(20):
            self.fail(f"inside{number}", ip="internal")
        self.assertFalse(self.alerts.search([]))

    def test_attackers_grow_nothing(self):
        parameters = self.env["ir.config_parameter"].search_count([])
        with freeze_time("2026-03-02 10:00:00"):
            for number in range(200):
                self.fail(f"guess{number}")
        self.assertEqual(self.audit.search_count([]), 31)
        self.assertEqual(len(self.alerts.search([])), 1)
        self.assertEqual(self.env["ir.config_parameter"].search_count([]), parameters)
        self.env.cr.execute("SELECT SUM(attempt_count) FROM fusion_login_audit")
        self.assertEqual(self.env.cr.fetchone()[0], 200)

    def test_mail_reaches_each_administrator_once(self):
        self.fail("<script>alert(1)</script>", count=6)
        with SmtpSink() as sink:
            self.env["ir.mail_server"].search([]).active = False
            self.env["ir.mail_server"].create(
                {"name": "sink", "smtp_host": sink.host, "smtp_port": sink.port,
                 "smtp_encryption": "none"}
            )  # fmt: skip
            self.assertEqual(self.alerts._cron_process(), 1)
            self.assertEqual(self.alerts._cron_process(), 0)
            self.assertEqual(len(self.mails()), 1)
            with patch.object(type(self.env["ir.mail_server"]), "_disable_send", lambda _s: False):
                self.mails().send()
            got = sorted(message["X-Sink-To"] for message in sink.messages)
        self.assertEqual(got, ["boss@example.com", "second@example.com"])
        body = sink.messages[0].get_body(("html",)).get_content()
        self.assertIn("&lt;script&gt;", body)
        self.assertNotIn("<script>", body)
        self.assertEqual(
            sink.messages[0]["Subject"],
            "[Login Audit] 5 failed login attempts for <script>alert(1)</script>",
        )
        self.assertEqual(self.alerts.search([]).state, "sent")

    def test_a_mail_server_that_is_down_costs_no_alert_and_no_row(self):
        self.fail(count=6)
        with SmtpSink() as sink:
            port = sink.port
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {"name": "down", "smtp_host": sink.host, "smtp_port": port, "smtp_encryption": "none"}
        )
        self.assertEqual(self.alerts._cron_process(), 1)
        switch = patch.object(type(self.env["ir.mail_server"]), "_disable_send", lambda _s: False)
        with switch, mute_logger("odoo.addons.mail.models.mail_mail"):
            self.mails().send()
        self.assertEqual(self.mails().state, "exception")
        self.assertEqual(self.alerts.search([]).state, "sent")
        self.assertEqual(len(self.rows("audit_anna")), 6)

    def test_template_that_was_deleted(self):
        self.env.ref("fusion_login_audit.mail_template_login_alert").unlink()
        self.fail(count=5)
        self.alerts._cron_process()
        self.assertEqual(
            self.mails().subject, "[Login Audit] 5 failed login attempts for audit_anna"
        )

    def test_each_administrator_reads_an_own_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        second = self.env["res.users"].search([("login", "=", "audit_boss")]).partner_id
        second.lang = "fr_CA"
        self.set_config(mail_cap_hour="1")
        for login in ("guess", "other"):
            self.fail(login, count=5)
        self.alerts._cron_process()
        self.alerts._cron_send_digest()
        mails = self.env["mail.mail"].search([], order="id")
        alert, summary, digest = mails.filtered(lambda mail: mail.recipient_ids == second)
        self.assertEqual(len(mails), 6)
        self.assertIn("connexion", alert.subject)
        self.assertIn("Échec", alert.body_html)
        self.assertNotIn("Failure", alert.body_html)
        self.assertIn("Rafale", summary.body_html)
        self.assertIn("semaine", digest.body_html)

    def test_nobody_to_mail(self):
        self.env.ref("base.group_system").all_user_ids.partner_id.email = False
        self.fail(count=5)
        self.alerts._cron_process()
        self.assertEqual(self.alerts.search([]).state, "suppressed")
        self.assertFalse(self.mails())

    def test_mail_cap(self):
        self.set_config(mail_cap_hour="2", spray_threshold="0")
        for number in range(5):
            self.fail(f"guess{number}", count=5)
        self.assertEqual(self.alerts._cron_process(), 5)
        states = self.alerts.search([], order="id").mapped("state")
        self.assertEqual(states, ["sent", "sent"] + ["suppressed"] * 3)
        self.assertEqual(len(self.mails()), 3)
        self.assertIn("3 further alerts", self.mails()[0].subject)

    def test_given_up_after_three_tries(self):
        def refuse(_self):
            raise ValueError("no")

        self.fail(count=5)
        alert = self.alerts.search([])
        with patch.object(type(self.alerts), "_fc_render", refuse):
            for tries, state in ((1, "pending"), (2, "pending"), (3, "failed")):
                with self.assertLogs("odoo.addons.fusion_login_audit", "ERROR"):
                    self.alerts._cron_process()
                self.assertEqual((alert.mail_attempts, alert.state), (tries, state))
        self.assertEqual(alert.error, "ValueError")

    def test_digest(self):
        self.make()
        self.fail(count=2)
        self.audit._cron_seal(min_age_s=0)
        self.assertEqual(self.alerts._cron_send_digest(), 1)
        self.env.cr.execute("SELECT head_hash FROM fusion_login_state")
        self.assertIn(self.env.cr.fetchone()[0], self.mails().body_html)
        digest = self.alerts._fc_get_digest()
        self.assertEqual((digest["success"], digest["failure"], digest["head_seal_no"]), (1, 2, 3))

    def test_fault_of_the_alert_keeps_the_row(self):
        def refuse(*_args):
            raise ValueError("no")

        with patch.object(type(self.alerts), "_fc_check_burst", refuse):
            with self.assertLogs("odoo.addons.fusion_login_audit", "ERROR"):
                self.fail()
        self.assertEqual(len(self.rows("audit_anna")), 1)
