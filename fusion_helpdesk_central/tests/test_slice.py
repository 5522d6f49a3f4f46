from odoo.tests import tagged

from .common import CentralHttpCase, b64


@tagged("post_install", "-at_install")
class TestSlice(CentralHttpCase):
    """The main flow over real HTTP, from the client's call to the owner's decision."""

    def call(self, method, **payload):
        return self.xmlrpc(
            self.key_a.bot_user_id, self.secret_a, "fusion.helpdesk.gateway", method,
            payload=self.payload(**payload),
        )  # fmt: skip

    def test_from_report_to_decision(self):
        files = [{"name": "shot.png", "mimetype": "image/png", "data": b64(b"\x89PNG")}]
        answer = self.xmlrpc(
            self.key_a.bot_user_id, self.secret_a, "fusion.helpdesk.gateway", "submit_ticket",
            payload=self.submission(attachments=files),
        )  # fmt: skip
        self.assertEqual(
            (answer["ok"], answer["label"], answer["duplicate"], answer["email_captured"]),
            (True, "BIRCH", False, True),
        )
        ticket = self.tickets.browse(answer["ticket_id"])
        partner = ticket.partner_id
        self.assertEqual(partner.email, "ines@birch.example.com")
        self.assertIn(partner, ticket.message_partner_ids)
        self.assertEqual(ticket.x_fc_client_key_id, self.key_a)
        self.assertFalse(ticket.user_id)
        ack = self.mails("We received your request")
        self.assertEqual(len(ack), 1)
        self.assertIn(f"access_token={ticket.access_token}", ack.body_html)
        page = self.url_open(answer["url"])
        self.assertEqual(page.status_code, 200)
        self.assertIn("Export stops", page.text)

        ticket.with_user(self.agent).message_post(
            body="We look into it.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        ticket.with_user(self.agent).message_post(body="Ask Bo.", subtype_xmlid="mail.mt_note")
        listed = self.call("list_tickets")
        self.assertEqual([row["id"] for row in listed["tickets"]], [ticket.id])
        self.assertTrue(listed["tickets"][0]["last_support_msg_id"])
        thread = self.call("get_ticket", ticket_id=ticket.id)
        self.assertEqual(
            [(m["author"], m["is_support"], m["body"]) for m in thread["messages"]],
            [("Agent Ada", True, "<p>We look into it.</p>")],
        )
        self.assertEqual([f["name"] for f in thread["ticket"]["attachments"]], ["shot.png"])
        reply = self.call("post_reply", ticket_id=ticket.id, uuid="7-r1", body="Thank <you>")
        message = self.env["mail.message"].browse(reply["message_id"])
        self.assertEqual(message.author_id, partner)
        self.assertEqual(message.body, "<p>Thank &lt;you&gt;</p>")

        token = self.ask(ticket)
        self.assertEqual(ticket.x_fc_engagement_state, "pending")
        page = self.page(token)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Bigger labels", page.text)
        done = self.page(token, method="POST", comment="Go ahead")
        self.assertEqual(done.status_code, 200)
        self.assertEqual(ticket.x_fc_engagement_state, "approved")
        again = self.page(token, "reject", method="POST", comment="")
        self.assertEqual(again.status_code, 410)
        self.assertEqual(ticket.x_fc_engagement_state, "approved")
        last = self.call("get_ticket", ticket_id=ticket.id)["messages"][-1]
        self.assertEqual((last["author"], last["is_support"]), ("Olga Owner", False))
        self.assertIn("✓ Approved by Olga Owner", last["body"])
        self.assertIn("Go ahead", last["body"])
