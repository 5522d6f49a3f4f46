from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import AuditCase


@tagged("post_install", "-at_install")
class TestUsers(AuditCase):
    def test_figures(self):
        self.make(event_time="2026-03-01 10:00:00", ip_address="8.8.8.8")
        self.make(event_time="2026-03-02 10:00:00", ip_address="9.9.9.9")
        self.make("audit_anna", "failure", "bad_password", event_time="2026-03-03 10:00:00")
        self.make(event_type="api", event_time="2026-03-04 10:00:00")
        self.assertEqual(self.user.x_fc_login_audit_count, 4)
        self.assertEqual(str(self.user.x_fc_last_successful_login), "2026-03-02 10:00:00")
        self.assertEqual(self.user.x_fc_last_login_ip, "9.9.9.9")
        self.assertEqual(len(self.user.x_fc_login_audit_ids), 4)

    def test_form_reads_the_last_thirty(self):
        for number in range(31):
            self.make(event_time=f"2026-03-01 10:00:{number:02}")
        times = self.user.x_fc_login_audit_recent_ids.mapped("event_time")
        self.assertEqual(len(times), 30)
        self.assertEqual((times[0].second, times[-1].second), (30, 1))

    def test_search_by_last_login(self):
        other = new_test_user(self.env, "audit_never", groups="base.group_user")
        self.make(event_time="2026-03-01 10:00:00")
        self.make(event_time="2026-03-02 10:00:00")
        users = self.env["res.users"]
        both = [("id", "in", (self.user + other).ids)]
        name = "x_fc_last_successful_login"
        for leaf, expected in (
            ((name, ">", "2026-03-01 12:00:00"), self.user),
            ((name, ">", "2026-03-02 12:00:00"), users),
            ((name, "<=", "2026-03-02 10:00:00"), self.user),
            ((name, "=", "2026-03-02 10:00:00"), self.user),
            ((name, "=", "2026-03-01 10:00:00"), users),
            ((name, "=", False), other),
            ((name, "!=", False), self.user),
        ):
            with self.subTest(leaf=leaf):
                self.assertEqual(users.search([leaf, *both]), expected)

    def test_two_queries_for_a_list(self):
        users = self.env["res.users"].search([], limit=80)
        users.mapped("name")
        self.make()
        users.invalidate_recordset(
            ["x_fc_login_audit_count", "x_fc_last_successful_login", "x_fc_last_login_ip"]
        )
        with self.assertQueryCount(2):
            users.mapped("x_fc_login_audit_count")
            users.mapped("x_fc_last_successful_login")
            users.mapped("x_fc_last_login_ip")

    def test_button(self):
        action = self.user.action_view_login_audit()
        self.assertEqual(action["res_model"], "fusion.login.audit")
        self.assertEqual(action["domain"], [("user_id", "=", self.user.id)])

    def test_failed_24h(self):
        self.make("old", "failure", "bad_password", event_time=self.minutes_ago(25 * 60))
        self.make("young", "failure", "bad_password", event_time=self.minutes_ago(23 * 60))
        self.make("good")
        domain = self.env.ref("fusion_login_audit.action_login_audit_failed_24h").domain
        found = self.audit.search(safe_eval(domain))
        self.assertEqual(found.mapped("attempted_login"), ["young"])
