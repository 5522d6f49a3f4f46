from odoo.tests import HttpCase, new_test_user, tagged

from .common import AuditMixin


@tagged("post_install", "-at_install")
class TestPortal(AuditMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = new_test_user(cls.env, "portal_pia", groups="base.group_portal")

    def make(self, count, **extra):
        audit = self.env["fusion.login.audit"]
        for number in range(count):
            vals = audit._fc_build_event_vals(
                "success",
                "portal_pia",
                user=self.person,
                ip_address=f"198.51.100.{number}",
                **extra,
            )
            audit._fc_record(vals, durable=False)

    def test_switched_off(self):
        self.authenticate("portal_pia", "portal_pia")
        self.assertEqual(self.url_open("/my/login-activity").status_code, 404)
        self.assertNotIn("/my/login-activity", self.url_open("/my/home").text)

    def test_own_rows_only(self):
        self.set_config(self_service="True")
        other = new_test_user(self.env, "portal_eve", groups="base.group_portal")
        self.make(31)
        audit = self.env["fusion.login.audit"]
        audit._fc_record(
            audit._fc_build_event_vals("success", "portal_eve", user=other, city="Evesham"),
            durable=False,
        )
        self.authenticate("portal_pia", "portal_pia")
        first = self.url_open("/my/login-activity")
        self.assertEqual(first.status_code, 200)
        self.assertNotIn("Evesham", first.text)
        self.assertIn("198.51.100.30", first.text)
        self.assertNotIn("198.51.100.0<", first.text)
        second = self.url_open("/my/login-activity?page=2")
        self.assertIn("198.51.100.0<", second.text)
        self.assertEqual(self.url_open("/my/login-activity?page=x").status_code, 200)
        self.assertIn("/my/login-activity", self.url_open("/my/home").text)

    def test_hostile_text_is_escaped(self):
        self.set_config(self_service="True")
        self.make(1, city="<script>x</script>", is_new_device=True)
        self.authenticate("portal_pia", "portal_pia")
        page = self.url_open("/my/login-activity").text
        self.assertIn("&lt;script&gt;x", page)
        self.assertIn("Was this not you?", page)

    def test_nobody_signed_in(self):
        self.set_config(self_service="True")
        answer = self.url_open("/my/login-activity", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
