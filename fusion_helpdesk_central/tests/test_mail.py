from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tests.common import receive_mails

from .common import LINK, CentralCase


@tagged("post_install", "-at_install")
class TestMail(CentralCase):
    """What really leaves, through a real SMTP server."""

    def setUp(self):
        super().setUp()
        self.sink = receive_mails(self)
        self.ticket = self.make_ticket()

    def test_approval_mail(self):
        self.ask(self.ticket, "- Bigger labels", "Please")
        mail = self.mails("Action needed")
        tokens = {token for token, _word in LINK.findall(mail.body_html)}
        mail.send()
        self.assertFalse(mail.exists(), "auto_delete")
        self.assertTrue(self.ticket.message_ids[0].exists())
        message = self.sink.messages[0]
        self.assertEqual(message["X-Sink-To"], "olga@birch.example.com")
        self.assertEqual(message["X-Auto-Response-Suppress"], "All")
        self.assertEqual(
            message["Subject"], 'Action needed: please review request "Labels are too small"'
        )
        plain = message.get_body(("plain",)).get_content()
        for token in tokens:
            for word in ("approve", "reject"):
                self.assertIn(f"/fusion_helpdesk/engagement/{token}/{word}", plain)
        self.assertIn("Bigger labels", message.get_body(("html",)).get_content())

    def test_answer_to_the_delivered_mail_finds_the_ticket(self):
        self.ask(self.ticket)
        self.mails("Action needed").send()
        sent = self.sink.messages[0]
        self.env["mail.thread"].message_process(
            "helpdesk.ticket",
            f"From: Olga <olga@birch.example.com>\nTo: {sent['Reply-To']}\nSubject: Re\n"
            f"Message-Id: <2@birch>\nIn-Reply-To: {sent['Message-Id']}\n"
            f"Content-Type: text/plain\n\nHow much?\n",
        )
        self.assertIn("How much?", self.ticket.message_ids[0].body)
        self.assertIn(self.ticket.message_ids[0], self.ticket._fc_public_messages())

    def test_acknowledgement_and_its_answer(self):
        answer = self.gateway().submit_ticket(self.submission())
        ticket = self.tickets.browse(answer["ticket_id"])
        self.mails("We received").send()
        sent = self.sink.messages[0]
        self.assertEqual(sent["X-Sink-To"], "ines@birch.example.com")
        self.assertEqual(sent["Subject"], f"We received your request [{ticket.ticket_ref}]")
        self.assertIn("Ines Castro", sent["To"])
        html = sent.get_body(("html",)).get_content()
        self.assertIn(f"/my/ticket/{ticket.id}?access_token=", html)
        before = self.tickets.search_count([])
        self.env["mail.thread"].message_process(
            "helpdesk.ticket",
            f"From: ines@birch.example.com\nTo: {sent['Reply-To'] or 'x@desk.example.com'}\n"
            f"Subject: Re\nMessage-Id: <3@birch>\nIn-Reply-To: {sent['Message-Id']}\n"
            f"Content-Type: text/plain\n\nOne more thing\n",
        )
        self.assertEqual(self.tickets.search_count([]), before)
        message = ticket.message_ids[0]
        self.assertIn("One more thing", message.body)
        self.assertEqual(message.author_id, ticket.partner_id)
        self.assertFalse(ticket.x_fc_last_support_msg_id)
        self.assertIn(message, ticket._fc_public_messages())

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_mail_server_down(self):
        self.sink.refuse = "451 later"
        self.ask(self.ticket)
        self.mails("Action needed").send()
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")
        self.ticket.invalidate_recordset()
        self.assertTrue(self.ticket.x_fc_engagement_mail_waits)
        self.assertFalse(self.sink.messages)

    def test_agent_s_answer_reaches_the_reporter(self):
        self.ticket.with_user(self.agent).message_post(
            body="Done.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.env["mail.mail"].search([("model", "=", "helpdesk.ticket")]).send()
        self.assertIn("ines@birch.example.com", [m["X-Sink-To"] for m in self.sink.messages])

    def test_all_channels_when_switched_on(self):
        values = {"name": "By telephone", "partner_email": "tia@else.example.com"}
        self.tickets.create(values)
        self.assertFalse(self.mails("We received"))
        self.set_config(ack_all_channels="True")
        ticket = self.tickets.create(values)
        self.assertEqual(len(self.mails("We received")), 1)
        self.mails("We received").unlink()
        ticket.stage_id["mail_template_id"] = self.env["mail.template"].create(
            {"name": "Stage", "model_id": self.env["ir.model"]._get_id("helpdesk.ticket")}
        )
        self.tickets.create({**values, "stage_id": ticket.stage_id.id})
        self.assertFalse(self.mails("We received"))

    def test_mails_speak_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        template = self.env.ref("fusion_helpdesk_central.mail_template_engagement")
        template.with_context(lang="fr_CA").subject = "À décider : {{ object.name }}"
        self.env["res.partner"].create(
            {"name": "Olga", "email": "olga@birch.example.com", "lang": "fr_CA"}
        )
        context = self.ticket.action_request_owner_approval()["context"]
        wizard = self.env["fusion.helpdesk.engagement.wizard"].with_context(**context).create({})
        wizard.action_send()
        self.assertTrue(self.mails("À décider : Labels"))
