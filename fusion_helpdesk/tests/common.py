"""A central on 127.0.0.1 that speaks both transports and can misbehave."""

import base64
import json
import xmlrpc.client

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.fusion_base.tests.common import Answer, LoopbackServer

DB, LOGIN, KEY, UID = "central", "fusion-helpdesk+ACME", "k" * 36 + "9xyz", 42
PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()


class Central:
    """``calls`` holds (method, payload) of every gateway call that arrived whole; ``tickets`` what
    was stored. Faults given to :meth:`fail` are used up one per gateway call:

    ``close`` hangs up, ``lost`` stores and then hangs up, ``garbage`` answers nonsense, a number
    is an HTTP status, ``fault1`` to ``fault4`` are XML-RPC faults (their HTTP status on JSON-2), a
    dict is the gateway's own answer.
    """

    def __init__(self):
        self.calls = []
        self.faults = []
        self.logins = 0
        self.key = KEY
        self.label = "ACME"
        self.features = []
        self.notices = []
        self.flags = {}
        self.server_time = None
        self.tickets = {}
        self.messages = {}
        self.results = {}
        self._next_id = 100
        self.server = LoopbackServer()
        self.server.answer(make=self._answer)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *exc):
        self.server.__exit__(*exc)

    @property
    def url(self):
        return self.server.url

    def fail(self, *faults):
        self.faults += faults

    def named(self, method):
        """:return: the payloads of a method, in order"""
        return [payload for name, payload in self.calls if name == method]

    def new_id(self):
        self._next_id += 1
        return self._next_id

    def add_ticket(self, uid=0, email="", subject="Printer", **values):
        """:return: id of a ticket, with one message of support when ``answered``"""
        ticket_id = self.new_id()
        self.tickets[ticket_id] = {
            "id": ticket_id, "ref": f"HT{ticket_id:05}", "subject": subject, "stage": "New",
            "is_closed": False, "last_update": "2026-11-20 14:00:00", "last_support_msg_id": 0,
            "reporter": "Anna", "partner_email": email, "reporter_uid": uid,
            "engagement_state": "none", **values,
        }  # fmt: skip
        self.messages[ticket_id] = []
        return ticket_id

    def add_message(self, ticket_id, body, is_support=True, **values):
        message_id = self.new_id()
        self.messages[ticket_id].append(
            {"id": message_id, "author": "Sam Support" if is_support else "Anna",
             "is_support": is_support, "date": "2026-11-21 15:00:00", "body": body,
             "subtype_is_internal": False, "attachments": [], **values}
        )  # fmt: skip
        if is_support:
            self.tickets[ticket_id]["last_support_msg_id"] = message_id
        return message_id

    # The two languages

    def _answer(self, received):
        if received.path.startswith("/json/2/"):
            return self._answer_json2(received)
        params, name = xmlrpc.client.loads(received.body)
        if received.path == "/xmlrpc/2/common":
            self.logins += 1
            is_right = tuple(params) == (DB, LOGIN, self.key, {})
            return _xml(UID if is_right else False)
        if tuple(params[:3]) != (DB, UID, self.key):
            return _xml(xmlrpc.client.Fault(3, "Access Denied"))
        assert (name, params[3], params[5]) == ("execute_kw", "fusion.helpdesk.gateway", [])
        return self._serve(params[4], params[6]["payload"], _xml)

    def _answer_json2(self, received):
        if received.headers["Authorization"] != f"bearer {self.key}":
            return Answer(401)
        assert received.headers["X-Odoo-Database"] == DB
        return self._serve(received.path.rpartition("/")[2], received.json()["payload"], _json)

    def _serve(self, method, payload, pack):
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault == "lost":
            self.calls.append((method, payload))
            answer = pack({"ok": True, "api": 1, "label": self.label, **self._do(method, payload)})
            return Answer(action="close") if fault == "lost" else answer
        if fault == "close":
            return Answer(action="close")
        if fault == "garbage":
            return Answer(body=b"<html>It works!")
        if isinstance(fault, int):
            return Answer(fault, body=b"nothing")
        if isinstance(fault, dict):
            self.calls.append((method, payload))
            return pack({"ok": False, "message": "", **fault})
        if pack is _json:
            return Answer({"1": 500, "2": 500, "3": 401, "4": 403}[fault[-1]])
        return _xml(xmlrpc.client.Fault(int(fault[-1]), "Traceback: secret-of-central"))

    # The gateway

    def _do(self, method, payload):
        return getattr(self, f"_do_{method}")(payload)

    def _do_ping(self, _payload):
        now = self.server_time or fields.Datetime.to_string(fields.Datetime.now())
        return {"client": "Acme", "server_time": now, "version": "19.0.1.0.0",
                "features": self.features, "notices": self.notices}  # fmt: skip

    def _do_submit_ticket(self, payload):
        if payload["uuid"] in self.results:
            return {**self.results[payload["uuid"]], "duplicate": True}
        vals, identity = payload["vals"], payload["identity"]
        ticket_id = self.add_ticket(
            identity["uid"], vals.get("partner_email", ""), vals["name"], kind=payload["kind"],
            reporter=identity["name"], vals=vals, files=payload["attachments"],
        )  # fmt: skip
        ref = self.tickets[ticket_id]["ref"]
        result = {"ticket_id": ticket_id, "ref": ref, "url": f"https://central.example.com/{ref}",
                  "duplicate": False, "email_captured": bool(vals.get("partner_email")),
                  "warnings": []}  # fmt: skip
        self.results[payload["uuid"]] = result
        return result

    def _do_post_reply(self, payload):
        if payload["uuid"] in self.results:
            return {**self.results[payload["uuid"]], "duplicate": True}
        message_id = self.add_message(
            payload["ticket_id"], payload["body"], is_support=False,
            author=payload["identity"]["name"],
        )  # fmt: skip
        result = {"message_id": message_id, "duplicate": False}
        self.results[payload["uuid"]] = result
        return result

    def _in_scope(self, payload):
        identity = payload["identity"]
        return [
            ticket
            for ticket in self.tickets.values()
            if identity["all"]
            or ticket["reporter_uid"] == identity["uid"]
            or (ticket["partner_email"] and ticket["partner_email"] == identity["email"])
        ]

    def _do_list_tickets(self, payload):
        found = [
            {name: value for name, value in ticket.items() if name not in ("vals", "files")}
            for ticket in self._in_scope(payload)
            if payload["search"].lower() in (ticket["subject"] + ticket["ref"]).lower()
            and payload["state"] in ("all", "closed" if ticket["is_closed"] else "open")
        ][::-1]
        page = found[payload["offset"] : payload["offset"] + payload["limit"]]
        scope = "all" if payload["identity"]["all"] else "mine"
        return {"tickets": page, "total": len(found), "scope": scope}

    def _do_get_ticket(self, payload):
        ticket = self.tickets.get(payload["ticket_id"])
        if not ticket or ticket not in self._in_scope(payload):
            return {"ok": False, "error": "not_found", "message": "Not available"}
        shown = {name: value for name, value in ticket.items() if name not in ("vals", "files")}
        return {
            "ticket": {
                "kind": "bug", "url": "https://central.example.com/t",
                "engagement": {"state": ticket["engagement_state"], "name": "", "decided_at": ""},
                **shown, **self.flags,
            },
            "messages": self.messages[ticket["id"]],
            "has_more": False,
        }  # fmt: skip

    def _do_digest(self, _payload):
        names = ("id", "partner_email", "reporter_uid", "last_support_msg_id", "is_closed")
        rows = [{name: ticket[name] for name in names} for ticket in self.tickets.values()]
        return {"rows": rows, "cursor": "2026-11-21 15:00:00"}

    def _do_get_attachment(self, payload):
        for message in self.messages.get(payload["ticket_id"], []):
            for file in message["attachments"]:
                if file["id"] == payload["attachment_id"]:
                    return {name: file[name] for name in ("name", "mimetype", "data")}
        return {"ok": False, "error": "not_found", "message": "Not available"}

    def _do_set_contact(self, payload):
        return {"owner_email": payload["contact"]["owner_email"]}

    def _do_set_state(self, payload):
        ticket = self.tickets[payload["ticket_id"]]
        ticket["is_closed"] = payload["action"] == "close"
        ticket["stage"] = "Closed" if ticket["is_closed"] else "New"
        return {"stage": ticket["stage"]}

    def _do_rate(self, payload):
        ticket = self.tickets[payload["ticket_id"]]
        ticket["rating"] = payload["rating"]
        return {"stage": ticket["stage"]}

    def _do_similar_tickets(self, payload):
        found = [
            {name: ticket[name] for name in ("id", "ref", "subject", "stage")}
            for ticket in self.tickets.values()
            if payload["query"].lower() in ticket["subject"].lower()
        ]
        return {"tickets": found[:5]}

    def _do_subscribe(self, _payload):
        return {}


def _xml(value):
    body = xmlrpc.client.dumps(
        value if isinstance(value, xmlrpc.client.Fault) else (value,), methodresponse=True
    )
    return Answer(body=body.encode(), headers={"Content-Type": "text/xml"})


def _json(value):
    return Answer(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})


class HelpdeskMixin:
    """Beside ``TransactionCase`` or ``HttpCase``: a central, connected, and three people."""

    transport = "xmlrpc"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fusion.helpdesk.outbox"].search([]).unlink()
        cls.env["fusion.helpdesk.ticket.digest"].search([]).unlink()
        cls.env["fusion.helpdesk.ticket.seen"].search([]).unlink()
        cls.state = cls.env["fusion.helpdesk.client.state"].search([])
        cls.state.write(
            {"digest_cursor": False, "breaker_until": False, "breaker_url": False,
             "features": False, "notices": False, "last_ok_at": False}
        )  # fmt: skip
        cls.anna = new_test_user(
            cls.env, "fhd_anna", name="Anna Reid", email="anna@example.com", tz="America/Toronto"
        )
        cls.ben = new_test_user(cls.env, "fhd_ben", name="Ben Roy", email="ben@example.com")
        cls.boss = new_test_user(
            cls.env, "fhd_boss", name="Bea Boss", email="boss@example.com",
            groups="base.group_user,fusion_helpdesk.group_reporter_admin",
        )  # fmt: skip
        if "odoobot_state" in cls.env["res.users"]._fields:  # its chat covers a phone's screen
            (cls.anna + cls.ben + cls.boss).odoobot_state = "disabled"
        cls.portal = new_test_user(cls.env, "fhd_portal", groups="base.group_portal")
        cls.central = Central()
        cls.addClassCleanup(cls.central.__exit__, None, None, None)
        cls.central.__enter__()
        cls.connect(
            remote_url=cls.central.url, remote_db=DB, remote_login=LOGIN, remote_api_key=KEY,
            transport=cls.transport, client_label="ACME", remote_uid="", last_error="",
            owner_email="", owner_name="", owner_managed="",
        )  # fmt: skip

    @classmethod
    def connect(cls, **values):
        for name, value in values.items():
            cls.env["ir.config_parameter"].sudo().set_param(f"fusion_helpdesk.{name}", value)

    def setUp(self):
        super().setUp()
        central = self.central
        central.calls.clear()
        central.faults.clear()
        central.tickets.clear()
        central.messages.clear()
        central.results.clear()
        central.key, central.features, central.notices = KEY, [], []
        central.flags = {}
        central.label, central.server_time, central.logins = "ACME", None, 0

    def service(self, user=None):
        return self.env["fusion.helpdesk.service"].with_user(user or self.anna)

    def submit(self, user=None, **values):
        given = {"kind": "bug", "subject": "Printer", "description": "It smokes", **values}
        return self.service(user)._submit(given)

    def rows(self):
        return self.env["fusion.helpdesk.outbox"].search([])

    def stop_central(self):
        """Nobody listens at that port any more."""
        with LoopbackServer() as gone:
            url = gone.url
        self.connect(remote_url=url)

    def close_breaker(self):
        self.state._put(breaker_until=None, breaker_url=None)

    def make_due(self):
        self.rows().write({"next_attempt_at": fields.Datetime.now()})
