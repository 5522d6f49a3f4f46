from odoo.tests import HttpCase, TransactionCase, tagged

from .common import HelpdeskMixin


@tagged("post_install", "-at_install")
class TestMore(HelpdeskMixin, TransactionCase):
    def test_closing_and_reopening(self):
        ticket = self.central.add_ticket(self.anna.id)
        self.assertEqual(
            self.service()._set_state(ticket, "close"), {"ok": True, "stage": "Closed"}
        )
        self.assertEqual(self.service()._set_state(ticket, "reopen"), {"ok": True, "stage": "New"})
        self.assertEqual(
            [(p["ticket_id"], p["action"]) for p in self.central.named("set_state")],
            [(ticket, "close"), (ticket, "reopen")],
        )

    def test_rating(self):
        ticket = self.central.add_ticket(self.anna.id)
        answer = self.service()._rate(ticket, 5, "Quick\x00!" + "x" * 3000)
        self.assertEqual(answer, {"ok": True, "stage": "New"})
        [payload] = self.central.named("rate")
        self.assertEqual((payload["rating"], payload["feedback"][:6]), (5, "Quick!"))
        self.assertEqual(len(payload["feedback"]), 2000)
        for wrong in (0, 2, "5", None, True, 5.5):
            self.assertEqual(self.service()._rate(ticket, wrong)["error"], "invalid")
        self.assertEqual(len(self.central.named("rate")), 1)

    def test_similar_ones(self):
        ticket = self.central.add_ticket(self.ben.id, subject="Printer smokes")
        found = self.service()._find_similar("print")
        self.assertEqual(
            found,
            {"ok": True, "tickets": [
                {"id": ticket, "ref": f"HT{ticket:05}", "subject": "Printer smokes", "stage": "New"}
            ]},
        )  # fmt: skip
        self.assertEqual(self.service()._find_similar("pr"), {"ok": True, "tickets": []})
        self.assertEqual(self.service()._find_similar(5), {"ok": True, "tickets": []})
        self.assertEqual(len(self.central.named("similar_tickets")), 1)
        self.central.fail("close")
        self.assertEqual(self.service()._find_similar("print"), {"ok": True, "tickets": []})

    def test_following(self):
        ticket = self.central.add_ticket(self.ben.id)
        self.assertEqual(self.service()._subscribe(ticket)["ok"], True)
        [payload] = self.central.named("subscribe")
        self.assertEqual((payload["ticket_id"], payload["identity"]["uid"]), (ticket, self.anna.id))

    def test_refusals_and_faults_are_said(self):
        for fault, code in (
            ({"error": "not_found"}, "not_found"),
            ({"error": "rate_limited", "retry_after": 9}, "rate_limited"),
            ("close", "unreachable"),
            ("fault3", "auth"),
        ):
            self.close_breaker()
            self.central.fail(fault, fault)
            self.assertEqual(self.service()._set_state(7, "close")["error"], code)
            self.central.faults.clear()
        self.close_breaker()
        self.assertEqual(self.service()._set_state(0, "close")["error"], "not_found")
        self.assertEqual(self.service(self.portal)._rate(7, 5)["error"], "forbidden")
        self.assertEqual(self.service(self.portal)._find_similar("print")["tickets"], [])

    def test_clicks_are_counted(self):
        self.connect(replies_per_hour="2")
        ticket = self.central.add_ticket(self.anna.id)
        answers = [self.service()._set_state(ticket, "close")["ok"] for _ in range(3)]
        self.assertEqual(answers, [True, True, False])


@tagged("post_install", "-at_install")
class TestMoreRoutes(HelpdeskMixin, HttpCase):
    def test_the_routes(self):
        self.authenticate("fhd_anna", "fhd_anna")
        ticket = self.central.add_ticket(self.anna.id)

        def ask(path, **params):
            return self.make_jsonrpc_request(f"/fusion_helpdesk/{path}", params)

        self.assertEqual(ask(f"ticket/{ticket}/close"), {"ok": True, "stage": "Closed"})
        self.assertEqual(ask(f"ticket/{ticket}/reopen"), {"ok": True, "stage": "New"})
        self.assertEqual(ask(f"ticket/{ticket}/rate", rating=3, feedback="")["ok"], True)
        self.assertEqual(ask(f"ticket/{ticket}/subscribe")["ok"], True)
        self.assertEqual(len(ask("similar", query="print")["tickets"]), 1)
        page = self.url_open(f"/fusion_helpdesk/ticket/{ticket}/close")
        self.assertEqual(page.status_code, 405, "GET changes nothing")
        self.assertEqual(len(self.central.named("set_state")), 2)
