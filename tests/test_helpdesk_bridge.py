"""The helpdesk bridge whole: two databases on two servers, true RPC, a true SMTP server.

From a report in the client's Odoo to the owner's decision by mail, then the faults: central down,
a stranger's key, a revoked key. Once per transport.
"""

import base64
import os
import re
import uuid
import xmlrpc.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import psycopg2
import requests

from toolbox import databases, paths
from toolbox.server import Server, free_port

from .login_support import load_servers
from .lossy_relay import LossyRelay
from .pages import PageReader
from .support import ADMIN, Client, ServerCase, knocking_session, size

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 64).decode()
LINK = re.compile(r'href="([^"]+)"')


class BridgeCase(ServerCase):
    """``cls.server`` is central, ``cls.client_server`` the deployment."""

    transport = None
    workers = size(0, 2)  # of central; threads share 64 connections, too few for the full figures
    seen = 0  # mails that the test has looked at
    database = "fhd_central"

    @classmethod
    def setUpClass(cls):
        cls.sink = cls.enter_early(load_servers().SmtpSink())
        cls.options = ("--smtp", cls.sink.host, "--smtp-port", str(cls.sink.port))
        super().setUpClass()
        cls.addClassCleanup(cls.sink_manager.__exit__, None, None, None)
        cls.client_name = cls.name.replace("central", "client")
        environment = cls.odoo.database_env
        databases.copy(environment, cls.template(), cls.client_name)
        cls.addClassCleanup(databases.drop, environment, cls.client_name)
        cls.client_log = paths.TEST_RESULTS / f"server_{cls.__name__}_client.log"
        cls.client_log.unlink(missing_ok=True)
        cls.client_server = cls.enterClassContext_(
            Server(
                cls.odoo, cls.client_name, free_port(), log=cls.client_log,
                options=["--max-cron-threads=0"],
            )
        )  # fmt: skip
        for key, value in (("url", cls.server.url), ("url.freeze", "True")):
            cls.rpc("ir.config_parameter", "set_param", f"web.base.{key}", value)
        cls.rpc("mail.alias.domain", "create", {"name": "desk.example.com"})
        cls.reporter_id = cls.make_user(cls.at_client, "rita", "base.group_user")
        cls.make_user(cls.at_client, "otto", "base.group_user")
        cls.agent_id = cls.make_user(cls.rpc, "agent", "helpdesk.group_helpdesk_user")
        cls.code, _key = cls.issue_key("BIRCH")
        cls.connect(cls.code)
        cls.reporter = Client(cls.client_server, cls.client_name, "rita")
        cls.other = Client(cls.client_server, cls.client_name, "otto")

    @classmethod
    def enter_early(cls, manager):
        cls.sink_manager = manager
        return manager.__enter__()

    @classmethod
    def template(cls):
        return os.environ["FUSION_TEST_TEMPLATE"]

    @classmethod
    def at_client(cls, model, method, *arguments, **options):
        """Call a model of the deployment as its administrator."""
        proxy = xmlrpc.client.ServerProxy(
            f"{cls.client_server.url}/xmlrpc/2/object", allow_none=True
        )
        return proxy.execute_kw(cls.client_name, 2, ADMIN, model, method, arguments, options)

    @classmethod
    def make_user(cls, rpc, login, group):
        module, name = group.split(".")
        (found,) = rpc(
            "ir.model.data", "search_read", [("module", "=", module), ("name", "=", name)],
            ["res_id"],
        )  # fmt: skip
        values = {"login": login, "password": login, "email": f"{login}@example.com"}
        groups = [(6, 0, [found["res_id"]])]
        return rpc("res.users", "create", {"name": login.title(), "group_ids": groups, **values})

    @classmethod
    def issue_key(cls, label):
        """:return: (connection code, id of the client key)"""
        values = {"name": label.title(), "client_label": label}
        key = cls.rpc("fusion.helpdesk.client.key", "create", values)
        action = cls.rpc("fusion.helpdesk.client.key", "action_generate_key", [key])
        return action["context"]["default_code"], key

    @classmethod
    def connect(cls, code, **values):
        values = {"fusion_helpdesk_transport": cls.transport, **values}
        settings = cls.at_client(
            "res.config.settings", "create", {"fusion_helpdesk_connection_code": code, **values}
        )
        cls.at_client("res.config.settings", "execute", [settings])
        shown = cls.at_client("res.config.settings", "create", {})
        cls.at_client("res.config.settings", "action_fc_helpdesk_test", [shown])

    def run_client_cron(self, name):
        cron = self.at_client(
            "ir.model.data", "search_read",
            [("module", "=", "fusion_helpdesk"), ("name", "=", name)], ["res_id"],
        )[0]["res_id"]  # fmt: skip
        self.at_client("ir.cron", "method_direct_trigger", [cron])

    def send_mail(self):
        """:return: what has reached the SMTP server since the last call"""
        self.rpc(
            "ir.cron", "method_direct_trigger", [self.ref("mail.ir_cron_mail_scheduler_action")]
        )
        before, self.seen = self.seen, len(self.sink.messages)
        return self.sink.messages[before : self.seen]

    def submit(self, subject, who=None, **values):
        return (who or self.reporter).call(
            "/fusion_helpdesk/submit", kind="bug", subject=subject,
            description="It broke.\nTwice.", reply_email="rita@example.com",
            include_context=False, draft_uuid=str(uuid.uuid4()), **values,
        )  # fmt: skip

    def central_ticket(self, ticket_id, *fields):
        return self.rpc("helpdesk.ticket", "read", [ticket_id], list(fields))[0]

    def unread(self):
        self.run_client_cron("ir_cron_digest")
        return self.reporter.call("/fusion_helpdesk/unread_count")["count"]

    def thread(self, ticket_id, who=None):
        return (who or self.reporter).call(f"/fusion_helpdesk/ticket/{ticket_id}")

    def html(self, message):
        return message.get_body(("html",)).get_content()


class BridgeStory:
    def test_from_the_report_to_the_owner_s_decision(self):
        report = self.submit(
            "Label printer",
            attachments=[{"name": "shot.png", "mimetype": "image/png", "data": PICTURE}],
        )
        self.assertTrue(report["ok"], report)
        self.assertFalse(report["queued"], report)
        ticket_id = report["ticket_id"]
        self.check_identity(ticket_id, report)
        self.check_acknowledgement(report)
        self.check_answer(ticket_id)
        self.check_reply(ticket_id)
        self.check_approval(ticket_id)
        self.assertCleanLog()

    def check_identity(self, ticket_id, report):
        ticket = self.central_ticket(
            ticket_id, "name", "x_fc_client_label", "partner_id", "partner_email",
            "message_partner_ids", "x_fc_reporter_uid", "user_id",
        )  # fmt: skip
        self.assertEqual(ticket["name"], "[BIRCH] Bug Report: Label printer")
        self.assertEqual(
            (ticket["x_fc_client_label"], ticket["partner_email"], ticket["x_fc_reporter_uid"]),
            ("BIRCH", "rita@example.com", self.reporter_id),
        )
        self.assertIn(ticket["partner_id"][0], ticket["message_partner_ids"])
        self.assertFalse(ticket["user_id"])
        files = self.rpc(
            "ir.attachment", "search_read",
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket_id)], ["name"],
        )  # fmt: skip
        self.assertEqual([file["name"] for file in files], ["shot.png"])

    def check_acknowledgement(self, report):
        mails = [mail for mail in self.send_mail() if report["ticket_ref"] in mail["Subject"]]
        self.assertEqual([mail["X-Sink-To"] for mail in mails], ["rita@example.com"])
        links = [link for link in LINK.findall(self.html(mails[0])) if "/my/ticket/" in link]
        page = requests.get(links[0].replace("&amp;", "&"), timeout=60)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Label printer", page.text)

    def check_answer(self, ticket_id):
        """An internal note between, which must not leave."""
        for subtype, text in (("mail.mt_note", "Customer is cross"), ("mail.mt_comment", "Try 2")):
            values = {"body": text, "message_type": "comment", "subtype_xmlid": subtype}
            self._objects.execute_kw(
                self.name, self.agent_id, "agent",
                "helpdesk.ticket", "message_post", [[ticket_id]], values,
            )  # fmt: skip
        to = [mail["X-Sink-To"] for mail in self.send_mail()]
        self.assertEqual(to, ["rita@example.com"])
        self.assertEqual(self.unread(), 1)
        thread = self.thread(ticket_id)
        text = " ".join(message["body"] for message in thread["messages"])
        self.assertIn("Try 2", text)
        self.assertNotIn("cross", text)
        self.assertTrue(thread["messages"][-1]["is_support"])
        self.assertEqual(self.unread(), 0)
        self.assertEqual(self.thread(ticket_id, self.other)["error"], "not_found")

    def check_reply(self, ticket_id):
        answer = self.reporter.call(
            f"/fusion_helpdesk/ticket/{ticket_id}/reply", body="That helped", attachments=[],
            reply_uuid=str(uuid.uuid4()),
        )  # fmt: skip
        self.assertTrue(answer["ok"], answer)
        (message,) = self.rpc(
            "mail.message", "read", [answer["message_id"]], ["body", "author_id", "model"]
        )
        self.assertIn("That helped", message["body"])
        self.assertEqual(message["author_id"][1].split(", ")[-1], "Rita")
        self.assertEqual(self.unread(), 0)
        self.send_mail()

    def check_approval(self, ticket_id):
        self.connect(
            self.code,
            fusion_helpdesk_owner_email="olivia@example.com",
            fusion_helpdesk_owner_name="Olivia",
        )
        mail = self.ask_owner(ticket_id)
        links = {
            decision: link
            for link in LINK.findall(self.html(mail))
            for decision in ("approve", "reject")
            if link.endswith(f"/{decision}")
        }
        for _time in range(size(25, 500)):
            for link in links.values():
                self.assertEqual(requests.get(link, timeout=60).status_code, 200)
                self.assertEqual(requests.head(link, timeout=60).status_code, 200)
        state = self.central_ticket(ticket_id, "x_fc_engagement_state")["x_fc_engagement_state"]
        self.assertEqual(state, "pending")

        done = requests.post(links["approve"], data={"comment": "Go <b>on</b>"}, timeout=60)
        again = requests.post(links["reject"], data={"comment": ""}, timeout=60)

        self.assertEqual((done.status_code, again.status_code), (200, 410))
        ticket = self.central_ticket(ticket_id, "x_fc_engagement_state", "x_fc_engagement_comment")
        self.assertEqual(
            (ticket["x_fc_engagement_state"], ticket["x_fc_engagement_comment"]),
            ("approved", "Go <b>on</b>"),
        )
        self.assertEqual(self.unread(), 1)
        thread = self.thread(ticket_id)
        self.assertEqual(thread["engagement"]["state"], "approved")
        self.assertIn("Approved by Olivia", thread["messages"][-1]["body"])
        self.check_mailed_answer(ticket_id, mail)
        tokens = {link.split("/")[-2] for link in links.values()}
        log = self.log.read_text(errors="replace")
        self.assertFalse([token for token in tokens if token in log], "a token is in the log")

    def ask_owner(self, ticket_id):
        action = self.rpc("helpdesk.ticket", "action_request_owner_approval", [ticket_id])
        wizard = self.rpc(
            action["res_model"], "create", {"ai_summary": "Buy a printer"},
            context=action["context"],
        )  # fmt: skip
        self.rpc(action["res_model"], "action_send", [wizard])
        mails = [mail for mail in self.send_mail() if mail["X-Sink-To"] == "olivia@example.com"]
        self.assertEqual(len(mails), 1)
        return mails[0]

    def check_mailed_answer(self, ticket_id, mail):
        """The owner answers the approval mail instead of pressing a button."""
        answer = EmailMessage()
        answer["From"] = "Olivia <olivia@example.com>"
        answer["To"] = mail["Reply-To"]
        answer["Subject"] = f"Re: {mail['Subject']}"
        answer["Message-Id"] = f"<{uuid.uuid4()}@example.com>"
        answer["In-Reply-To"] = answer["References"] = mail["Message-Id"]
        answer.set_content("And a spare ribbon, please.")
        self.rpc("mail.thread", "message_process", False, answer.as_string())
        found = self.rpc(
            "mail.message", "search_count",
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", ticket_id),
             ("body", "ilike", "spare ribbon")],
        )  # fmt: skip
        self.assertEqual(found, 1)

    def test_nothing_is_lost_while_central_is_away(self):
        """Central comes back behind a network that loses answers and repeats requests."""
        count = size(50, 1000)
        self.at_client(
            "ir.config_parameter", "set_param", "fusion_helpdesk.tickets_per_hour", "9999"
        )
        self.rpc(
            "ir.config_parameter", "set_param", "fusion_helpdesk_central.writes_per_hour", "99999"
        )
        port = self.server.port
        relay = self.enterContext_(LossyRelay(port))
        self.at_client("ir.config_parameter", "set_param", "fusion_helpdesk.remote_url", relay.url)
        self.server.stop()
        answers = [self.submit(f"Away {number}") for number in range(count)]
        self.assertEqual({(one["ok"], one["queued"]) for one in answers}, {(True, True)})
        waiting = self.at_client(
            "fusion.helpdesk.outbox", "search_count", [("state", "=", "queued")]
        )
        self.assertEqual(waiting, count)

        cls = type(self)
        cls.server = self.enterContext_(
            Server(self.odoo, self.name, port, workers=self.workers, log=self.log,
                   options=["--max-cron-threads=0", *self.options])
        )  # fmt: skip
        relay.is_lossy = True
        for _run in range(count):
            self.make_due()
            self.run_client_cron("ir_cron_outbox")
            if not self.at_client(
                "fusion.helpdesk.outbox", "search_count", [("state", "=", "queued")]
            ):
                break
        self.connect(self.code)

        self.assertGreater(relay.answers_lost, count // 50)
        self.assertGreater(relay.requests_repeated, count // 50)
        tickets = self.rpc(
            "helpdesk.ticket", "search_read", [("name", "like", "Bug Report: Away")], ["name"],
            order="id",
        )  # fmt: skip
        self.assertEqual(
            [ticket["name"] for ticket in tickets],
            [f"[BIRCH] Bug Report: Away {number}" for number in range(count)],
        )
        states = {
            row["state"]
            for row in self.at_client("fusion.helpdesk.outbox", "search_read", [], ["state"])
        }
        self.assertEqual(states, {"sent"})

    def test_one_of_many_decisions_at_once_counts(self):
        self.connect(
            self.code,
            fusion_helpdesk_owner_email="olivia@example.com",
            fusion_helpdesk_owner_name="Olivia",
        )
        self.send_mail()
        ticket_id = self.submit("Second printer")["ticket_id"]
        mail = self.ask_owner(ticket_id)
        links = [
            link for link in LINK.findall(self.html(mail)) if link.endswith(("/approve", "/reject"))
        ]
        self.assertEqual(len(links), 2)
        count = size(20, 100)
        session = knocking_session()

        def decide(number):
            link = links[number % 2]
            # A new connection each: a worker closes an idle one when it likes.
            headers = {"Connection": "close"}
            data = {"comment": str(number)}
            return session.post(link, data=data, headers=headers, timeout=60).status_code

        with ThreadPoolExecutor(count) as pool:
            statuses = Counter(pool.map(decide, range(count)))

        self.assertEqual(statuses[200], 1, statuses)
        self.assertLessEqual(set(statuses), {200, 409, 410, 429})
        ticket = self.central_ticket(ticket_id, "x_fc_engagement_state", "x_fc_engagement_comment")
        is_approved = int(ticket["x_fc_engagement_comment"]) % 2 == 0
        self.assertEqual(ticket["x_fc_engagement_state"], "approved" if is_approved else "rejected")
        told = self.rpc(
            "mail.message", "search_count",
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", ticket_id),
             "|", ("body", "ilike", "Approved by Olivia"), ("body", "ilike", "Rejected by Olivia")],
        )  # fmt: skip
        self.assertEqual(told, 1)

    def enterContext_(self, manager):
        value = manager.__enter__()
        self.addClassCleanup(manager.__exit__, None, None, None)
        return value

    def make_due(self):
        """Back-off counts minutes; the proof does not wait for them."""
        env = self.odoo.database_env
        with (
            psycopg2.connect(
                dbname=self.client_name, host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"]
            ) as connection,
            connection.cursor() as cr,
        ):
            cr.execute("UPDATE fusion_helpdesk_outbox SET next_attempt_at = NULL "
                       "WHERE state = 'queued'")  # fmt: skip

    def test_another_deployment_s_key_sees_nothing_and_a_revoked_one_waits(self):
        mine = self.submit("Only ours")["ticket_id"]
        code, stranger = self.issue_key("CEDAR")
        self.connect(code)
        self.assertEqual(self.thread(mine)["error"], "not_found")
        self.assertEqual(self.reporter.call("/fusion_helpdesk/my_tickets")["tickets"], [])

        self.rpc("fusion.helpdesk.client.key", "action_revoke", [stranger])
        waiting = self.submit("While revoked")
        self.assertEqual((waiting["ok"], waiting["queued"]), (True, True))
        self.connect(self.code)
        self.make_due()
        self.run_client_cron("ir_cron_outbox")
        found = self.rpc(
            "helpdesk.ticket", "search_read", [("name", "like", "While revoked")],
            ["x_fc_client_label"],
        )  # fmt: skip
        self.assertEqual([ticket["x_fc_client_label"] for ticket in found], ["BIRCH"])


class TestBridgeXmlRpc(PageReader, BridgeStory, BridgeCase):
    transport = "xmlrpc"

    def test_public_pages_can_be_used_by_everybody(self):
        self.connect(
            self.code,
            fusion_helpdesk_owner_email="olivia@example.com",
            fusion_helpdesk_owner_name="Olivia",
        )
        self.send_mail()
        ticket_id = self.submit("Third printer")["ticket_id"]
        acknowledgement = self.send_mail()[0]
        links = LINK.findall(self.html(self.ask_owner(ticket_id)))
        (approve,) = [link for link in links if link.endswith("/approve")]
        (reject,) = [link for link in links if link.endswith("/reject")]
        self.assert_accessible([approve, reject])
        requests.post(approve, data={"comment": ""}, timeout=60)
        self.assert_accessible([approve, f"{approve[:-20]}/approve"])

        (closed,) = self.rpc(
            "helpdesk.ticket.stage", "search_read", [("closed", "=", True)], ["id"], limit=1
        )
        self.rpc("helpdesk.ticket", "write", [ticket_id], {"stage_id": closed["id"]})
        faces = [
            link.replace("&amp;", "&")
            for mail in self.send_mail()
            for link in LINK.findall(self.html(mail))
            if "/fusion_helpdesk/rating/" in link
        ]
        self.assertEqual(len(faces), 3)
        self.assert_accessible([faces[0]])
        requests.post(faces[0], data={"feedback": "Quick"}, timeout=60)
        self.assert_accessible([faces[0]])
        (ticket,) = [
            link.replace("&amp;", "&")
            for link in LINK.findall(self.html(acknowledgement))
            if "/my/ticket/" in link
        ]
        self.assert_accessible([ticket], area="#wrap")


class TestBridgeJson2(BridgeStory, BridgeCase):
    transport = "json2"


del BridgeCase  # its own class is no test
