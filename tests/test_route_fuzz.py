"""Random arguments to every route of ours: whatever is sent, the answer is a result or a refusal,
never a fault of the code."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from .route_support import PORTAL, RoutesCase, fill_path
from .support import TIMEOUT_S, size

#: Watched by us and answered by Odoo, which breaks on a body that is none of its protocol, and
#: redirects to an address of any length.
ODOO_S = ("/jsonrpc", "/xmlrpc", "/web/login")
CASES = size(1_500, 50_000)
CLIENTS = 4
TEXTS = (
    "", " ", "a", "1", "-1", "0", "true", "null", "None", "[]", "{}", "[1, 2]", '{"a": 1}', "NaN",
    "1e999", "2026-02-30", "2026-05-02", "2026-05-02T25:61:00Z", "9999-12-31 23:59:59", "%", "%%s",
    "' OR 1=1 --", "<script>alert(1)</script>", "../../../etc/passwd", "\u0000", "\ud800",
    "\u202egnp", "\U0001f600", "x" * 300, "x" * 70_000, "data:image/png;base64,AAAA", "AAAA",
    "https://127.0.0.1/", "en_CA", "fr_CA", "America/Toronto", "res.users", "password", "__class__",
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, -1, 7.5, 1e308, 2**31, 2**63, 10**30)
OTHERS = (None, True, False, [], {}, [1], [None], [[]], [{}], {"id": 1}, {"a": {"b": [1, "c"]}})


class Dice(random.Random):
    def value(self):
        kind = self.random()
        if kind < 0.4:
            return self.choice(TEXTS)
        return self.choice(NUMBERS if kind < 0.7 else OTHERS)

    def text(self):
        return str(self.choice(TEXTS) if self.random() < 0.7 else self.choice(NUMBERS))

    def path_part(self, kind, choices):
        if kind == "any":
            return self.choice(choices.split(","))
        if kind in ("int", "model"):
            return str(self.choice((0, 1, 2, 7, 2**31, 2**63)))
        return quote(self.text().replace("\ud800", "")[:500] or "x", safe="")

    def params(self, names):
        """Some of the arguments, sometimes one that the route does not know."""
        chosen = [name for name in names if self.random() < 0.8]
        return {name: self.value() for name in chosen}


class TestRouteFuzz(RoutesCase):
    workers = 2
    options = ("--limit-time-real=60",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.routes = [one for one in cls.routes if not one["path"].startswith(ODOO_S)]
        cls.faults = {}  # {(path, method, fault): its first case}

    def read_token(self, session):
        """:return: the form token of a session"""
        page = session.get(f"{self.server.url}/web/login", timeout=TIMEOUT_S).text
        found = re.search(r'csrf_token: "([^"]+)"', page)
        self.assertTrue(found)
        return found[1]

    def call(self, client, number):
        login, session, token = client
        dice = Dice(number)
        route = dice.choice(self.routes)
        method = dice.choice(self.get_methods(route))
        url = self.server.url + fill_path(route["path"], dice.path_part)
        options = {"timeout": TIMEOUT_S, "allow_redirects": False}
        params = dice.params(route["params"])
        if route["type"] != "http":
            options["json"] = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        else:
            texts = {name: dice.text().replace("\ud800", "") for name in params}
            if method == "GET":
                options["params"] = {name: text[:2000] for name, text in texts.items()}
            else:
                options["data"] = {**texts, "csrf_token": token}
        answer = session.request(method, url, **options)
        fault = self.find_fault(route, answer)
        if fault:
            key = (route["path"], method, re.sub(r"\d+", "#", fault)[:90])
            self.faults.setdefault(key, (number, login, str(params)[:200]))

    def make_users(self):
        """:return: [(login, session, form token)]"""
        users = []
        for login in (None, PORTAL, "admin"):
            session = self.sign_in(login)
            users.append((login, session, self.read_token(session)))
        return users

    def work(self, first, users):
        """One client: its own share of the cases, as each user in turn."""
        for number in range(first, CASES, CLIENTS):
            self.call(users[number // CLIENTS % len(users)], number)

    def test_no_answer_is_a_fault(self):
        # One after the other: Odoo itself refuses two first sign-ins of one person at once.
        users = [self.make_users() for _client in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(self.work, range(CLIENTS), users))
        shown = "\n".join(f"{key}: {first}" for key, first in sorted(self.faults.items()))
        self.assertFalse(shown, shown)
