"""One row per attempt on every way in: real HTTP, two worker processes, committed rows."""

import json
import os
import subprocess
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from .login_support import PASSWORD, WRONG, LoginCase, Passkey, Visitor, load_servers, totp
from .support import size

OAUTH_TOKEN = "canary-Zx81-oauth-token"


class TestLoginPaths(LoginCase):
    addons = ("auth_oauth", "auth_passkey")

    def setUp(self):
        self.visitor = Visitor(self.server)
        self.canaries = {PASSWORD, WRONG}

    def tearDown(self):
        """Whatever a test typed is in no line of the log and in no row."""
        log = self.log.read_text(errors="replace").splitlines()
        rows = self.query("SELECT evt::text FROM fusion_login_audit AS evt")
        # Odoo itself keeps the last two with the user, so they are not looked for in the dump.
        for secret in (*self.canaries, OAUTH_TOKEN, self.secret):
            self.assertEqual([row for (row,) in rows if secret in row], [])
        # An OAuth provider hands its token over in the address: Odoo's access log shows that one.
        log = [line for line in log if '"GET /auth_oauth/signin?' not in line]
        for secret in (*self.canaries, OAUTH_TOKEN, self.secret):
            self.assertEqual([line for line in log if secret in line], [])

    def make_key(self, login, expired=False):
        key = super().make_key(login, expired)
        self.canaries.add(key)
        return key

    # the browser's ways

    def test_password_form(self):
        for login, password, goes_on, row in (
            ("anna", PASSWORD, True, ("login", "success", None, "password", "web")),
            ("porta", PASSWORD, True, ("login", "success", None, "password", "web")),
            ("anna", WRONG, False, ("login", "failure", "bad_password", "password", "web")),
            ("porta", WRONG, False, ("login", "failure", "bad_password", "password", "web")),
            ("nobody", WRONG, False, ("login", "failure", "unknown_user", "password", "web")),
            ("gone", PASSWORD, False, ("login", "failure", "disabled_user", "password", "web")),
        ):
            with self.subTest(row=row), self.assertRows((login, *row)):
                self.assertEqual(Visitor(self.server).sign_in(login, password), goes_on)

    def test_session_route_whose_refusal_rolls_back(self):
        for login, password, row in (
            ("anna", PASSWORD, ("login", "success", None, "password", "web")),
            ("anna", WRONG, ("login", "failure", "bad_password", "password", "web")),
            ("nobody", WRONG, ("login", "failure", "unknown_user", "password", "web")),
            ("gone", PASSWORD, ("login", "failure", "disabled_user", "password", "web")),
        ):
            with self.subTest(row=row), self.assertRows((login, *row)):
                uid = Visitor(self.server).authenticate(self.name, login, password)
                self.assertEqual(bool(uid), row[1] == "success")

    def test_second_factor(self):
        with self.assertRows(
            ("toni", "first_factor", "success", None, "password", "web"),
            ("toni", "second_factor", "failure", "2fa_failed", "totp", "web"),
            ("toni", "login", "success", None, "totp", "web"),
        ):
            self.assertTrue(self.visitor.sign_in("toni"))
            code = totp(self.secret)
            wrong = f"{(int(code) + 1) % 10**6:06}"
            refused = self.visitor.submit("/web/login/totp", totp_token=wrong)
            self.assertEqual(refused.status_code, 200)
            passed = self.visitor.submit(
                "/web/login/totp", totp_token=totp(self.secret), remember=1
            )
            self.assertEqual(passed.status_code, 303)
        with self.assertRows(
            ("toni", "logout", "success", None, None, "web"),
            ("toni", "first_factor", "success", None, "password", "web"),
            ("toni", "login", "success", None, "trusted_device", "web"),
        ):
            self.visitor.get("/web/session/logout")
            self.assertTrue(self.visitor.sign_in("toni"))
            self.assertEqual(self.visitor.get("/web/login/totp").status_code, 303)

    def test_passkey(self):
        origin = self.rpc("ir.config_parameter", "get_param", "web.base.url")
        known, stranger = Passkey(origin), Passkey(origin)
        sql = """INSERT INTO auth_passkey_key
                     (name, credential_identifier, public_key, sign_count, create_uid)
                 VALUES ('Phone', %s, %s, 0, %s)"""
        self.query(sql, known.id, known.public_key(), self.uids["paz"])
        with self.assertRows(("paz", "login", "success", None, "passkey", "web")):
            self.assertTrue(Visitor(self.server).sign_in_with(known))
        with self.assertRows(("passkey", "login", "failure", "bad_passkey", "passkey", "web")):
            self.assertFalse(Visitor(self.server).sign_in_with(stranger))
        stranger.id = known.id  # the right name, another key
        with self.assertRows(("paz", "login", "failure", "bad_passkey", "passkey", "web")):
            self.assertFalse(Visitor(self.server).sign_in_with(stranger))

    def test_identity_check_and_changes(self):
        self.visitor.authenticate(self.name, "otto")
        call = {"model": "res.users", "method": "change_password", "kwargs": {}}
        route = "/web/dataset/call_kw/res.users/change_password"
        with self.assertRows(("otto", "reauth", "failure", "bad_password", "password", "web")):
            self.assertIn("error", self.visitor.json(route, args=[WRONG, "x"], **call))
        with self.assertRows(
            ("otto", "reauth", "success", None, "password", "web"),
            ("otto", "password_change", "success", None, None, "web"),
        ):
            answer = self.visitor.json(route, args=[PASSWORD, PASSWORD], **call)
            self.assertTrue(answer["result"])
        self.visitor.authenticate(self.name, "otto")  # a new password ends the session
        with self.assertRows(("otto", "logout", "success", None, None, "web")):
            self.visitor.get("/web/session/logout")
        with self.assertRows():
            self.visitor.get("/web/session/logout")

    # programs

    def test_xmlrpc(self):
        common, objects = self.xmlrpc("common"), self.xmlrpc("object")
        key, old = self.make_key("anna"), self.make_key("anna", expired=True)
        uid, channel = self.uids["anna"], "xmlrpc"
        for credential, row in (
            (PASSWORD, ("anna", "login", "success", None, "password", channel)),
            (key, ("anna", "login", "success", None, "apikey", channel)),
            (WRONG, ("anna", "login", "failure", "bad_password", "password", channel)),
            (old, ("anna", "login", "failure", "bad_password", "password", channel)),
        ):
            with self.subTest(common=row), self.assertRows(row):
                found = common.authenticate(self.name, "anna", credential, {})
                self.assertEqual(found, uid if row[2] == "success" else False)
        for user, credential, row in (
            (uid, PASSWORD, ("anna", "api", "success", None, "password", channel)),
            (uid, key, ("anna", "api", "success", None, "apikey", channel)),
            (uid, WRONG, ("anna", "api", "failure", "bad_password", "password", channel)),
            (999_999, WRONG, ("uid:999999", "api", "failure", "unknown_user", "password", channel)),
            (self.uids["toni"], PASSWORD,
             ("toni", "api", "failure", "api_key_required", "password", channel)),
        ):  # fmt: skip
            with self.subTest(object=row), self.assertRows(row):
                call = (self.name, user, credential, "res.users", "search_count", [[]])
                if row[2] == "success":
                    self.assertGreater(objects.execute_kw(*call), 0)
                else:
                    self.assertRaises(xmlrpc.client.Fault, objects.execute_kw, *call)

    def test_jsonrpc(self):
        uid, channel = self.uids["porta"], "jsonrpc"
        for service, method, arguments, row in (
            ("common", "login", ("porta", PASSWORD),
             ("porta", "login", "success", None, "password", channel)),
            ("common", "login", ("porta", WRONG),
             ("porta", "login", "failure", "bad_password", "password", channel)),
            ("object", "execute", (uid, PASSWORD, "res.users", "search_count", []),
             ("porta", "api", "success", None, "password", channel)),
            ("object", "execute", (uid, WRONG, "res.users", "search_count", []),
             ("porta", "api", "failure", "bad_password", "password", channel)),
        ):  # fmt: skip
            with self.subTest(row=row), self.assertRows(row):
                self.visitor.json(
                    "/jsonrpc", service=service, method=method, args=[self.name, *arguments]
                )

    def test_bearer(self):
        key, old = self.make_key("paz"), self.make_key("paz", expired=True)
        never = "canary-Zx81-never-a-key"
        self.canaries.add(never)
        for credential, status, row in (
            (key, 200, ("paz", "api", "success", None, "apikey", "bearer")),
            (old, 401, ("paz", "api", "failure", "expired_api_key", "apikey", "bearer")),
            (never, 401, ("api key", "api", "failure", "bad_api_key", "apikey", "bearer")),
        ):
            with self.subTest(row=row), self.assertRows(row):
                answer = Visitor(self.server).post(
                    "/json/2/res.users/search_count",
                    json={"domain": []},
                    headers={"Authorization": f"Bearer {credential}"},
                )
                self.assertEqual(answer.status_code, status, answer.text)

    def test_oauth(self):
        with load_servers().LoopbackServer() as provider_server:
            provider_server.answer(json={"sub": "42", "email": "olga@example.com"}, path="/good")
            provider_server.answer(json={"error": "invalid_token"}, path="/bad")
            provider_server.answer(json={"sub": "77", "email": "x@example.com"}, path="/stranger")
            provider = self.rpc(
                "auth.oauth.provider", "create",
                {"name": "Loopback", "body": "Loopback", "enabled": True, "client_id": "x",
                 "auth_endpoint": "https://example.com", "validation_endpoint": "x"},
            )  # fmt: skip
            vals = {"oauth_provider_id": provider, "oauth_uid": "42"}
            self.rpc("res.users", "write", [self.uids["olga"]], vals)
            state = json.dumps({"d": self.name, "p": provider})
            query = urlencode({"access_token": OAUTH_TOKEN, "state": state})
            for path, scope, row in (
                ("/good", "b2b", ("olga", "login", "success", None, "oauth", "web")),
                ("/bad", "b2b", ("oauth", "login", "failure", "oauth_denied", "oauth", "web")),
                ("/stranger", "b2b", ("oauth", "login", "failure", "oauth_denied", "oauth", "web")),
                ("/stranger", "b2c", ("x@example.com", "login", "success", None, "oauth", "web")),
            ):
                endpoint = {"validation_endpoint": provider_server.url + path}
                self.rpc("auth.oauth.provider", "write", [provider], endpoint)
                self.set_parameters({"auth_signup.invitation_scope": scope})
                with self.subTest(path=path, scope=scope), self.assertRows(row):
                    answer = Visitor(self.server).get(f"/auth_oauth/signin?{query}")
                    self.assertEqual(answer.status_code, 303)

    # together

    def test_many_at_once_lose_nothing(self):
        times = size(40, 1000)

        def attempt(number):
            login, password = (("anna", PASSWORD), ("anna", WRONG), ("nobody", WRONG))[number % 3]
            visitor = Visitor(self.server)
            return bool(visitor.authenticate(self.name, login, password))

        mark = self.newest()
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(attempt, range(times)))

        self.assertEqual(sum(outcomes), len(range(0, times, 3)))
        rows = self.rows_after(mark, ("attempted_login", "result"))
        self.assertEqual(rows.count(("anna", "success")), len(range(0, times, 3)))
        self.assertEqual(rows.count(("anna", "failure")), len(range(1, times, 3)))
        self.assertEqual(rows.count(("nobody", "failure")), len(range(2, times, 3)))
        self.assertEqual(len(rows), times)

    def test_no_credential_in_a_dump(self):
        key, never = self.make_key("paz"), "canary-Zx81-never-a-key"
        self.canaries.add(never)
        for credential in (key, never):
            headers = {"Authorization": f"Bearer {credential}"}
            self.visitor.post("/json/2/res.users/search_count", json={}, headers=headers)
            self.xmlrpc("common").authenticate(self.name, "paz", credential, {})
        for password in (PASSWORD, WRONG):
            Visitor(self.server).sign_in("anna", password)
            Visitor(self.server).sign_in("nobody", password)

        env = {**os.environ, **self.odoo.database_env}
        done = subprocess.run(
            ["pg_dump", self.name], env=env, capture_output=True, text=True, check=True
        )

        self.assertIn("nobody", done.stdout)
        for canary in self.canaries:
            self.assertFalse(canary in done.stdout, "a credential is in the dump")
