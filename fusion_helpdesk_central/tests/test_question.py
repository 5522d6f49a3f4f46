from odoo.tests import tagged

from .common import CentralHttpCase


@tagged("post_install", "-at_install")
class TestQuestion(CentralHttpCase):
    """The owner asks instead of deciding."""

    def setUp(self):
        super().setUp()
        self.ticket = self.make_ticket(user_id=self.agent.id)
        self.token = self.ask(self.ticket)

    def question(self, text="What does it <cost>?"):
        return self.page(self.token, "ask", method="POST", comment=text)

    def test_question_stands_in_the_thread_and_decides_nothing(self):
        self.assertEqual(self.page(self.token, "ask").status_code, 200)
        response = self.question()
        self.assertEqual(response.status_code, 200)
        self.assertIn("Your question about", response.text)
        message = self.ticket._fc_public_messages()[-1]
        self.assertEqual(
            message.body,
            "<p><strong>? Olga Owner asks:</strong> What does it &lt;cost&gt;?</p>",
        )
        self.assertEqual(message.author_id.email, "olga@birch.example.com")
        self.assertIn(self.agent.partner_id, message.notified_partner_ids)
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")
        self.assertEqual(self.ticket.x_fc_last_support_msg_id, message.id)
        self.assertEqual(self.page(self.token, method="POST", comment="").status_code, 200)
        self.assertEqual(self.ticket.x_fc_engagement_state, "approved")
        self.assertEqual(self.question().status_code, 410)

    def test_question_needs_words(self):
        before = len(self.ticket.message_ids)
        for text in (" ", "\n"):
            response = self.question(text)
            self.assertEqual(response.status_code, 409)
            self.assertIn("Please write your question first.", response.text)
        self.assertEqual(self.tickets._fc_decide(self.token, "ask"),
                         {"ok": False, "reason": "empty"})  # fmt: skip
        self.assertEqual(len(self.ticket.message_ids), before)
        self.assertFalse(self.ticket.x_fc_engagement_asked_at)

    def test_reminder_counts_from_the_answer(self):
        self.ticket.x_fc_engagement_sent_at = self.hours_ago(24 * 5)
        self.question()
        self.assertEqual(self.tickets._cron_engagement_reminders(), 0)
        self.ticket.with_user(self.agent).message_post(
            body="About a day.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertTrue(self.ticket.x_fc_engagement_answered_at)
        self.assertEqual(self.tickets._cron_engagement_reminders(), 0)
        self.ticket.x_fc_engagement_answered_at = self.hours_ago(24 * 3)
        self.assertEqual(self.tickets._cron_engagement_reminders(), 1)

    def test_a_note_or_the_reporter_is_no_answer(self):
        self.question()
        self.ticket.with_user(self.agent).message_post(body="n", subtype_xmlid="mail.mt_note")
        self.ticket.message_post(body="me", author_id=self.ticket.partner_id.id,
                                 message_type="email", subtype_xmlid="mail.mt_comment")  # fmt: skip
        self.assertFalse(self.ticket.x_fc_engagement_answered_at)

    def test_team_is_told_when_nobody_is_assigned(self):
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Desk", "user_ids": [(6, 0, self.manager.ids)]}
        )
        self.ticket.write({"user_id": False, "team_id": team.id})
        self.question()
        message = self.ticket._fc_public_messages()[-1]
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)

    def test_asking_again_forgets_the_question(self):
        self.question()
        self.ticket._fc_start_engagement(self.key_a, "")
        self.assertFalse(self.ticket.x_fc_engagement_asked_at)
