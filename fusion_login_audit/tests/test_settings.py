from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import AuditCase

X = "x_fc_login_audit_"


@tagged("post_install", "-at_install")
class TestSettings(AuditCase):
    def save(self, **values):
        settings = self.env["res.config.settings"].create(
            {X + name: value for name, value in values.items()}
        )
        settings.execute()

    def shown(self, *names):
        settings = self.env["res.config.settings"].create({})
        return [settings[X + name] for name in names]

    def stored(self, name):
        return self.env["ir.config_parameter"].get_param(f"fusion_login_audit.{name}")

    def test_defaults(self):
        self.assertEqual(
            self.shown("retention_days", "alert_enabled", "alert_threshold", "alert_window_min",
                       "alert_cooldown_min", "spray_threshold", "mail_cap_hour", "flood_limit",
                       "api_window_min", "geo_provider", "reverse_dns", "self_service",
                       "new_device_alert", "mask_unknown", "equal_time", "shared_cooldown",
                       "siem_mode", "siem_format"),
            [365, True, 5, 15, 60, 10, 20, 30, 60, "local", True, False, "internal", False, False,
             True, "off", "json"],
        )  # fmt: skip

    def test_zero_and_off_survive(self):
        self.save(retention_days=0, alert_enabled=False, spray_threshold=0, reverse_dns=False,
                  shared_cooldown=False, self_service=True)  # fmt: skip
        self.assertEqual(
            [self.stored(name) for name in ("retention_days", "alert_enabled", "spray_threshold",
                                            "reverse_dns", "self_service")],
            ["0", "False", "0", "False", "True"],
        )  # fmt: skip
        for _twice in range(2):
            self.assertEqual(
                self.shown("retention_days", "alert_enabled", "spray_threshold", "reverse_dns",
                           "shared_cooldown", "self_service"),
                [0, False, 0, False, False, True],
            )  # fmt: skip
            self.save()
        self.make(event_time="2010-01-01 00:00:00")
        self.assertEqual(self.audit._cron_retention_gc(), 0)

    def test_form(self):
        with Form(self.env["res.config.settings"]) as form:
            form.x_fc_login_audit_retention_days = 0
            form.x_fc_login_audit_alert_enabled = False
        form.record.execute()
        self.assertEqual(self.shown("retention_days", "alert_enabled"), [0, False])

    def test_refusals(self):
        for values in (
            {"retention_days": -1}, {"retention_days": 36501}, {"alert_threshold": 0},
            {"alert_window_min": 0}, {"flood_limit": 0}, {"spray_threshold": -1},
            {"geo_http_url": "http://example.com"}, {"geo_http_url": "ftp://example.com"},
            {"siem_mode": "webhook", "siem_url": "http://10.0.0.1/in"},
            {"siem_mode": "tcp", "siem_url": "nohost"},
        ):  # fmt: skip
            with self.subTest(values=values), self.assertRaises(UserError):
                self.save(**values)
        self.assertFalse(self.stored("alert_threshold"))

    def test_loopback_may_be_called(self):
        self.save(geo_http_url="http://127.0.0.1:8099/json", siem_mode="udp",
                  siem_url="127.0.0.1:514")  # fmt: skip
        self.assertEqual(self.stored("geo_http_url"), "http://127.0.0.1:8099/json")

    def test_garbage_reads_as_default(self):
        self.set_config(alert_threshold="many", alert_window_min="-3", alert_enabled="maybe",
                        geo_provider="moon", flood_limit_per_min="0")  # fmt: skip
        self.assertEqual(
            self.shown("alert_threshold", "alert_window_min", "alert_enabled", "geo_provider",
                       "flood_limit"),
            [5, 15, True, "local", 30],
        )  # fmt: skip

    def test_what_would_go_is_said(self):
        self.make(event_time=self.minutes_ago(3 * 1440))
        self.make()
        settings = self.env["res.config.settings"].new({X + "retention_days": 1})
        self.assertEqual(settings.x_fc_login_audit_removable, 1)
        settings.x_fc_login_audit_retention_days = 0
        self.assertEqual(settings.x_fc_login_audit_removable, 0)

    def test_shorter_retention_asks(self):
        self.make(event_time=self.minutes_ago(3 * 1440))
        self.set_config(retention_days="30")
        settings = self.env["res.config.settings"].create({X + "retention_days": 1})
        with self.assertRaisesRegex(UserError, "1 login events are older than 1 days"):
            settings.set_values()
        self.assertEqual(self.audit._fc_get_retention_days(), 30)
        settings[X + "may_remove"] = True
        settings.set_values()
        self.assertEqual(self.audit._fc_get_retention_days(), 1)
        again = self.env["res.config.settings"].create({})  # nothing gets shorter: nothing asked
        again.set_values()
        self.assertEqual(self.audit._fc_get_retention_days(), 1)

    def test_verify_button(self):
        self.make()
        self.audit._cron_seal(min_age_s=0)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.action_fc_verify_login_chain()["params"]["type"], "success")
        self.env.cr.execute("UPDATE fusion_login_audit SET detail = 'forged'")
        self.assertEqual(settings.action_fc_verify_login_chain()["params"]["type"], "danger")

    def test_test_alert(self):
        self.env.ref("base.user_admin").partner_id.email = "boss@example.com"
        self.env["res.config.settings"].create({}).action_fc_send_test_alert()
        mail = self.env["mail.mail"].search([("subject", "=", "[Login Audit] Test alert")])
        self.assertEqual(len(mail), 1)

    def test_only_for_administrators(self):
        plain = new_test_user(self.env, "audit_plain", groups="base.group_user")
        settings = self.env["res.config.settings"].with_user(plain)
        for name in ("action_fc_verify_login_chain", "action_fc_send_test_alert"):
            with self.assertRaises(AccessError):
                getattr(settings, name)()
