from datetime import timedelta

from freezegun import freeze_time
from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tools.signing import hash_token

from ..utils import format_engagement_chatter
from .common import LINK, CentralCase

NO_OWNER = (
    "Owner contact not configured for this client. Ask them to fill it in under Settings → "
    "Fusion Helpdesk."
)


@tagged("post_install", "-at_install")
class TestAsking(CentralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket()

    def engage(self, tickets, **values):
        """Several tickets in one request.

        :return: the mail
        """
        context = tickets.with_user(self.agent).action_bulk_request_owner_approval()["context"]
        wizards = self.env(user=self.agent.id)["fusion.helpdesk.engagement.wizard"]
        wizards.with_context(**context).create(values).action_send()
        return self.mails("Action needed")[0]

    def test_request(self):
        self.env.cr.precommit.run()
        before = self.env["mail.notification"].search_count([])
        token = self.ask(self.ticket, "- Bigger labels", "Please look")

        ticket = self.ticket
        self.assertEqual(
            (ticket.x_fc_engagement_state, ticket.x_fc_engagement_email,
             ticket.x_fc_engagement_name, ticket.x_fc_ai_summary),
            ("pending", "olga@birch.example.com", "Olga Owner", "- Bigger labels"),
        )  # fmt: skip
        self.assertTrue(ticket.x_fc_engagement_sent_at)
        link = self.links.search([("ticket_id", "=", ticket.id)])
        self.assertEqual((link.token_hash, link.kind), (hash_token(token), "initial"))
        days = (link.expires_at - fields.Datetime.now()) / timedelta(days=1)
        self.assertAlmostEqual(days, 30, 1)
        line = ticket.message_ids[0]
        self.assertEqual(
            (line.message_type, line.body, line.author_id, line.is_internal),
            ("auto_comment", "<p>Approval requested from Olga Owner</p>", self.agent.partner_id,
             False),
        )  # fmt: skip
        self.assertEqual(ticket.x_fc_last_support_msg_id, line.id)
        self.assertEqual(self.env["mail.notification"].search_count([]), before)

    def test_mail(self):
        token = self.ask(self.ticket, "- Bigger labels", "Please look")
        mail = self.mails("Action needed")
        self.assertEqual(
            (mail.subject, mail.state, mail.email_to, mail.recipient_ids.ids, mail.auto_delete),
            ('Action needed: please review request "Labels are too small"', "outgoing",
             '"Olga Owner" <olga@birch.example.com>', [], True),
        )  # fmt: skip
        for word in ("approve", "reject"):
            url = f"{self.ticket.get_base_url()}/fusion_helpdesk/engagement/{token}/{word}"
            self.assertIn(f'href="{url}"', mail.body_html)
        self.assertIn("Please look", mail.body_html)
        self.assertIn(">Bigger labels</li>", mail.body_html)
        self.assertIn("Nobody can read them.", mail.body_html)
        self.assertIn("<details>", mail.body_html)
        self.assertEqual(mail.headers, "{'X-Auto-Response-Suppress': 'All'}")
        self.assertEqual(mail.mail_message_id, self.ticket.message_ids[0])
        self.assertTrue(mail.is_notification)

    def test_answers_go_to_the_ticket_or_the_fixed_address(self):
        domain = self.env["mail.alias.domain"].search([], limit=1) or self.env[
            "mail.alias.domain"
        ].create({"name": "desk.example.com"})
        self.env.company.alias_domain_id = domain
        self.ask(self.ticket)
        self.assertIn(f"@{domain.name}", self.mails("Action needed").reply_to)
        self.mails("Action needed").unlink()
        self.set_config(engagement_reply_to="approvals@desk.example.com")
        self.ask(self.ticket)
        self.assertEqual(self.mails("Action needed").reply_to, "approvals@desk.example.com")

    def test_token_is_stored_nowhere_in_clear(self):
        token = self.ask(self.ticket)
        self.mails("Action needed").unlink()
        self.env.flush_all()
        for table in ("helpdesk_ticket", "mail_message", "fusion_helpdesk_approval_link",
                      "mail_mail", "fusion_helpdesk_engagement_wizard"):  # fmt: skip
            self.env.cr.execute(f"SELECT 1 FROM {table} t WHERE t::text LIKE %s", [f"%{token}%"])
            self.assertFalse(self.env.cr.fetchall(), table)
        self.assertTrue(self.ticket.message_ids[0].exists())

    def test_links_without_end(self):
        self.set_config(engagement_expiry_days=False)
        self.ask(self.ticket)
        self.assertFalse(self.links.search([("ticket_id", "=", self.ticket.id)]).expires_at)
        self.assertNotIn("The buttons work until", self.mails("Action needed").body_html)

    def test_without_owner_nothing_is_asked(self):
        ticket = self.make_ticket(self.key_b)
        self.assertFalse(ticket.x_fc_can_request_approval)
        self.assertEqual(ticket.x_fc_engagement_block_reason, NO_OWNER)
        with self.assertRaisesRegex(UserError, "Owner contact not configured"):
            ticket.action_request_owner_approval()
        wizard = self.env["fusion.helpdesk.engagement.wizard"].create({"ticket_id": ticket.id})
        with self.assertRaises(UserError):
            wizard.action_send()
        self.assertFalse(self.links.search([("ticket_id", "=", ticket.id)]))
        self.assertFalse(self.mails("Action needed"))

    def test_only_agents_ask(self):
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.employee).action_request_owner_approval()
        wizards = self.env(user=self.employee.id)["fusion.helpdesk.engagement.wizard"]
        with self.assertRaises(AccessError):
            wizards.create({"ticket_id": self.ticket.id})
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.employee).action_withdraw_engagement()
        self.assertEqual(self.ticket.x_fc_engagement_state, "none")

    def test_agents_cannot_write_links_nor_read_hashes(self):
        self.ask(self.ticket)
        links = self.links.search([])
        with self.assertRaises(AccessError):
            links.with_user(self.agent).read(["email"])
        self.assertTrue(links.with_user(self.manager).read(["email"]))
        with self.assertRaises(AccessError):
            links.with_user(self.manager).read(["token_hash"])
        with self.assertRaises(AccessError):
            links.with_user(self.manager).write({"email": "x@example.com"})

    def test_hostile_names_are_text_in_the_mail(self):
        evil = "<script>x</script>{{ 7*7 }}"
        self.key_a.owner_name = evil
        self.ticket.name = evil
        self.ask(self.ticket, evil, evil)
        body = self.mails("Action needed").body_html
        self.assertNotIn("<script", body)
        self.assertEqual(body.count("&lt;script&gt;x&lt;/script&gt;{{ 7*7 }}"), 4)

    # -- Asking again, taking back ----------------------------------------------------------------

    def test_asking_again_starts_anew(self):
        first = self.ask(self.ticket)
        self.tickets._fc_decide(first, "reject", "No")
        self.mails("Action needed").unlink()
        self.key_a.write({"owner_email": "nia@birch.example.com", "owner_name": "Nia"})
        self.assertEqual(self.ticket.x_fc_engagement_email, "olga@birch.example.com")
        second = self.ask(self.ticket)
        ticket = self.ticket
        self.assertEqual(
            (ticket.x_fc_engagement_state, ticket.x_fc_engagement_email,
             ticket.x_fc_engagement_decided_at, ticket.x_fc_engagement_comment,
             ticket.x_fc_engagement_turnaround_hours),
            ("pending", "nia@birch.example.com", False, False, 0.0),
        )  # fmt: skip
        self.mails("Action needed").unlink()
        self.ask(self.ticket)
        self.assertEqual(self.tickets._fc_resolve_approval(second, "approve")[1], "superseded")
        self.assertEqual(self.tickets._fc_resolve_approval(first, "approve")[1], "used")
        self.assertIn("Rejected by Olga Owner", "".join(self.ticket.message_ids.mapped("body")))

    def test_withdraw(self):
        token = self.ask(self.ticket)
        self.ticket.with_user(self.agent).action_withdraw_engagement()
        self.assertEqual(self.ticket.x_fc_engagement_state, "none")
        self.assertEqual(self.tickets._fc_resolve_approval(token, "approve")[1], "withdrawn")
        self.assertTrue(self.ticket.message_ids[0].is_internal)
        with self.assertRaises(UserError):
            self.ticket.action_withdraw_engagement()

    def test_mail_that_has_not_gone_shows(self):
        self.ask(self.ticket)
        self.assertTrue(self.ticket.x_fc_engagement_mail_waits)
        self.mails("Action needed").unlink()
        self.ticket.invalidate_recordset()
        self.assertFalse(self.ticket.x_fc_engagement_mail_waits)

    # -- Several ----------------------------------------------------------------------------------

    def test_several_in_one_mail(self):
        tickets = self.ticket | self.make_ticket(name="Second") | self.make_ticket(name="Third")
        action = tickets.with_user(self.agent).action_bulk_request_owner_approval()
        self.assertEqual(action["context"], {"default_ticket_ids": tickets.ids})
        mail = self.engage(tickets)
        self.assertEqual(mail.subject, "Action needed: please review 3 requests")
        tokens = self.tokens(mail)
        self.assertEqual(len(tokens), 3)
        self.assertEqual(len(LINK.findall(mail.body_html)), 6)
        self.assertIn("Request 2 of 3", mail.body_html)
        self.assertEqual(set(tickets.mapped("x_fc_engagement_state")), {"pending"})
        self.assertEqual(mail.mail_message_id, tickets[0].message_ids[0])
        for ticket in tickets:
            self.assertEqual(ticket.message_ids[0].body,
                             "<p>Approval requested from Olga Owner</p>")  # fmt: skip
        self.tickets._fc_decide(tokens[1], "approve")
        self.assertEqual(
            tickets.mapped("x_fc_engagement_state"), ["pending", "approved", "pending"]
        )

    def test_rules_of_several_in_their_order(self):
        other = self.make_ticket(self.key_b)
        plain = self.tickets.create({"name": "No deployment"})
        second, third = self.make_ticket(name="2"), self.make_ticket(name="3")
        different = "Cannot bulk-engage tickets across different deployments."
        for tickets in (self.ticket | other, self.ticket | plain, plain):
            with self.assertRaises(UserError) as caught:
                tickets.action_bulk_request_owner_approval()
            self.assertEqual(str(caught.exception), different)
        second.x_fc_engagement_state = "pending"
        third.x_fc_engagement_state = "approved"
        with self.assertRaises(UserError) as caught:
            (self.ticket | second | third).action_bulk_request_owner_approval()
        self.assertEqual(
            str(caught.exception),
            "2 of the selected tickets already have a pending or approved engagement. "
            "Engage them individually.",
        )
        with self.assertRaises(UserError) as caught:
            (other | self.make_ticket(self.key_b)).action_bulk_request_owner_approval()
        self.assertEqual(str(caught.exception), NO_OWNER)
        many = self.tickets.union(*[self.make_ticket(name=str(n)) for n in range(26)])
        with self.assertRaises(UserError) as caught:
            many.action_bulk_request_owner_approval()
        self.assertEqual(str(caught.exception), "At most 25 tickets per request.")
        self.assertFalse(self.mails("Action needed"))

    def test_one_of_the_list_opens_the_single_form(self):
        action = self.ticket.with_user(self.agent).action_bulk_request_owner_approval()
        self.assertEqual(action["context"], {"default_ticket_id": self.ticket.id})
        self.assertEqual(
            (action["res_model"], action["target"]), ("fusion.helpdesk.engagement.wizard", "new")
        )

    def test_the_rules_are_looked_at_again_when_sending(self):
        second = self.make_ticket(name="2")
        context = (self.ticket | second).action_bulk_request_owner_approval()["context"]
        wizard = self.env["fusion.helpdesk.engagement.wizard"].with_context(**context).create({})
        second.x_fc_engagement_state = "approved"
        with self.assertRaises(UserError):
            wizard.action_send()
        self.assertEqual(self.ticket.x_fc_engagement_state, "none")

    def test_the_lists_selection_fills_the_wizard(self):
        second = self.make_ticket(name="2")
        wizard = (
            self.env["fusion.helpdesk.engagement.wizard"]
            .with_context(active_model="helpdesk.ticket", active_ids=(self.ticket | second).ids)
            .create({})
        )
        self.assertEqual(wizard.line_ids.ticket_id, self.ticket | second)
        self.assertEqual(wizard.owner_email_display, "olga@birch.example.com")


@tagged("post_install", "-at_install")
class TestDeciding(CentralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket()

    def decide(self, *args):
        return self.tickets._fc_decide(*args)

    def reason(self, token, decision="approve"):
        return self.tickets._fc_resolve_approval(token, decision)[1]

    def test_one_decision_only(self):
        token = self.ask(self.ticket)
        self.assertEqual(self.tickets._fc_resolve_approval(token, "approve"), (self.ticket, False))
        self.assertEqual(self.decide(token, "approve", "Go"), {"ok": True, "reason": False})
        for decision in ("approve", "reject"):
            self.assertEqual(self.decide(token, decision), {"ok": False, "reason": "used"})
        self.assertEqual(self.ticket.x_fc_engagement_state, "approved")
        self.assertEqual(self.ticket.x_fc_engagement_comment, "Go")
        texts = [body for body in self.ticket.message_ids.mapped("body") if "Approved by" in body]
        self.assertEqual(len(texts), 1)

    def test_rejection_and_its_line(self):
        token = self.ask(self.ticket)
        self.decide(token, "reject", "Too dear\n<b>no</b>")
        self.assertEqual(self.ticket.x_fc_engagement_state, "rejected")
        message = self.ticket._fc_public_messages()[-1]
        self.assertEqual(
            message.body,
            "<p><strong>✗ Rejected by Olga Owner</strong></p>"
            "<p><em>Too dear<br>&lt;b&gt;no&lt;/b&gt;</em></p>",
        )
        self.assertEqual(message.author_id.email, "olga@birch.example.com")
        self.assertEqual(self.ticket.x_fc_last_support_msg_id, message.id)

    def test_the_other_links_end(self):
        token = self.ask(self.ticket)
        other = self.ticket._fc_issue_approval_link("reminder")
        self.decide(other, "approve")
        self.assertEqual(self.reason(token), "decided")
        self.assertEqual(self.decide(token, "reject"), {"ok": False, "reason": "decided"})
        self.assertEqual(self.ticket.x_fc_engagement_state, "approved")

    def test_stage_does_not_move(self):
        stage = self.ticket.stage_id
        self.decide(self.ask(self.ticket), "approve")
        self.assertEqual(self.ticket.stage_id, stage)

    def test_followers_are_notified(self):
        token = self.ask(self.ticket)
        self.decide(token, "approve")
        message = self.ticket._fc_public_messages()[-1]
        self.assertIn(self.ticket.partner_id, message.notified_partner_ids)

    def test_evidence_stays_at_the_desk(self):
        token = self.ask(self.ticket)
        tickets = self.tickets.with_context(fc_ip="192.0.2.7", fc_user_agent="Mail/1")
        tickets._fc_decide(token, "approve")
        link = self.links.search([("ticket_id", "=", self.ticket.id)])
        shown = "Labels are too small\n\n- Bigger labels\n\n[Approve this request]"
        self.assertEqual(
            (link.decision, link.decided_ip, link.decided_user_agent, link.shown_text),
            ("approve", "192.0.2.7", "Mail/1", shown),
        )
        self.assertEqual(len(link.shown_sha256), 64)
        note = self.ticket.message_ids[0]
        self.assertTrue(note.is_internal)
        for text in ("192.0.2.7", "olga@birch.example.com", link.shown_sha256, "Mail/1"):
            self.assertIn(text, note.body)
            self.assertNotIn(text, "".join(self.ticket._fc_public_messages().mapped("body")))
        self.assertNotIn(token, note.body)

    def test_reasons(self):
        token = self.ask(self.ticket)
        self.assertEqual(self.reason("x" * 43), "unknown")
        self.assertEqual(self.reason(""), "unknown")
        self.assertEqual(self.reason(token, "maybe"), "bad_decision")
        self.assertEqual(self.decide(token, "maybe"), {"ok": False, "reason": "bad_decision"})
        self.ticket.active = False
        self.assertEqual(self.reason(token), "closed")
        self.ticket.active = True
        stage = self.env["helpdesk.ticket.stage"].create({"name": "Over", "closed": True})
        before, self.ticket.stage_id = self.ticket.stage_id, stage
        self.assertEqual(self.decide(token, "approve"), {"ok": False, "reason": "closed"})
        self.ticket.stage_id = before
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.assertEqual(self.decide(token, "approve"), {"ok": False, "reason": "expired"})
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")
        self.ticket.unlink()
        self.assertEqual(self.reason(token), "unknown")

    def test_owner_contact_is_found_never_revived(self):
        partner = self.env["res.partner"].create(
            {"name": "Old Olga", "email": "olga@birch.example.com", "active": False}
        )
        self.decide(self.ask(self.ticket), "approve")
        message = self.ticket._fc_public_messages()[-1]
        self.assertEqual(message.author_id, partner)
        self.assertFalse(partner.active)
        self.assertIn("Olga Owner", message.email_from)

    def test_owner_who_is_one_of_us(self):
        self.key_a.owner_email = self.agent.email
        self.decide(self.ask(self.ticket), "approve")
        message = self.ticket._fc_public_messages()[-1]
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertIn("✓ Approved by Olga Owner", message.body)

    def test_owner_without_a_name_is_called_by_the_address(self):
        self.key_a.owner_name = False
        token = self.ask(self.ticket)
        self.assertEqual(self.ticket.x_fc_engagement_name, "olga@birch.example.com")
        self.decide(token, "approve")
        self.assertIn("Approved by olga@birch.example.com",
                      self.ticket._fc_public_messages()[-1].body)  # fmt: skip

    def test_owner_who_is_the_reporter_still_counts(self):
        self.key_a.owner_email = "ines@birch.example.com"
        self.decide(self.ask(self.ticket), "approve")
        message = self.ticket._fc_public_messages()[-1]
        self.assertEqual(self.ticket.x_fc_last_support_msg_id, message.id)

    def test_comment_is_cut_and_cleaned(self):
        self.decide(self.ask(self.ticket), "approve", "a\x00" + "b" * 3000)
        self.assertEqual(self.ticket.x_fc_engagement_comment, "a" + "b" * 1999)

    def test_answer_to_the_mail_lands_on_the_ticket(self):
        self.ask(self.ticket)
        mail = self.mails("Action needed")
        message_id = mail.message_id
        mail.unlink()  # as after sending
        self.env["mail.thread"].message_process(
            "helpdesk.ticket",
            f"From: Olga <olga@birch.example.com>\nTo: catchall@desk.example.com\n"
            f"Subject: Re\nMessage-Id: <1@birch>\nIn-Reply-To: {message_id}\n"
            f"Content-Type: text/plain\n\nWhat does it cost?\n",
        )
        message = self.ticket.message_ids[0]
        self.assertIn("What does it cost?", message.body)
        self.assertIn(message, self.ticket._fc_public_messages())
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")

    def test_turnaround_and_its_average(self):
        with freeze_time("2026-03-02 12:00:00"):
            tokens = [self.ask_fresh(self.ticket)]
            tokens.append(self.ask_fresh(self.make_ticket(name="2")))
            self.ask_fresh(self.make_ticket(name="3"))
        with freeze_time("2026-03-02 14:00:00"):
            self.decide(tokens[0], "approve")
        with freeze_time("2026-03-02 20:00:00"):
            self.decide(tokens[1], "reject")
        self.assertEqual(self.ticket.x_fc_engagement_turnaround_hours, 2.0)
        rows = self.tickets._read_group(
            [("x_fc_engagement_state", "!=", "none"), ("x_fc_client_label", "=", "BIRCH")],
            ["x_fc_client_label"],
            ["__count", "x_fc_engagement_turnaround_hours:avg"],
        )
        self.assertEqual(rows, [("BIRCH", 3, 5.0)])
        rows = self.tickets._read_group(
            [("x_fc_client_label", "=", "BIRCH")],
            ["x_fc_engagement_state"],
            ["x_fc_engagement_turnaround_hours:avg"],
        )
        self.assertFalse(dict(rows)["pending"])
        total = self.tickets._read_group(
            [("x_fc_client_label", "=", "BIRCH")],
            [],
            ["x_fc_engagement_turnaround_hours:sum"],
        )
        self.assertEqual(total, [(10.0,)])

    def ask_fresh(self, ticket):
        token = self.ask(ticket)
        self.mails("Action needed").unlink()
        return token

    def test_line_in_the_thread(self):
        self.assertEqual(
            format_engagement_chatter("approve", "<b>", ""),
            Markup("<p><strong>✓ Approved by &lt;b&gt;</strong></p>"),
        )

    def test_old_links_go(self):
        token = self.ask(self.ticket)
        self.decide(token, "approve")
        link = self.links.search([("ticket_id", "=", self.ticket.id)])
        self.links._gc_links()
        self.assertTrue(link.exists())
        link.used_at = self.hours_ago(24 * 401)
        self.links._gc_links()
        self.assertFalse(link.exists())


@tagged("post_install", "-at_install")
class TestReminder(CentralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket()

    def remind(self):
        return self.tickets._cron_engagement_reminders()

    def ask_days_ago(self, ticket, days):
        token = self.ask(ticket)
        ticket.x_fc_engagement_sent_at = self.hours_ago(24 * days + 1)
        self.mails("Action needed").unlink()
        return token

    def test_exactly_once(self):
        token = self.ask_days_ago(self.ticket, 3)
        self.assertEqual(self.remind(), 1)
        mail = self.mails("Reminder")
        self.assertEqual(
            mail.subject, 'Reminder: still waiting on your approval — "Labels are too small"'
        )
        fresh = self.tokens(mail)[0]
        self.assertNotEqual(fresh, token)
        self.assertTrue(self.ticket.x_fc_engagement_reminded_at)
        self.assertEqual(mail.mail_message_id.message_type, "auto_comment")
        for days in (0, 1, 30):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                self.assertEqual(self.remind(), 0)
        self.assertEqual(len(self.mails("Reminder")), 1)
        for one in (token, fresh):
            self.assertFalse(self.tickets._fc_resolve_approval(one, "approve")[1])
        self.assertEqual(self.tickets._fc_decide(token, "approve")["ok"], True)
        self.assertEqual(self.tickets._fc_resolve_approval(fresh, "approve")[1], "decided")

    def test_not_too_early(self):
        self.ask_days_ago(self.ticket, 2)
        self.assertEqual(self.remind(), 0)

    def test_setting_that_is_no_positive_number_is_off(self):
        self.ask_days_ago(self.ticket, 30)
        for value in ("abc", "-1", "0", False, "3.5", ""):
            with self.subTest(value=value):
                self.set_config(engagement_reminder_days=value)
                self.assertEqual(self.remind(), 0)
        self.set_config(engagement_reminder_days="5")
        self.assertEqual(self.remind(), 1)

    def test_not_for_closed_archived_decided_or_expired(self):
        closed, archived, decided, expired = (
            self.make_ticket(name=name) for name in ("closed", "archived", "decided", "expired")
        )
        for ticket in closed | archived | expired:
            self.ask_days_ago(ticket, 4)
        self.tickets._fc_decide(self.ask_days_ago(decided, 4), "approve")
        stage = self.env["helpdesk.ticket.stage"].create({"name": "Over", "closed": True})
        closed.stage_id = stage
        archived.active = False
        expired._fc_get_links().expires_at = self.hours_ago(1)
        self.assertEqual(self.remind(), 0)
        self.assertFalse(self.mails("Reminder"))

    def test_one_mail_per_owner_and_client(self):
        self.key_b.write({"owner_email": "cleo@cedar.example.com"})
        for ticket in (self.ticket, self.make_ticket(name="2"), self.make_ticket(self.key_b)):
            self.ask_days_ago(ticket, 3)
        self.assertEqual(self.remind(), 3)
        mails = self.mails("Reminder")
        self.assertEqual(
            sorted(mails.mapped("subject")),
            [
                "Reminder: 2 requests still wait for your approval",
                'Reminder: still waiting on your approval — "Labels are too small"',
            ],
        )

    def test_one_bad_owner_never_stops_the_rest(self):
        self.key_b.write({"owner_email": "cleo@cedar.example.com"})
        bad = self.make_ticket(self.key_b)
        self.ask_days_ago(bad, 3)
        self.ask_days_ago(self.ticket, 3)
        template = self.env.ref("fusion_helpdesk_central.mail_template_engagement")
        is_bad = f"ctx.get('is_reminder') and object.id == {bad.id}"
        template.email_from = "{{ object.env['x'] if " + is_bad + " else 'd@example.com' }}"
        with (
            mute_logger("odoo.addons.mail.models.mail_render_mixin"),
            self.assertLogs("odoo.addons.fusion_helpdesk_central", "WARNING"),
        ):
            self.assertEqual(self.remind(), 1)
        self.assertFalse(bad.x_fc_engagement_reminded_at)
        self.assertEqual(len(bad._fc_get_links()), 1)
        self.assertTrue(self.ticket.x_fc_engagement_reminded_at)

    def test_asking_again_may_remind_again(self):
        self.ask_days_ago(self.ticket, 3)
        self.remind()
        self.ask_days_ago(self.ticket, 3)
        self.assertFalse(self.ticket.x_fc_engagement_reminded_at)
        self.assertEqual(self.remind(), 1)

    def test_by_its_cron(self):
        self.ask_days_ago(self.ticket, 3)
        cron = self.env.ref("fusion_helpdesk_central.ir_cron_engagement_reminder")
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "days"))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self.ticket.x_fc_engagement_reminded_at)
