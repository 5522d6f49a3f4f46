"""Every route of ours, read from the registry: listed with who may call it, closed to strangers
where it must be, and never broken by a call that makes no sense."""

import re

from toolbox import paths

from .route_support import PORTAL, RoutesCase, fill_path
from .support import TIMEOUT_S

LIST = paths.ROOT / "tests" / "routes.txt"
SIGN_IN = re.compile(r"/web/login\b")
EXPIRED = 100  # of JSON-RPC: nobody is signed in
NO_ONE = 999_999_999


def write_row(route):
    guard = "csrf" if route["csrf"] else "-"
    methods = "+".join(route["methods"]) if route["type"] == "http" else "POST"
    return f"{route['auth']:<7} {route['type']:<8} {methods:<9} {guard:<5} {route['path']}"


def choose_nobody(kind, choices):
    """:return: a record that is not there, or a token that nobody was given"""
    if kind == "any":
        return choices.split(",")[0]
    return str(NO_ONE) if kind in ("int", "model") else "unknown-token"


class TestRoutes(RoutesCase):
    def ask(self, session, route, method):
        url = self.server.url + fill_path(route["path"], choose_nobody)
        options = {"timeout": TIMEOUT_S, "allow_redirects": False}
        if route["type"] != "http":
            options["json"] = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": {}}
        return session.request(method, url, **options)

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
                        self.assertEqual(self.find_fault(route, answer), "")
