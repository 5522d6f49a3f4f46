from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessDenied, AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import const
from ..models import res_users_auth
from ..services import attempt, origin
from .common import PASSWORD, AuditCase

OURS = "odoo.addons.fusion_login_audit.models.fusion_login_audit"


@tagged("post_install", "-at_install")
class TestRecord(AuditCase):
    def columns(self, login, *names):
        return [tuple(row[name] for name in names) for row in self.rows(login)]

    def test_without_a_request(self):
        self.assertEqual(self.attempt("audit_anna", PASSWORD)["uid"], self.user.id)
        self.assertEqual(
            self.columns("audit_anna", "result", "channel", "ip_address", "user_agent_raw",
                         "geo_lookup_state", "database"),
            [("success", "internal", "internal", "<no-request>", "internal",
              self.env.cr.dbname)],
        )  # fmt: skip

    def test_direct_login_is_one_row(self):
        credential = {"type": "password", "login": "audit_anna", "password": PASSWORD}
        self.env["res.users"]._login(credential, {"interactive": True})
        self.assertEqual(self.columns("audit_anna", "event_type"), [("login",)])

    def test_hostile_logins(self):
        for typed, stored in (
            ("x" * 5000, "x" * 255),
            ("a\nb\tc", "a b c"),
            ("<b>'; DROP TABLE res_users;--", "<b>'; DROP TABLE res_users;--"),
            ("émoji 🦊", "émoji 🦊"),
            ("nul\x00here", "nulhere"),
            ("half\ud800", "half"),
        ):
            with self.subTest(typed=typed[:20]):
                with mute_logger("odoo.sql_db"):
                    self.assertIsInstance(self.attempt(typed, "x"), Exception)
                self.assertEqual(self.columns(stored, "failure_reason"), [("unknown_user",)])

    def test_login_that_is_no_text(self):
        for typed in (None, 7, ["a"]):
            with self.subTest(typed=typed), mute_logger("odoo.sql_db"):
                with self.env.cr.savepoint():
                    self.assertIsInstance(self.attempt(typed, "x"), Exception)
        self.env.cr.execute("SELECT attempted_login, failure_reason FROM fusion_login_audit")
        found = self.env.cr.fetchall()
        self.assertIn(("(empty)", "unknown_user"), found)

    def test_fault_of_ours_changes_nothing(self):
        def fail(*_args):
            raise RuntimeError("broken")

        for name in ("_fc_insert", "_fc_build_event_vals"):
            with self.subTest(name=name), patch.object(type(self.audit), name, fail):
                with self.assertLogs("odoo.addons.fusion_login_audit", "ERROR") as logs:
                    self.assertEqual(self.attempt("audit_anna", PASSWORD)["uid"], self.user.id)
                    self.assertIsInstance(self.attempt("audit_anna", "wrong"), AccessDenied)
                self.assertEqual(len(logs.records), 2)
                self.assertNotIn(PASSWORD, "".join(logs.output))
        self.assertEqual(self.rows("audit_anna"), [])

    def test_database_fault_leaves_the_transaction_usable(self):
        vals = self.audit._fc_build_event_vals("success", "x", event_type="login")
        with self.assertLogs(OURS, "ERROR"):
            self.assertFalse(self.audit._fc_record({**vals, "result": None}, durable=False))
        self.env.cr.execute("SELECT 1")
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_database_error_of_the_login_writes_no_row(self):
        def fail(*_args, **_kwargs):
            raise psycopg2.errors.SerializationFailure()

        with patch.object(type(self.env["res.users"]), "_get_login_domain", fail):
            error = self.attempt("audit_anna", PASSWORD)
        self.assertIsInstance(error, psycopg2.errors.SerializationFailure)
        self.assertEqual(self.audit.search_count([]), 0)

    def test_a_conflict_while_noting_is_left_to_odoo_s_next_try(self):
        """Kept silent, it would leave a transaction behind in which nothing works any more."""

        def fail(*_args, **_kwargs):
            raise psycopg2.errors.SerializationFailure()

        with patch.object(type(self.env["res.users"]), "_mfa_url", fail):
            error = self.attempt("audit_anna", PASSWORD)
        self.assertIsInstance(error, psycopg2.errors.SerializationFailure)
        self.assertEqual(self.audit.search_count([]), 0)

    def test_unseen_user_keeps_the_number(self):
        event_id = self.make(user_id=2**30, user_ref=2**30)
        event = self.audit.browse(event_id)
        self.assertFalse(event.user_id)
        self.assertEqual(event.user_ref, 2**30)

    def test_deleted_user_keeps_the_history(self):
        event = self.audit.browse(self.make())
        uid = self.user.id
        self.user.unlink()
        self.audit.invalidate_model(flush=False)
        self.assertFalse(event.user_id)
        self.assertEqual((event.user_ref, event.attempted_login), (uid, "audit_anna"))

    def test_rows_are_append_only(self):
        event = self.audit.browse(self.make()).sudo()
        for call in (lambda: event.write({"city": "x"}), event.unlink):
            with self.assertRaises(AccessError):
                call()
        self.assertTrue(event.exists())

    def test_override_outside_ours_is_no_failure(self):
        """As auth_oauth and auth_ldap do: an inner refusal becomes a success further out."""
        users_class = self.env.registry["res.users"]
        wrapped = users_class._check_credentials
        inner = wrapped.fc_login_audit_origin

        def rescue(self, credential, env):
            try:
                return inner(self, credential, env)
            except AccessDenied:
                return {"uid": self.env.user.id, "auth_method": "ldap", "mfa": "default"}

        with patch.object(
            users_class, "_check_credentials", res_users_auth._make_outermost_check(rescue)
        ):
            self.attempt("audit_anna", "of the directory")
        self.assertEqual(self.columns("audit_anna", "result", "auth_method"), [("success", "ldap")])

    def test_hook_is_neither_lost_nor_doubled(self):
        users = self.env["res.users"]
        users_class = self.env.registry["res.users"]
        users._register_hook()
        origin_method = users_class._check_credentials.fc_login_audit_origin
        self.assertFalse(hasattr(origin_method, "fc_login_audit_origin"))
        users._unregister_hook()
        self.assertFalse(hasattr(users_class._check_credentials, "fc_login_audit_origin"))
        users._register_hook()
        self.assertTrue(hasattr(users_class._check_credentials, "fc_login_audit_origin"))

    def test_flood_is_counted_in_one_row(self):
        self.set_config(flood_limit_per_min="3", alert_threshold="2", spray_threshold="0")
        with freeze_time("2026-03-02 10:00:30"):
            for number in range(10):
                self.make(f"guess{number}", "failure", "unknown_user", user=None,
                          ip_address="198.51.100.7")  # fmt: skip
            self.make("other", "failure", "unknown_user", ip_address="198.51.100.8")
        with freeze_time("2026-03-02 10:01:00"):
            self.make("later", "failure", "unknown_user", ip_address="198.51.100.7")
        self.assertEqual(
            self.columns("(flood)", "attempt_count", "detail", "failure_reason"),
            [(7, "guess9", "flood")],
        )
        self.assertEqual(self.audit.search_count([("attempted_login", "=like", "guess%")]), 3)
        self.assertEqual(len(self.rows("other")) + len(self.rows("later")), 2)

    def test_masked_unknown_login(self):
        self.set_config(mask_unknown_logins="True")
        self.attempt("my-typed-password", "x")
        self.attempt("my-typed-password", "x")
        self.attempt("audit_anna", "x")
        self.assertNotIn("typed-password", self.all_text())
        found = self.audit.search([("failure_reason", "=", "unknown_user")])
        self.assertEqual(len(set(found.mapped("attempted_login"))), 1)
        self.assertRegex(found[0].attempted_login, "^my…[0-9a-f]{16}$")
        self.assertEqual(len(self.rows("audit_anna")), 1)

    def test_equal_time(self):
        calls = []
        context_class = type(self.env["res.users"]._crypt_context())
        verify = context_class.verify

        def count(context, *args):
            calls.append(args[0])
            return verify(context, *args)

        with patch.object(context_class, "verify", count):
            self.attempt("nobody", "typed")
            self.assertEqual(calls, [])
            self.set_config(equal_time="True")
            self.attempt("nobody", "typed")
            self.attempt("audit_anna", "typed")
        self.assertEqual(calls, ["typed"])

    def test_throttle_of_good_api_calls(self):
        users = self.env["res.users"]
        check = users._check_uid_passwd
        with freeze_time("2026-03-02 10:00:00") as clock:
            check(self.user.id, PASSWORD)
            check(self.user.id, PASSWORD)
            self.assertEqual(len(self.rows("audit_anna")), 1)
            clock.tick(3601)
            check(self.user.id, PASSWORD)
        self.assertEqual(
            self.columns("audit_anna", "event_type", "auth_method"), [("api", "password")] * 2
        )

    def test_memory_is_bounded(self):
        memory = attempt.Memory(3)
        for number in range(10):
            memory.put(number, number, 1)
        self.assertEqual(len(memory), 3)
        self.assertEqual(memory.get(9), (9, 1))
        self.assertEqual(memory.get(0), (None, 0))

    def test_user_agents(self):
        chrome = (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36"
        )
        self.assertEqual(
            origin.parse_agent(chrome),
            {"browser": "Chrome 140.0", "os": "Windows 10", "device_type": "desktop"},
        )
        self.assertEqual(
            origin.parse_agent("???"), {"browser": "", "os": "", "device_type": "unknown"}
        )

    def test_missing_parser_costs_only_the_browser(self):
        origin.parse_agent.cache_clear()
        origin._warn_no_parser.cache_clear()
        with patch.dict("sys.modules", user_agents=None):
            with self.assertLogs(origin.__name__, "WARNING") as logs:
                found = [origin.parse_agent(f"agent {number}") for number in range(3)]
        origin.parse_agent.cache_clear()
        self.assertEqual(found[0], {"browser": "", "os": "", "device_type": "unknown"})
        self.assertEqual(len(logs.records), 1)

    def test_addresses(self):
        for given, expected in (
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("FE80::1%eth0", "fe80::1"),
            ("garbage", False),
            ("", False),
            (None, False),
        ):
            self.assertEqual(self.audit._fc_normalize_ip(given), expected)
        public = {ip: self.audit._fc_is_public_ip(ip) for ip in ("8.8.8.8", "10.1.2.3", "x",
                  "100.64.0.1", "224.0.0.1", "::1", "2001:4860:4860::8888")}  # fmt: skip
        self.assertEqual([ip for ip in public if public[ip]], ["8.8.8.8", "2001:4860:4860::8888"])

    def test_garbage_address(self):
        vals = self.audit._fc_describe_origin(origin.Origin(False, "x", "web"))
        self.assertEqual((vals["ip_address"], vals["geo_lookup_state"]), (None, "failed"))

    def test_credential_changes(self):
        self.user.with_user(self.env.ref("base.user_admin")).write({"password": "Other-81x"})
        self.user.sudo().totp_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        self.user.sudo().totp_secret = False
        keys = self.env["res.users.apikeys"].with_user(self.user).sudo()
        secret = keys._generate(None, "robot", None)
        self.user.api_key_ids._remove()
        admin = self.env.ref("base.user_admin").id
        self.assertEqual(
            self.columns("audit_anna", "event_type", "detail", "api_key_name"),
            [
                ("password_change", None, None),
                ("mfa_change", "totp on", None),
                ("mfa_change", "totp off", None),
                ("api_key_created", None, "robot"),
                ("api_key_removed", None, "robot"),
            ],
        )
        self.assertEqual(self.rows("audit_anna")[0]["actor_uid"], admin)
        text = self.all_text()
        for canary in ("Other-81x", secret, "GEZDGNBVGY3TQOJQ"):
            self.assertNotIn(canary, text)

    def test_shared_cooldown(self):
        users = self.env["res.users"]
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "5")
        for _try in range(5):
            self.make("x", "failure", "bad_password", ip_address="198.51.100.7")
        source = origin.Origin("198.51.100.7")
        with patch.object(type(self.audit), "_fc_get_origin", lambda _self: source):
            self.assertTrue(users._fc_is_shared_cooldown())
            self.make("x", ip_address="198.51.100.7")
            self.assertFalse(users._fc_is_shared_cooldown())
            self.make("x", "failure", "bad_password", ip_address="198.51.100.7", attempt_count=5)
            self.assertTrue(users._fc_is_shared_cooldown())
            self.set_config(shared_cooldown="False")
            self.assertFalse(users._fc_is_shared_cooldown())

    def test_queries_of_a_good_login(self):
        credential = {"type": "password", "login": "audit_anna", "password": PASSWORD}
        users = self.env["res.users"]
        counts = []
        for has_frame in (False, True, False, True):  # the first two warm up
            self.env.flush_all()
            self.env.invalidate_all()
            with attempt.open_attempt() if has_frame else mute_logger("none"):
                before = self.env.cr.sql_log_count
                users.authenticate(dict(credential), {"interactive": True})
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[3], 4)
        self.assertGreater(counts[2], counts[3])

    def test_queries_of_a_failure(self):
        vals = self.audit._fc_build_event_vals(
            "failure", "q", "unknown_user", ip_address="198.51.100.7"
        )
        self.audit._fc_store(self.env.cr, vals)
        before = self.env.cr.sql_log_count
        self.audit._fc_store(self.env.cr, vals)
        # own_cursor adds two statements of its own
        self.assertLessEqual(self.env.cr.sql_log_count - before, 6)

    def test_selections_fit(self):
        self.assertEqual(len(const.EVENT_TYPES), 13)
        self.assertEqual(len(const.FAILURE_REASONS), 12)
