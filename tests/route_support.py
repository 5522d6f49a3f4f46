"""Every route of ours, read from the registry of a running server, and what it may refuse with."""

import json
import re

from toolbox import databases, paths

from .support import TIMEOUT_S, ServerCase, knocking_session

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


def fill_path(path, choose):
    """:param choose: called with the converter (``int``, ``string``, ``model``, ``any``…) and its
        arguments
    :return: the path with a text in place of each of its arguments"""
    return re.sub(
        r"<(?:([a-z]+)(?:\(([^)]*)\))?:)?\w+>",
        lambda match: choose(match[1] or "string", match[2]),
        path,
    )


class RoutesCase(ServerCase):
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

    def get_methods(self, route):
        return route["methods"] if route["type"] == "http" else ["POST"]

    def find_fault(self, route, answer):
        """:return: what a refusal may not be, in words; "" for any good answer or refusal"""
        if answer.status_code >= 500:
            is_elsewhere = answer.status_code == 503 and route["path"] in ELSEWHERE
            return "" if is_elsewhere else f"HTTP {answer.status_code}"
        if route["type"] != "jsonrpc" or answer.status_code >= 300:
            return ""
        data = (answer.json().get("error") or {}).get("data", {})
        is_incomplete = data.get("name") == "builtins.TypeError" and re.search(
            r"missing \d+ required", data["message"]
        )
        if not data or is_incomplete or data["name"] in REFUSALS:
            return ""
        return f"{data['name']}: {data.get('message')}"
