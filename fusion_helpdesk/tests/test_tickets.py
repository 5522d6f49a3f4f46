from odoo import fields
from odoo.tests import HttpCase, TransactionCase, tagged

from .common import PNG, HelpdeskMixin

HOSTILE = (
    '<p onclick="x()">Hi<script>alert(1)</script></p><form action="/x"><input name="a"></form>'
    '<img src="https://track.example.com/p.png" onerror="x()"/><img src="/web/image/7"/>'
    '<a href="javascript:x()">bad</a><a href="https://example.com">good</a>'
    '<iframe src="https://example.com"></iframe><div style="position:fixed">over</div>'
)


class TicketCases(HelpdeskMixin):
    """The same tests over both transports."""

    allow_inherited_tests_method = True

    def test_the_list_is_the_users_own(self):
        mine = self.central.add_ticket(self.anna.id, "home@example.com", "Mine")
        by_mail = self.central.add_ticket(0, "anna@example.com", "By mail")
        self.central.add_ticket(self.ben.id, "ben@example.com", "His")
        self.central.add_message(mine, "Answer")

        answer = self.service()._my_tickets()

        self.assertEqual(
            [(row["id"], row["has_unread"]) for row in answer["tickets"]],
            [(by_mail, False), (mine, True)],
        )
        self.assertEqual(
            answer["tickets"][1],
            {"id": mine, "ref": f"HT{mine:05}", "subject": "Mine", "stage": "New",
             "is_closed": False, "last_update": "2026-11-20 14:00:00", "has_unread": True,
             "reporter": "Anna", "engagement_state": "none", "engagement_name": ""},
        )  # fmt: skip
        self.assertEqual(
            {name: answer[name] for name in ("ok", "total", "scope", "is_admin", "outbox",
                                             "offline")},
            {"ok": True, "total": 2, "scope": "mine", "is_admin": False, "outbox": [],
             "offline": False},
        )  # fmt: skip
        self.assertEqual(len(self.central.calls), 1)

    def test_all_is_for_admins_at_that_moment(self):
        self.central.add_ticket(self.ben.id, "ben@example.com", "His")

        self.assertEqual(self.service()._my_tickets(scope="all")["tickets"], [])
        self.assertEqual(self.service()._my_tickets(scope="all")["scope"], "mine")
        answer = self.service(self.boss)._my_tickets(scope="all")
        self.assertEqual((len(answer["tickets"]), answer["scope"]), (1, "all"))
        answer = self.service(self.boss)._my_tickets()
        self.assertEqual(
            (len(answer["tickets"]), answer["scope"], answer["is_admin"]), (0, "mine", True)
        )
        self.boss.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.service(self.boss)._my_tickets(scope="all")["scope"], "mine")
        asked = [payload["identity"]["all"] for payload in self.central.named("list_tickets")]
        self.assertEqual(asked, [False, False, True, False, False])

    def test_what_the_browser_asks_is_bounded(self):
        self.service()._my_tickets("mine", -5, 10_000, "x" * 900 + "\x00", "drop table")
        self.service()._my_tickets("mine", "2", None, None, None)

        first, second = self.central.named("list_tickets")
        self.assertEqual((first["offset"], first["limit"], first["state"]), (0, 80, "all"))
        self.assertEqual(first["search"], "x" * 200)
        self.assertEqual(
            (second["offset"], second["limit"], second["search"], second["state"]),
            (0, 40, "", "all"),
        )

    def test_filters_reach_central(self):
        self.central.add_ticket(self.anna.id, subject="Printer", is_closed=True)
        self.central.add_ticket(self.anna.id, subject="Scanner")

        def found(**values):
            return [row["subject"] for row in self.service()._my_tickets(**values)["tickets"]]

        self.assertEqual(found(state="open"), ["Scanner"])
        self.assertEqual(found(state="closed"), ["Printer"])
        self.assertEqual(found(search="print"), ["Printer"])
        self.assertEqual(found(offset=1, limit=1), ["Printer"])

    def test_central_down_shows_what_waits(self):
        self.stop_central()
        files = [{"name": "a", "mimetype": "text/plain", "data": "eA=="}]
        self.submit(subject="Kept", draft_uuid="k", attachments=files)

        answer = self.service()._my_tickets()

        self.assertEqual((answer["ok"], answer["offline"], answer["tickets"]), (True, True, []))
        row = self.rows()
        self.assertEqual(
            answer["outbox"],
            [{"id": row.id, "subject": "Kept", "kind": "ticket", "state": "queued", "attempts": 1,
              "error": row.last_error, "created": fields.Datetime.to_string(row.create_date),
              "ticket_id": False, "is_mine": True,
              "draft": {"uuid": "k", "lost_files": ["a"], "kind": "bug", "subject": "Kept",
                        "description": "It smokes", "reply_email": "anna@example.com"}}],
        )  # fmt: skip
        self.assertEqual(self.service(self.ben)._my_tickets()["outbox"], [])
        shown = self.service(self.boss)._my_tickets(scope="all")["outbox"]
        self.assertEqual([(item["id"], item["draft"]) for item in shown], [(row.id, False)])
        self.assertEqual(self.service(self.boss)._my_tickets()["outbox"], [])

    def test_a_thread_is_shown_and_marked_seen(self):
        ticket = self.central.add_ticket(self.anna.id, subject="Mine", kind="bug")
        self.central.add_message(ticket, "<p>Secret note</p>", subtype_is_internal=True)
        last = self.central.add_message(
            ticket, "<p>Try this</p>",
            attachments=[{"id": 9, "name": "a.png", "mimetype": "image/png", "size": 70}],
        )  # fmt: skip

        answer = self.service()._ticket_detail(ticket)

        self.assertEqual(
            answer["messages"],
            [{"id": last, "author": "Sam Support", "is_support": True,
              "date": "2026-11-21 15:00:00", "body": "<div><p>Try this</p></div>",
              "attachments": [{"id": 9, "name": "a.png", "mimetype": "image/png", "size": 70}]}],
        )  # fmt: skip
        self.assertEqual(
            {name: answer[name] for name in ("id", "ref", "subject", "stage", "is_closed", "kind",
                                             "can_reply", "ticket_url", "engagement")},
            {"id": ticket, "ref": f"HT{ticket:05}", "subject": "Mine", "stage": "New",
             "is_closed": False, "kind": "bug", "can_reply": True,
             "ticket_url": "https://central.example.com/t",
             "engagement": {"state": "none", "name": False, "decided_at": False}},
        )  # fmt: skip
        seen = self.env["fusion.helpdesk.ticket.seen"].with_user(self.anna)
        self.assertEqual(seen._seen_map([ticket]), {ticket: last})
        self.assertFalse(self.service()._my_tickets()["tickets"][0]["has_unread"])
        self.assertEqual(len(self.central.named("get_ticket")), 1)

    def test_what_is_not_mine_is_not_found_in_the_same_words(self):
        his = self.central.add_ticket(self.ben.id)
        answers = [self.service()._ticket_detail(number) for number in (his, 999, 0, -1, 2**31)]

        self.assertEqual(
            {tuple(answer.items()) for answer in answers},
            {(("ok", False), ("error", "not_found"), ("message", "This ticket is not available."))},
        )
        self.assertEqual([p["ticket_id"] for p in self.central.named("get_ticket")], [his, 999])
        self.assertTrue(self.service(self.boss)._ticket_detail(his)["ok"])
        self.assertFalse(
            self.env["fusion.helpdesk.ticket.seen"].search([("user_id", "=", self.anna.id)])
        )

    def test_a_hostile_central_runs_nothing(self):
        ticket = self.central.add_ticket(self.anna.id, url="javascript:alert(1)")
        self.central.add_message(ticket, HOSTILE)

        answer = self.service()._ticket_detail(ticket)

        body = answer["messages"][0]["body"]
        for bad in ("script", "onclick", "onerror", "<form", "<input", "iframe", "fixed",
                    'src="https', "/web/image"):  # fmt: skip
            self.assertNotIn(bad, body.replace("data-src", ""))
        self.assertIn('data-src="https://track.example.com/p.png"', body)
        self.assertIn('href="https://example.com"', body)
        self.assertFalse(answer["ticket_url"])

    def test_odd_answers_of_central_break_nothing(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.central.messages[ticket] = ["text", {"id": "x", "attachments": [5, {"id": "y"}]}]
        self.central.tickets["odd"] = {**self.central.tickets[ticket], "id": "odd"}

        answer = self.service()._ticket_detail(ticket)
        self.assertEqual(len(answer["messages"]), 1)
        self.assertEqual(answer["messages"][0]["attachments"], [])
        rows = self.service()._my_tickets()["tickets"]
        self.assertEqual([row["id"] for row in rows], [ticket])

    def test_a_waiting_reply_stands_in_the_thread(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.central.fail("close")
        self.assertTrue(self.service()._ticket_reply(ticket, "Kept", uuid="r")["queued"])
        self.close_breaker()

        waiting = self.service()._ticket_detail(ticket)["waiting"]

        self.assertEqual([(row["state"], row["draft"]["body"]) for row in waiting],
                         [("queued", "Kept")])  # fmt: skip

    def test_central_down_a_thread_says_so(self):
        self.central.fail("close")
        answer = self.service()._ticket_detail(5)
        self.assertEqual((answer["ok"], answer["error"]), (False, "unreachable"))

    def test_a_file_comes_through_central(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.central.add_message(ticket, "x", attachments=[
            {"id": 9, "name": "a.png", "mimetype": "image/png", "size": 70, "data": PNG}
        ])  # fmt: skip
        answer = self.service()._get_attachment(ticket, 9)
        self.assertEqual((answer["name"], answer["data"]), ("a.png", PNG))
        self.assertEqual(self.service()._get_attachment(ticket, 10)["error"], "not_found")
        self.assertEqual(len(self.central.named("get_attachment")), 2)

    def test_portal_users_ask_nothing(self):
        service = self.service(self.portal)
        for answer in (service._my_tickets(), service._ticket_detail(1), service._whoami(),
                       service._ticket_reply(1, "x")):  # fmt: skip
            self.assertEqual((answer["ok"], answer["error"]), (False, "forbidden"))
        self.assertEqual(service._get_attachment(1, 1)["error"], "not_found")
        self.assertEqual(service._outbox_action(1, "retry")["error"], "not_found")
        self.assertEqual(service._unread_count(), 0)
        self.assertFalse(self.central.calls)


@tagged("post_install", "-at_install")
class TestTicketsXmlRpc(TicketCases, TransactionCase):
    transport = "xmlrpc"


@tagged("post_install", "-at_install")
class TestTicketsJson2(TicketCases, TransactionCase):
    transport = "json2"


@tagged("post_install", "-at_install")
class TestRoutes(HelpdeskMixin, HttpCase):
    """The routes themselves, as the browser calls them."""

    def setUp(self):
        super().setUp()
        self.authenticate("fhd_anna", "fhd_anna")

    def ask(self, path, **params):
        return self.make_jsonrpc_request(f"/fusion_helpdesk/{path}", params)

    def test_a_story_by_routes(self):
        me = self.ask("whoami")
        self.assertEqual(
            {name: me[name] for name in ("name", "email", "email_valid", "is_admin",
                                         "client_label", "configured", "limits", "pending")},
            {"name": "Anna Reid", "email": "anna@example.com", "email_valid": True,
             "is_admin": False, "client_label": "ACME", "configured": True,
             "limits": {"max_files": 10, "max_file_mb": 10, "max_total_mb": 20}, "pending": 0},
        )  # fmt: skip
        sent = self.ask("submit", kind="feature", subject="Dark mode", description="Please",
                        reply_email="", attachments=[], context={}, include_context=False,
                        draft_uuid="d")  # fmt: skip
        self.assertEqual((sent["ok"], sent["queued"], sent["email_captured"]), (True, False, False))
        ticket = sent["ticket_id"]
        self.assertEqual(self.ask("my_tickets")["total"], 1)
        self.assertEqual(
            self.ask(f"ticket/{ticket}")["subject"], "[ACME] Feature Request: Dark mode"
        )
        reply = self.ask(f"ticket/{ticket}/reply", body="Hi", attachments=[], reply_uuid="r")
        self.assertEqual((reply["ok"], reply["queued"]), (True, False))
        self.assertEqual(self.ask("unread_count"), {"ok": True, "count": 0})
        self.assertEqual(self.ask("outbox/999999/retry")["error"], "not_found")

    def test_a_double_click_makes_one_ticket(self):
        for _click in range(2):
            self.ask("submit", kind="bug", subject="S", description="D", draft_uuid="same")
        self.assertEqual(len(self.central.tickets), 1)
        self.assertEqual(len(self.rows()), 1)

    def test_a_waiting_row_is_retried_and_discarded(self):
        self.central.fail(500, 500)
        files = [{"name": "a", "mimetype": "text/plain", "data": "eA=="}]
        first = self.ask("submit", kind="bug", description="D", draft_uuid="1", attachments=files)
        self.assertTrue(first["queued"])
        answer = self.ask(f"outbox/{first['outbox_id']}/retry")
        self.assertEqual((answer["ok"], answer["state"]), (True, "queued"))
        row = self.rows()
        self.assertTrue(row.attachment_ids)
        answer = self.ask(f"outbox/{row.id}/discard")
        self.assertEqual((answer["state"], answer["pending"]), ("discarded", 0))
        self.assertFalse(row.attachment_ids)
        self.assertFalse(row.payload)
        self.authenticate("fhd_ben", "fhd_ben")
        self.assertEqual(self.ask(f"outbox/{row.id}/retry")["error"], "not_found")

    def test_signed_out_people_reach_nothing(self):
        self.authenticate(None, None)
        response = self.url_open(
            "/fusion_helpdesk/submit",
            json={"params": {"kind": "bug", "description": "x"}},
        )
        self.assertIn("SessionExpired", response.text)
        self.assertFalse(self.rows())
        self.assertIn("/web/login", self.url_open("/fusion_helpdesk/attachment/1/1").url)

    def test_files_are_served_harmless(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.central.add_message(ticket, "x", attachments=[
            {"id": 9, "name": "a.png", "mimetype": "image/png", "size": 70, "data": PNG},
            {"id": 10, "name": "../x\r\n.html", "mimetype": "text/html", "size": 1, "data": "eA=="},
            {"id": 11, "name": "bad", "mimetype": "image/png", "size": 1, "data": "*"},
            {"id": 12, "name": "v.svg", "mimetype": "image/svg+xml", "size": 1, "data": "eA=="},
        ])  # fmt: skip

        def get(number, ticket_id=ticket):
            return self.url_open(f"/fusion_helpdesk/attachment/{ticket_id}/{number}")

        picture = get(9)
        self.assertEqual(picture.status_code, 200)
        self.assertEqual(picture.headers["Content-Type"], "image/png")
        self.assertTrue(picture.headers["Content-Disposition"].startswith("inline"))
        self.assertEqual(picture.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("sandbox", picture.headers["Content-Security-Policy"])
        for number in (10, 12):
            page = get(number)
            self.assertEqual((page.status_code, page.content), (200, b"x"))
            self.assertEqual(page.headers["Content-Type"], "application/octet-stream")
            self.assertTrue(page.headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(get(11).status_code, 503)
        self.assertEqual(get(13).status_code, 404)
        self.assertEqual(get(9, 2**31).status_code, 404)
        self.central.fail("close")
        self.assertEqual(get(9).status_code, 503)
