from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import AuditCase

MODELS = ("fusion.login.audit", "fusion.login.alert", "fusion.login.state",
          "fusion.login.pruned", "fusion.login.health")  # fmt: skip
FIELDS = ("x_fc_login_audit_ids", "x_fc_login_audit_count", "x_fc_last_successful_login",
          "x_fc_last_login_ip", "x_fc_login_audit_recent_ids")  # fmt: skip


@tagged("post_install", "-at_install")
class TestSecurity(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "audit_portal", groups="base.group_portal")
        cls.manager = new_test_user(
            cls.env, "audit_rights", groups="base.group_user,base.group_erp_manager"
        )
        company = cls.env["res.company"].create({"name": "Other"})
        cls.other = new_test_user(
            cls.env, "audit_other", groups="base.group_user", company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )  # fmt: skip
        cls.boss = new_test_user(cls.env, "audit_boss", groups="base.group_system")
        cls.public = cls.env.ref("base.public_user")

    def test_models_are_closed(self):
        self.make()
        for user in (self.public, self.portal, self.user, self.other, self.manager):
            for name in MODELS:
                model = self.env[name].with_user(user)
                for call in (
                    lambda model=model: model.search([]).read(),
                    lambda model=model: model.create({}),
                    lambda model=model: model._read_group([], [], ["__count"]),
                ):
                    with self.subTest(user=user.login, model=name), self.assertRaises(AccessError):
                        call()

    def test_administrators_read_only(self):
        event = self.audit.browse(self.make())
        alert = self.env["fusion.login.alert"].create(
            {"kind": "burst", "subject_key": "x", "triggered_at": "2026-03-02 10:00:00"}
        )
        self.assertEqual(event.with_user(self.boss).attempted_login, "audit_anna")
        for record in (event, alert):
            record = record.with_user(self.boss)
            for name, args in (("unlink", []), ("write", [{}]), ("create", [{}])):
                with self.assertRaises(AccessError):
                    getattr(record, name)(*args)
        for name in ("fusion.login.state", "fusion.login.pruned"):
            with self.assertRaises(AccessError):
                self.env[name].with_user(self.boss).search([]).read()

    def test_user_fields_leak_nothing(self):
        self.make()
        for user in (self.portal, self.user, self.other, self.manager):
            users = self.env["res.users"].with_user(user)
            own = users.browse(user.id)
            self.assertNotIn(FIELDS[0], users.fields_get())
            for name in FIELDS:
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        own.read([name])
                    with self.assertRaises(UserError):  # AccessError is one, so is "no export"
                        own.export_data([name])
                    with self.assertRaises(AccessError):
                        users.search([(name, "!=", False)])
        boss = self.env["res.users"].with_user(self.boss)
        self.assertEqual(boss.browse(self.user.id).read([FIELDS[1]])[0][FIELDS[1]], 1)

    def test_form_of_an_ordinary_user(self):
        view = self.env.ref("base.view_users_form").id
        arch = self.env["res.users"].with_user(self.manager).get_view(view, "form")["arch"]
        self.assertNotIn("login_activity", arch)
        self.assertNotIn("action_view_login_audit", arch)
        arch = self.env["res.users"].with_user(self.boss).get_view(view, "form")["arch"]
        self.assertIn('name="login_activity"', arch)
        self.assertIn('name="action_view_login_audit"', arch)

    def test_menus(self):
        root = self.env.ref("fusion_login_audit.menu_login_audit_root").id
        menus = self.env["ir.ui.menu"].with_context(debug=True)
        self.assertNotIn(root, menus.with_user(self.manager)._visible_menu_ids(debug=True))
        self.assertIn(root, menus.with_user(self.boss)._visible_menu_ids(debug=True))

    def test_own_activity_is_own(self):
        self.make()
        self.make("audit_portal", user=self.portal)
        users = self.env["res.users"]
        with self.assertRaises(AccessError):
            users.with_user(self.portal).get_my_login_activity()
        self.set_config(self_service="True")
        found = self.user.with_user(self.portal).get_my_login_activity()
        self.assertEqual(found["total"], 1)
        self.assertEqual(
            set(found["rows"][0]),
            {"event_time", "event_type", "result", "failure_reason", "ip_address", "country_name",
             "city", "browser", "os", "device_type", "is_new_device"},
        )  # fmt: skip
        self.assertEqual(
            len(self.user.with_user(self.portal).get_my_login_activity(limit=0)["rows"]), 1
        )
