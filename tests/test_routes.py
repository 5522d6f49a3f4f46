"""Every route of ours, read from the registry: listed with who may call it, closed to strangers
where it must be, and never broken by a call that makes no sense."""

import json
import re

from toolbox import databases, paths

from .support import TIMEOUT_S, ServerCase, knocking_session

LIST = paths.ROOT / "tests" / "routes.txt"
PORTAL = "routes_portal"
#: What a route of ours may answer with when it refuses; anything else is a fault of its code.
REFUSALS = {
    "odoo.exceptions.AccessDenied", "odoo.exceptions.AccessError", "odoo.exceptions.MissingError",
    "odoo.exceptions.UserError", "odoo.exceptions.ValidationError",
    "odoo.http.SessionExpiredException", "werkzeug.exceptions.BadRequest",
    "werkzeug.exceptions.Forbidden", "werkzeug.exceptions.NotFound",
    "werkzeug.exceptions.TooManyRequests", "werkzeug.exceptions.Unauthorized",
}  # fmt: skip
#: Answered from the supporter's own server, which the test has none of.
ELSEWHERE = {"/fusion_helpdesk/attachment/<int:ticket_id>/<int:attachment_id>"}
SIGN_IN = re.compile(r"/web/login\b")
EXPIRED = 100  # of JSON-RPC: nobody is signed in
NO_ONE = 999_999_999


def write_row(route):
    guard = "csrf" if route["csrf"] else "-"
    methods = "+".join(route["methods"]) if route["type"] == "http" else "POST"
    return f"{route['auth']:<7} {route['type']:<8} {methods:<9} {guard:<5} {route['path']}"


def fill(path):
    """:return: the path with a record that is not there, and a token that nobody was given"""

    def replace(match):
        kind, choices = match[1] or "string", match[2]
        if kind == "any":
            return choices.split(",")[0]
        return str(NO_ONE) if kind in ("int", "model") else "unknown-token"

    return re.sub(r"<(?:([a-z]+)(?:\(([^)]*)\))?:)?\w+>", replace, path)


class TestRoutes(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        addons = ",".join(paths.own_addons())
        answer = databases.run_script(
            cls.odoo, cls.name, "routes.py", "routes", "reading the routes", FUSION_ADDONS=addons
        )
        line = next(line for line in answer.splitlines() if line.startswith("ROUTES="))
        cls.routes = json.loads(line.removeprefix("ROUTES="))
        cls.rpc(
            "res.users",
            "create",
            {"name": "Portal", "login": PORTAL, "password": PORTAL,
             "group_ids": [(6, 0, [cls.ref("base.group_portal")])]},
        )  # fmt: skip

    def sign_in(self, login):
        session = knocking_session()
        if login:
            answer = session.post(
                f"{self.server.url}/web/session/authenticate",
                json={"params": {"db": self.name, "login": login, "password": login}},
                timeout=TIMEOUT_S,
            ).json()
            self.assertTrue(answer["result"]["uid"])
        return session

    def ask(self, session, route, method):
        url = self.server.url + fill(route["path"])
        options = {"timeout": TIMEOUT_S, "allow_redirects": False}
        if route["type"] != "http":
            options["json"] = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": {}}
        return session.request(method, url, **options)

    def get_methods(self, route):
        return route["methods"] if route["type"] == "http" else ["POST"]

    def test_every_route_is_listed(self):
        rows = [row for row in LIST.read_text().splitlines() if row and not row.startswith("#")]
        self.assertGreater(len(rows), 200)
        self.assertEqual(sorted(map(write_row, self.routes)), rows)

    def test_a_stranger_is_sent_to_sign_in(self):
        session = self.sign_in(None)
        private = [route for route in self.routes if route["auth"] == "user"]
        self.assertGreater(len(private), 50)
        for route in private:
            for method in self.get_methods(route):
                with self.subTest(f"{method} {route['path']}"):
                    answer = self.ask(session, route, method)
                    if route["type"] == "http" and answer.status_code == 303:
                        self.assertRegex(answer.headers["Location"], SIGN_IN)
                    elif route["type"] == "http":
                        self.assertIn(answer.status_code, (400, 403, 404))
                    else:
                        self.assertEqual(answer.json()["error"]["code"], EXPIRED)

    def test_a_form_without_its_token_changes_nothing(self):
        """A page elsewhere can make a browser send a form, but cannot know the token."""
        for login in (None, PORTAL, "admin"):
            session = self.sign_in(login)
            for route in self.routes:
                if route["csrf"] and "POST" in route["methods"]:
                    with self.subTest(f"{login} {route['path']}"):
                        answer = self.ask(session, route, "POST")
                        self.assertIn(answer.status_code, (303, 400, 403, 404))
                        if answer.status_code == 303:
                            self.assertRegex(answer.headers["Location"], SIGN_IN)

    def test_a_call_that_makes_no_sense_breaks_nothing(self):
        for login in (None, PORTAL, "admin"):
            session = self.sign_in(login)
            for route in self.routes:
                for method in self.get_methods(route):
                    with self.subTest(f"{login} {method} {route['path']}"):
                        answer = self.ask(session, route, method)
                        if answer.status_code != 503 or route["path"] not in ELSEWHERE:
                            self.assertLess(answer.status_code, 500)
                        if route["type"] == "jsonrpc":
                            self.assert_refusal(answer.json().get("error"))

    def assert_refusal(self, error):
        """:param error: of JSON-RPC; a call without its required arguments is a refusal, too"""
        data = (error or {}).get("data", {})
        is_incomplete = data.get("name") == "builtins.TypeError" and re.search(
            r"missing \d+ required", data["message"]
        )
        if error and not is_incomplete:
            self.assertIn(data["name"], REFUSALS, data.get("message"))
