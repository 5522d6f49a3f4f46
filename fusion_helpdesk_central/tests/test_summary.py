import time

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import _super_send
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tests.common import Answer, LoopbackServer

from ..ai import SummaryClient, SummaryError
from ..utils import (
    MAX_PROMPT,
    REPLY_PROMPT,
    SUMMARY_PROMPT,
    build_scope_domain,
    build_summary_prompt,
    clean_text,
    truncate_for_openai,
)
from .common import CentralCase

PATH = "/v1/chat/completions"
LOGGER = "odoo.addons.fusion_helpdesk_central.models.fusion_helpdesk_ai"


def said(text):
    return {"choices": [{"message": {"role": "assistant", "content": text}}]}


@tagged("post_install", "-at_install")
class TestPrompt(TransactionCase):
    def test_instructions_title_and_report_come_whole(self):
        prompt = build_summary_prompt(
            {"name": "Title", "description": "Report"},
            [{"author": "Ann", "body": "first"}, {"author": "Bob", "body": "second"}],
        )
        self.assertTrue(prompt.startswith(SUMMARY_PROMPT))
        order = [prompt.index(word) for word in ("Title", "Report", "Ann: first", "Bob: second")]
        self.assertEqual(order, sorted(order))

    def test_newest_replies_win(self):
        messages = [{"author": "A", "body": f"{number} " + "x" * 500} for number in range(40)]
        prompt = build_summary_prompt({"name": "T", "description": "R"}, messages)
        self.assertLessEqual(len(prompt), MAX_PROMPT)
        self.assertIn("A: 39 ", prompt)
        self.assertIn("A: 38 ", prompt)
        self.assertNotIn("A: 0 ", prompt)
        self.assertLess(prompt.index("A: 38 "), prompt.index("A: 39 "))

    def test_long_report_is_cut_after_the_title(self):
        prompt = build_summary_prompt({"name": "T" * 300, "description": "R" * 20_000}, [])
        self.assertEqual(len(prompt), 8000)
        self.assertIn("T" * 300, prompt)

    def test_truncate_is_a_prefix(self):
        text = "abc" * 5000
        self.assertEqual(truncate_for_openai(text), text[:8000])
        self.assertEqual(truncate_for_openai("short"), "short")
        self.assertEqual(truncate_for_openai("short", 2), "sh")
        self.assertEqual(truncate_for_openai("short", 0), "")

    def test_label_always_binds(self):
        for label in ("BIRCH", "", "%", None):
            for email in ("a_b@x.com", "", "%"):
                for is_admin in (True, False):
                    for uid in (0, 7):
                        domain = build_scope_domain(label, email, is_admin, uid)
                        leaf = ("x_fc_client_label", "=", label or "__none__")
                        self.assertEqual(domain[0], leaf)
        self.assertEqual(
            build_scope_domain("B", "a_b%@x.com", False),
            [("x_fc_client_label", "=", "B"), ("partner_email", "=ilike", r"a\_b\%@x.com")],
        )
        self.assertEqual(
            build_scope_domain("B", "", False), [("x_fc_client_label", "=", "B"), ("id", "=", 0)]
        )
        self.assertEqual(
            build_scope_domain("B", "a@x.com", True), [("x_fc_client_label", "=", "B")]
        )

    def test_clean_text(self):
        self.assertEqual(clean_text("a\x00\x0b\ud800\ufffeb\t\n🙂"), "ab\t\n🙂")
        self.assertEqual(clean_text("abc", 2), "ab")


class LoopbackMixin:
    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        """Short timeouts: the harness would raise them. Everything listens on 127.0.0.1."""
        return _super_send(s, r, **kw)

    def start_server(self):
        server = LoopbackServer()
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return server


@tagged("post_install", "-at_install")
class TestSummaryClient(LoopbackMixin, TransactionCase):
    def setUp(self):
        super().setUp()
        self.server = self.start_server()

    def client(self, timeout=5):
        return SummaryClient(self.server.url + "/v1", "sk-canary", "gpt-4o-mini", timeout)

    def test_request_and_answer(self):
        self.server.answer(path=PATH, json=said("```\n- **One**\n- two\n```"))
        self.assertEqual(self.client().complete("Prompt"), "- One\n- two")
        request = self.server.requests[0]
        self.assertEqual(request.headers["Authorization"], "Bearer sk-canary")
        body = request.json()
        self.assertEqual(body["model"], "gpt-4o-mini")
        self.assertEqual(body["messages"], [{"role": "user", "content": "Prompt"}])

    def test_long_answer_is_cut(self):
        self.server.answer(path=PATH, json=said("x" * 9000))
        self.assertEqual(len(self.client().complete("P")), 4000)

    def test_faults(self):
        answers = [
            {"status": 401, "json": {"error": {"code": "invalid_api_key"}}},
            {"status": 429, "headers": {"Retry-After": "9"}},
            {"status": 500, "body": b"oops"},
            {"body": b"<html>Welcome</html>"},
            {"json": said("")},
            {"json": said(None)},
            {"json": said(["x"])},
            {"json": {"choices": []}},
            {"json": []},
            {"body": b""},
            {"json": said("y" * (1 << 20))},
            {"action": "close"},
            {"action": "cut", "body": b'{"a": 1}'},
        ]
        for number, answer in enumerate(answers):
            server = self.start_server()
            server.answer(path=PATH, **answer)
            client = SummaryClient(server.url + "/v1", "sk-canary", "m", 5)
            with self.subTest(number=number), self.assertRaises(SummaryError) as caught:
                client.complete("Secret prompt")
            for word in ("sk-canary", "Secret", "Welcome", "/v1"):
                self.assertNotIn(word, str(caught.exception))

    def test_slow_server(self):
        for action in ("hang", "drip"):
            server = self.start_server()
            server.answer(path=PATH, action=action)
            started = time.monotonic()
            with self.assertRaises(SummaryError):
                SummaryClient(server.url + "/v1", "k", "m", 0.3).complete("P")
            self.assertLess(time.monotonic() - started, 3)

    def test_only_https_or_loopback(self):
        for url in ("http://192.0.2.1/v1", "http://10.0.0.1/v1", "https://169.254.169.254/v1"):
            with self.subTest(url=url), self.assertRaises(SummaryError):
                SummaryClient(url, "k", "m").complete("P")


@tagged("post_install", "-at_install")
class TestSummaries(LoopbackMixin, CentralCase):
    def setUp(self):
        super().setUp()
        self.server = self.start_server()
        self.set_config(openai_api_key="sk-canary", openai_base_url=self.server.url + "/v1")
        self.ticket = self.make_ticket()

    def open_wizard(self, tickets):
        context = tickets.with_user(self.agent).action_bulk_request_owner_approval()["context"]
        wizards = self.env(user=self.agent.id)["fusion.helpdesk.engagement.wizard"]
        return wizards.with_context(**context).create({})

    def test_wizard_opens_with_one_call_and_reuses_it(self):
        self.server.answer(path=PATH, json=said("- Brief"))
        wizard = self.open_wizard(self.ticket)
        self.assertEqual((wizard.ai_summary, wizard.summary_failed), ("- Brief", False))
        self.assertEqual(self.open_wizard(self.ticket).ai_summary, "- Brief")
        self.assertEqual(len(self.server.requests), 1)
        self.ticket.with_user(self.agent).message_post(
            body="News", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.open_wizard(self.ticket)
        self.assertEqual(len(self.server.requests), 2)
        wizard.action_regenerate_summary()
        self.assertEqual(len(self.server.requests), 3)

    def test_dialog_opens_before_the_summaries(self):
        self.server.answer(path=PATH, json=said("- Brief"))
        tickets = self.ticket | self.make_ticket(name="2")
        wizards = self.env(user=self.agent.id)["fusion.helpdesk.engagement.wizard"]
        context = {"default_ticket_ids": tickets.ids, "fc_defer_summary": True}
        wizard = wizards.with_context(**context).create({})
        self.assertEqual((wizard.is_fetching, wizard.summary_failed), (True, False))
        self.assertEqual(wizard.line_ids.mapped("ai_summary"), ["", ""])
        self.assertEqual(self.server.connections, 0)
        found = wizards.fetch_summaries(tickets.ids)
        self.assertEqual(found, dict.fromkeys(tickets.ids, "- Brief"))
        with self.assertRaises(AccessError):
            wizards.with_user(self.employee).fetch_summaries(tickets.ids)

    def test_what_is_sent(self):
        self.server.answer(path=PATH, json=said("- Brief"))
        agent = self.ticket.with_user(self.agent)
        agent.message_post(body="Public", message_type="comment", subtype_xmlid="mail.mt_comment")
        agent.message_post(body="Between us", subtype_xmlid="mail.mt_note",
                           attachments=[("plan.txt", b"secret")])  # fmt: skip
        self.env["fusion.helpdesk.ai"]._summarise_ticket(self.ticket)
        prompt = self.server.requests[0].json()["messages"][0]["content"]
        for word in ("Labels are too small", "Nobody can read them.", "Agent Ada: Public"):
            self.assertIn(word, prompt)
        for word in ("Between us", "secret", "plan.txt", "@birch.example.com", "@desk"):
            self.assertNotIn(word, prompt)

    def test_failure_is_a_banner_and_sending_works(self):
        self.server.answer(path=PATH, status=500)
        with self.assertLogs(LOGGER, "WARNING") as logs:
            wizard = self.open_wizard(self.ticket)
        self.assertEqual((wizard.ai_summary, wizard.summary_failed), ("", True))
        self.assertNotIn("sk-canary", "".join(logs.output))
        wizard.ai_summary = "- By hand"
        wizard.action_send()
        self.assertEqual(self.ticket.x_fc_ai_summary, "- By hand")
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")

    def test_no_key_no_call(self):
        self.set_config(openai_api_key=False)
        wizard = self.open_wizard(self.ticket)
        self.assertEqual((wizard.ai_summary, wizard.summary_failed), ("", True))
        self.assertEqual(self.server.connections, 0)

    def test_client_that_refuses_is_not_sent(self):
        self.key_a.allow_ai = False
        self.assertTrue(self.open_wizard(self.ticket).summary_failed)
        self.assertEqual(self.server.connections, 0)

    def test_one_line_per_ticket(self):
        self.server.answer(path=PATH, json=said("- Brief"))
        wizard = self.open_wizard(self.ticket | self.make_ticket(name="2"))
        self.assertEqual(wizard.line_ids.mapped("ai_summary"), ["- Brief", "- Brief"])
        self.assertFalse(wizard.summary_failed)

    # -- Drafts of answers ------------------------------------------------------------------------

    def test_draft_goes_into_the_composer_only(self):
        self.server.answer(path=PATH, json=said("Good morning,\n\nWe <look> into it."))
        ticket = self.ticket.with_user(self.agent)
        self.assertTrue(ticket.x_fc_can_draft)
        messages, mails = len(ticket.message_ids), self.env["mail.mail"].search_count([])
        action = ticket.action_fc_draft_reply()
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertIn("AI draft", action["name"])
        composer = self.env(user=self.agent.id)["mail.compose.message"]
        composer = composer.with_context(**action["context"]).create({})
        self.assertIn("We &lt;look&gt; into it.", composer.body)
        self.assertNotIn("AI draft", composer.body)
        self.assertEqual(len(ticket.message_ids), messages)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        prompt = self.server.requests[0].json()["messages"][0]["content"]
        self.assertTrue(prompt.startswith(REPLY_PROMPT))

        composer.action_send_mail()
        message = ticket.message_ids[0]
        self.assertIn("We &lt;look&gt; into it.", message.body)
        self.assertIn(message, ticket._fc_public_messages())

    @mute_logger(LOGGER)
    def test_no_draft(self):
        self.server.answer(path=PATH, status=500)
        with self.assertRaises(UserError):
            self.ticket.action_fc_draft_reply()
        self.key_a.allow_ai = False
        self.ticket.invalidate_recordset()
        self.assertFalse(self.ticket.x_fc_can_draft)
        with self.assertRaises(UserError):
            self.ticket.action_fc_draft_reply()
        self.assertEqual(len(self.server.requests), 1)
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.employee).action_fc_draft_reply()

    @mute_logger(LOGGER)
    def test_late_ones_stay_empty(self):
        self.server.answer(path=PATH, action="hang")
        started = time.monotonic()
        found = self.env["fusion.helpdesk.ai"]._summarise_many(["a", "b"], deadline=0.3)
        self.assertEqual(found, ["", ""])
        self.assertLess(time.monotonic() - started, 3)

    def test_bulk_is_three_times_as_fast(self):
        def answer(received):
            time.sleep(0.05)
            return Answer(body=b'{"choices": [{"message": {"content": "- x"}}]}')

        self.server.answer(path=PATH, make=answer)
        ai = self.env["fusion.helpdesk.ai"]
        started = time.monotonic()
        for number in range(20):
            ai._summarise_many([f"one {number}"])
        one_by_one = time.monotonic() - started
        started = time.monotonic()
        found = ai._summarise_many([f"all {number}" for number in range(20)])
        together = time.monotonic() - started
        self.assertEqual(found, ["- x"] * 20)
        self.assertLess(together * 3, one_by_one, (together, one_by_one))
