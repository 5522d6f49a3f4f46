import json
import time
import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.auth_totp.models.totp import hotp

from .common import PASSWORD, AuditHttpCase

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SECRET = b"12345678901234567890"


@tagged("post_install", "-at_install")
class TestPaths(AuditHttpCase):
    """Each way in, over real HTTP and with real commits: exactly one row, with its reason."""

    def sign_in(self, login):
        self.assertEqual(self.post_login(login, PASSWORD).status_code, 303)

    def make_key(self, login, name="robot", days=None):
        with self.committed() as env:
            keys = env["res.users.apikeys"].with_user(self.uids[login]).sudo()
            until = fields.Datetime.now() + timedelta(days=days) if days else None
            key = keys._generate(None, name, until)
            env.cr.execute("DELETE FROM fusion_login_audit")
        return key

    def test_password(self):
        self.sign_in("http_anna")
        self.assertEqual(
            self.stored("attempted_login", "user_ref", "event_type", "result", "failure_reason",
                        "auth_method", "channel", "ip_address", "country_code",
                        "geo_lookup_state", "attempt_count"),
            [("http_anna", self.uids["http_anna"], "login", "success", None, "password", "web",
              "127.0.0.1", "--", "private_ip", 1)],
        )  # fmt: skip

    def test_portal_user(self):
        self.sign_in("http_portal")
        self.assertEqual(
            self.stored("attempted_login", "event_type", "result"),
            [("http_portal", "login", "success")],
        )

    def test_password_refusals(self):
        self.post_login("http_anna", "wrong")
        self.post_login("nobody@example.com", "wrong")
        self.post_login("http_gone", PASSWORD)
        self.assertEqual(
            self.stored("attempted_login", "user_ref", "failure_reason", "auth_method"),
            [
                ("http_anna", self.uids["http_anna"], "bad_password", "password"),
                ("nobody@example.com", None, "unknown_user", "password"),
                ("http_gone", self.uids["http_gone"], "disabled_user", "password"),
            ],
        )

    def test_cooldown(self):
        for _try in range(10):  # Odoo's own default
            self.post_login("http_anna", "wrong")
        answer = self.post_login("http_anna", PASSWORD)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(
            [row[0] for row in self.stored("failure_reason")], ["bad_password"] * 10 + ["cooldown"]
        )

    @mute_logger("odoo.http")
    def test_refusal_that_rolls_back_is_kept(self):
        params = {"db": self.env.cr.dbname, "login": "http_anna"}
        answer = self.call_json("/web/session/authenticate", password="wrong", **params)
        self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.AccessDenied")
        answer = self.call_json("/web/session/authenticate", password=PASSWORD, **params)
        self.assertEqual(answer["result"]["uid"], self.uids["http_anna"])
        self.assertEqual(
            self.stored("result", "failure_reason", "channel"),
            [("failure", "bad_password", "web"), ("success", None, "web")],
        )

    @mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.http")
    def test_xmlrpc(self):
        name = self.env.cr.dbname
        self.assertFalse(self.xmlrpc_common.authenticate(name, "http_anna", "wrong", {}))
        uid = self.xmlrpc_common.authenticate(name, "http_anna", PASSWORD, {})
        self.assertEqual(uid, self.uids["http_anna"])
        for _twice in range(2):
            self.xmlrpc_object.execute_kw(name, uid, PASSWORD, "res.users", "search_count", [[]])
        for bad in ((uid, "wrong"), (999999, "wrong")):
            with self.assertRaises(xmlrpc.client.Fault):
                self.xmlrpc_object.execute_kw(name, *bad, "res.users", "search_count", [[]])
        self.assertEqual(
            self.stored("attempted_login", "event_type", "failure_reason", "channel", "ip_address"),
            [
                ("http_anna", "login", "bad_password", "xmlrpc", "127.0.0.1"),
                ("http_anna", "login", None, "xmlrpc", "127.0.0.1"),
                ("http_anna", "api", None, "xmlrpc", "127.0.0.1"),
                ("http_anna", "api", "bad_password", "xmlrpc", "127.0.0.1"),
                ("uid:999999", "api", "unknown_user", "xmlrpc", "127.0.0.1"),
            ],
        )

    @mute_logger("odoo.addons.rpc.controllers.jsonrpc", "odoo.http")
    def test_jsonrpc(self):
        name = self.env.cr.dbname
        for password in ("wrong", PASSWORD):
            self.call_json(
                "/jsonrpc", service="common", method="login", args=[name, "http_anna", password]
            )
        key = self.make_key("http_anna", "robot")
        self.call_json(
            "/jsonrpc", service="object", method="execute",
            args=[name, self.uids["http_anna"], key, "res.users", "search_count", []],
        )  # fmt: skip
        self.assertEqual(
            self.stored("event_type", "result", "channel", "auth_method", "api_key_name"),
            [("api", "success", "jsonrpc", "apikey", "robot")],
        )

    @mute_logger("odoo.http")
    def test_bearer(self):
        key = self.make_key("http_anna", "robot")
        old = self.make_key("http_anna", "old robot", days=1)
        with self.committed() as env:
            env.cr.execute(
                """UPDATE res_users_apikeys SET expiration_date = now() - interval '1 day'
                    WHERE name = 'old robot'"""
            )
        status = []
        for bearer in (key, key, old, "f" * 40):
            answer = self.url_open(
                "/json/2/res.users/search_count",
                json={"domain": []},
                headers={"Authorization": f"Bearer {bearer}"},
            )
            status.append(answer.status_code)
        self.assertEqual(status, [200, 200, 401, 401])
        self.assertEqual(
            self.stored("attempted_login", "failure_reason", "channel", "api_key_name"),
            [
                ("http_anna", None, "bearer", "robot"),
                ("http_anna", "expired_api_key", "bearer", "old robot"),
                ("api key", "bad_api_key", "bearer", None),
            ],
        )

    def enable_totp(self):
        with self.committed() as env:
            user = env["res.users"].browse(self.uids["http_totp"])
            user.totp_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of SECRET
            env.cr.execute("DELETE FROM auth_totp_rate_limit_log")
            env.cr.execute("UPDATE res_users SET totp_last_counter = NULL WHERE id = %s", [user.id])
            env.cr.execute("DELETE FROM fusion_login_audit")

    def post_code(self, code, **extra):
        page = self.url_open("/web/login/totp")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(
            "/web/login/totp",
            data={"totp_token": code, "csrf_token": token, **extra},
            allow_redirects=False,
            headers={"User-Agent": FIREFOX},
        )

    def get_code(self):
        """:return: the code of this half minute"""
        return str(hotp(SECRET, int(time.time() / 30))).zfill(6)

    def test_totp(self):
        self.enable_totp()
        self.sign_in("http_totp")
        self.assertEqual(self.post_code("not a code").status_code, 200)
        code = self.get_code()
        self.assertEqual(self.post_code(str(int(code) ^ 1)).status_code, 200)
        answer = self.post_code(self.get_code(), remember="1")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(
            self.stored("event_type", "result", "failure_reason", "auth_method"),
            [
                ("first_factor", "success", None, "password"),
                ("second_factor", "failure", "2fa_failed", "totp"),
                ("second_factor", "failure", "2fa_failed", "totp"),
                ("login", "success", None, "totp"),
            ],
        )
        self.url_open("/web/session/logout", allow_redirects=False)
        self.sign_in("http_totp")
        self.assertEqual(self.url_open("/web/login/totp", allow_redirects=False).status_code, 303)
        self.assertEqual(
            self.stored("event_type", "auth_method")[4:],
            [("logout", None), ("first_factor", "password"), ("login", "trusted_device")],
        )

    @mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.http")
    def test_password_where_a_key_is_required(self):
        self.enable_totp()
        name = self.env.cr.dbname
        self.assertFalse(self.xmlrpc_common.authenticate(name, "http_totp", PASSWORD, {}))
        self.assertEqual(self.stored("failure_reason"), [("api_key_required",)])

    def test_logout(self):
        self.url_open("/web/session/logout", allow_redirects=False)
        self.assertEqual(self.stored("event_type"), [])
        self.sign_in("http_anna")
        self.url_open("/web/session/logout", allow_redirects=False)
        self.assertEqual(
            self.stored("event_type", "attempted_login"),
            [("login", "http_anna"), ("logout", "http_anna")],
        )

    def test_destroy(self):
        self.sign_in("http_anna")
        self.call_json("/web/session/destroy")
        self.assertEqual(self.stored("event_type"), [("login",), ("logout",)])

    def test_passkey_nobody_has(self):
        self.post_login("", "", type="webauthn", webauthn_response=json.dumps({"id": "x"}))
        if "auth_passkey_key_ids" in self.env["res.users"]._fields:
            self.assertEqual(
                self.stored("attempted_login", "failure_reason", "auth_method"),
                [("passkey", "bad_passkey", "passkey")],
            )

    @mute_logger("odoo.http")
    def test_identity_check(self):
        self.sign_in("http_otto")
        self.call_json(
            "/web/dataset/call_kw/res.users/change_password", model="res.users",
            method="change_password", args=["wrong", "changed-Q8"], kwargs={},
        )  # fmt: skip
        self.assertEqual(
            self.stored("event_type", "failure_reason", "attempted_login")[1:],
            [("reauth", "bad_password", "http_otto")],
        )
        answer = self.call_json(
            "/web/dataset/call_kw/res.users/change_password", model="res.users",
            method="change_password", args=[PASSWORD, PASSWORD + "2"], kwargs={},
        )  # fmt: skip
        self.assertTrue(answer["result"])
        self.assertEqual(
            self.stored("event_type", "result")[2:],
            [("reauth", "success"), ("password_change", "success")],
        )

    def test_locked_table_lets_people_in(self):
        with self.committed() as env:
            env.cr.execute("LOCK TABLE fusion_login_audit IN ACCESS EXCLUSIVE MODE")
            with self.assertLogs("odoo.addons.fusion_login_audit", "ERROR"):
                begin = time.monotonic()
                self.sign_in("http_anna")
                took_s = time.monotonic() - begin
            with self.assertLogs("odoo.addons.fusion_login_audit", "ERROR"):
                self.post_login("http_anna", "wrong")
        self.assertLess(took_s, 3)
        self.assertEqual(self.stored("event_type"), [])

    def test_no_secret_anywhere(self):
        with self.assertLogs(level="DEBUG") as logs:
            self.sign_in("http_anna")
            self.post_login("http_anna", PASSWORD + "x")
        ours = [
            line for line in logs.output
            if "fusion_login_audit" in line.partition(":")[2].partition(":")[0]
        ]  # fmt: skip
        self.assertNotIn(PASSWORD, "\n".join(ours))
        self.assertNotIn(PASSWORD, repr(self.stored("fusion_login_audit::text")))

    def test_sessions_of_two_people_do_not_mix(self):
        self.sign_in("http_anna")
        self.opener.cookies.clear()
        self.sign_in("http_portal")
        self.assertEqual(
            [row[0] for row in self.stored("attempted_login")], ["http_anna", "http_portal"]
        )
