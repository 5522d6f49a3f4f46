import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, tagged

from .common import DB, KEY, LOGIN, PNG, Central, HelpdeskMixin

PARAMETERS = {
    "remote_db": DB, "remote_login": LOGIN, "remote_api_key": KEY, "transport": "json2",
    "client_label": "ACME", "tickets_per_hour": "100",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestSubmitRace(BaseCase):
    """Real transactions side by side, with real commits; what they leave is removed."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.patch(Registry, "_lock", DummyRLock())  # the test's thread holds it
        self.central = self.enterContext(Central())
        self.old = {}
        self.addCleanup(self.remove)
        with self.registry.cursor() as cr:
            parameters = self.make_env(cr)["ir.config_parameter"]
            for name, value in {**PARAMETERS, "remote_url": self.central.url}.items():
                self.old[name] = parameters.set_param(f"fusion_helpdesk.{name}", value)

    def make_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.registry.cursor() as cr:
            env = self.make_env(cr)
            rows = env["fusion.helpdesk.outbox"].search([("uuid", "=like", "race-%")])
            rows.attachment_ids.unlink()
            rows.unlink()
            for name, value in self.old.items():
                env["ir.config_parameter"].set_param(f"fusion_helpdesk.{name}", value)
            cr.execute("DELETE FROM fusion_helpdesk_client_rate")
            cr.execute("UPDATE fusion_helpdesk_client_state SET breaker_until = NULL")

    def rows(self, cr):
        return self.make_env(cr)["fusion.helpdesk.outbox"].search([("uuid", "=like", "race-%")])

    def test_two_tabs_make_one_ticket(self):
        answers, start = [], threading.Barrier(4)

        def submit():
            with self.registry.cursor() as cr:
                service = self.make_env(cr)["fusion.helpdesk.service"]
                service._unread_count()  # an older picture of the tables
                start.wait(10)
                answers.append(
                    service._submit(
                        {"kind": "bug", "subject": "S", "description": "D",
                         "draft_uuid": "race-1", "attachments": [
                             {"name": "a.png", "mimetype": "image/png", "data": PNG}]}
                    )
                )  # fmt: skip

        threads = [threading.Thread(target=submit) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        self.assertEqual([answer["ok"] for answer in answers], [True] * 4)
        self.assertEqual(len({answer["outbox_id"] for answer in answers}), 1)
        self.assertEqual(len(self.central.tickets), 1)
        self.assertEqual(len(self.central.named("submit_ticket")), 1)
        with self.registry.cursor() as cr:
            row = self.rows(cr)
            self.assertEqual((row.state, bool(row.attachment_ids)), ("sent", False))

    def test_two_workers_never_send_one_row(self):
        self.central.fail(500)
        with self.registry.cursor() as cr:
            self.make_env(cr)["fusion.helpdesk.service"]._submit(
                {"kind": "bug", "subject": "S", "description": "D", "draft_uuid": "race-2"}
            )
        with self.registry.cursor() as one, self.registry.cursor() as two:
            held = self.rows(one)
            held.action_retry()
            one.commit()
            held.lock_for_update()
            self.assertEqual(
                self.make_env(two)["fusion.helpdesk.outbox"]._flush(),
                {"sent": 0, "queued": 0, "failed": 0},
            )
            self.assertFalse(self.central.tickets)
        with self.registry.cursor() as cr:
            self.assertEqual(self.make_env(cr)["fusion.helpdesk.outbox"]._flush()["sent"], 1)
        self.assertEqual(len(self.central.tickets), 1)

    def test_a_request_that_rolls_back_keeps_the_report(self):
        self.central.fail(500)
        with self.registry.cursor() as cr:
            self.make_env(cr)["fusion.helpdesk.service"]._submit(
                {"kind": "bug", "subject": "S", "description": "D", "draft_uuid": "race-3"}
            )
            cr.rollback()
        with self.registry.cursor() as cr:
            self.assertEqual(self.rows(cr).state, "queued")


class CallCases(HelpdeskMixin):
    """Spec 9: exactly one call to central per action of the dialog, and no long wait."""

    allow_inherited_tests_method = True

    def test_one_call_per_action(self):
        file = {"name": "a.png", "mimetype": "image/png", "data": PNG}
        service = self.service()
        ticket = self.submit()["ticket_id"]  # the id of the deployment's user is known now
        actions = {
            "submit": lambda: self.submit(attachments=[file] * 3),
            "list": service._my_tickets,
            "thread": lambda: service._ticket_detail(ticket),
            "reply": lambda: service._ticket_reply(ticket, "x", [file]),
            "close": lambda: service._set_state(ticket, "close"),
        }
        for name, action in actions.items():
            with self.subTest(action=name):
                before = len(self.central.server.requests)
                self.assertTrue(action()["ok"])
                self.assertEqual(len(self.central.server.requests) - before, 1)
        before = len(self.central.server.requests)
        service._whoami()
        service._unread_count()
        service._get_icon_state()
        self.assertEqual(len(self.central.server.requests), before)

    def test_how_long_a_person_waits(self):
        waits = []
        remote = self.env.registry["fusion.helpdesk.remote"]
        call = remote._call

        def measure(model, method, payload, timeout=None):
            waits.append((method, timeout))
            return call(model, method, payload, timeout)

        file = {"name": "a.png", "mimetype": "image/png", "data": PNG}
        with patch.object(remote, "_call", measure):
            ticket = self.submit()["ticket_id"]
            self.submit(attachments=[file])
            self.service()._my_tickets()
            self.service()._ticket_detail(ticket)
            self.connect(timeout="2")
            self.service()._ticket_reply(ticket, "x")
            self.central.fail(500)
            self.service()._ticket_reply(ticket, "y")
            self.make_due()
            self.env["fusion.helpdesk.outbox"]._flush()
        self.assertEqual(
            waits,
            [("submit_ticket", 3), ("submit_ticket", 60), ("list_tickets", 3), ("get_ticket", 3),
             ("post_reply", 2), ("post_reply", 2), ("post_reply", 2)],
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestCallsXmlRpc(CallCases, TransactionCase):
    transport = "xmlrpc"


@tagged("post_install", "-at_install")
class TestCallsJson2(CallCases, TransactionCase):
    transport = "json2"
