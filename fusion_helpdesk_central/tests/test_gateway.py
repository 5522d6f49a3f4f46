from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CentralCase, b64

READ = "odoo.addons.fusion_helpdesk_central.models.fusion_helpdesk_gateway_write"


@tagged("post_install", "-at_install")
class TestGatewaySubmit(CentralCase):
    def submit(self, key=None, **values):
        return self.gateway(key).submit_ticket(self.submission(**values))

    def ticket(self, answer):
        self.assertTrue(answer["ok"], answer)
        return self.tickets.browse(answer["ticket_id"])

    def assertRefused(self, answer, code):
        self.assertEqual((answer["ok"], answer["error"]), (False, code), answer)
        self.assertTrue(answer["message"])

    def test_identity_stands_on_the_ticket(self):
        ticket = self.ticket(self.submit())
        self.assertEqual(
            (
                ticket.partner_name,
                ticket.partner_email,
                ticket.x_fc_client_label,
                ticket.x_fc_client_key_id,
                ticket.x_fc_reporter_uid,
                ticket.x_fc_ticket_kind,
                ticket.partner_company_name,
            ),
            ("Ines Castro", "ines@birch.example.com", "BIRCH", self.key_a, 7, "bug",
             "Birch Dental"),
        )  # fmt: skip
        partner = ticket.partner_id
        self.assertEqual((partner.company_name, partner.parent_id.id), ("Birch Dental", False))
        self.assertEqual(ticket.message_partner_ids, partner)
        bot = self.key_a.bot_user_id
        self.assertNotIn(bot.partner_id, ticket.message_ids.author_id)
        self.assertFalse(ticket.user_id)

    def test_same_uuid_is_one_ticket_and_one_mail(self):
        first = self.submit()
        second = self.submit(vals={"name": "Another title"})
        self.assertEqual(
            (second["ticket_id"], second["duplicate"], first["duplicate"]),
            (first["ticket_id"], True, False),
        )
        self.assertEqual(len(self.mails("We received your request")), 1)
        other = self.gateway(self.key_b).submit_ticket(self.submission())
        self.assertNotEqual(other["ticket_id"], first["ticket_id"])

    def test_label_of_the_payload_is_ignored(self):
        with self.assertLogs(READ, "WARNING") as logs:
            answer = self.submit(vals={"x_fc_client_label": "CEDAR"})
        self.assertEqual(self.ticket(answer).x_fc_client_label, "BIRCH")
        self.assertIn(f"Client key {self.key_a.id} sent another label", logs.output[0])
        self.assertNotIn("CEDAR", logs.output[0])

    def test_values_outside_the_list_are_ignored(self):
        stage = self.env["helpdesk.ticket.stage"].search([("closed", "=", True)], limit=1)
        answer = self.submit(
            vals={
                "stage_id": stage.id,
                "user_id": self.agent.id,
                "partner_id": self.agent.partner_id.id,
                "company_id": 999,
                "x_fc_engagement_state": "approved",
                "priority": "3",
            }
        )
        ticket = self.ticket(answer)
        self.assertNotEqual(ticket.stage_id, stage)
        self.assertFalse(ticket.user_id)
        self.assertEqual(ticket.partner_id.email, "ines@birch.example.com")
        self.assertEqual((ticket.company_id, ticket.priority), (self.env.company, "3"))
        self.assertEqual(ticket.x_fc_engagement_state, "none")

    def test_no_address_no_customer(self):
        answer = self.submit(vals={"partner_email": ""})
        self.assertFalse(answer["email_captured"])
        self.assertEqual(answer["url"], "")
        self.assertFalse(self.ticket(answer).partner_id)
        self.assertFalse(self.mails("We received your request"))

    def test_our_own_alias_gives_no_contact_and_a_warning(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Desk", "alias_name": "fhc-desk"})
        alias = team.alias_email or "fhc-desk@desk.example.com"
        if not team.alias_domain_id:
            domain = self.env["mail.alias.domain"].create({"name": "desk.example.com"})
            team.alias_domain_id = domain
            alias = "fhc-desk@desk.example.com"
        answer = self.submit(vals={"partner_email": alias})
        self.assertFalse(self.ticket(answer).partner_id)
        self.assertEqual(len(answer["warnings"]), 1)
        self.assertFalse(self.mails("We received your request"))

    def test_same_address_in_two_deployments_is_one_contact(self):
        one = self.ticket(self.submit())
        two = self.ticket(self.submit(self.key_b))
        self.assertEqual(one.partner_id, two.partner_id)
        self.assertEqual(two.x_fc_client_label, "CEDAR")
        for key, ticket in ((self.key_a, one), (self.key_b, two)):
            listed = self.gateway(key).list_tickets(self.payload())
            self.assertEqual([row["id"] for row in listed["tickets"]], [ticket.id])

    def test_hostile_text_is_shown_as_text(self):
        evil = "<script>alert(1)</script>{{ 7*7 }} ${object.id} <img src=x onerror=alert(1)>"
        answer = self.submit(
            vals={"name": evil, "partner_name": evil, "description": f"<p>{evil}</p>"}
        )
        ticket = self.ticket(answer)
        self.assertNotIn("<script", ticket.description)
        self.assertNotIn("onerror", ticket.description)
        mail = self.mails("We received your request")
        self.assertNotIn("<script", mail.body_html)
        self.assertIn("{{ 7*7 }}", mail.body_html)
        self.assertNotIn(">49<", mail.body_html)

    def test_odd_characters_are_cleaned(self):
        name = "a\x00b\x0b\ud800 🙂 שלום"
        ticket = self.ticket(self.submit(vals={"name": name}))
        self.assertEqual(ticket.name, "ab 🙂 שלום")

    # -- Teams ------------------------------------------------------------------------------------

    def test_team_falls_back_step_by_step(self):
        teams = self.env["helpdesk.ticket.team"]
        teams.search([]).active = False
        self.assertFalse(self.ticket(self.submit()).team_id)
        first, default, own, given = teams.create([{"name": name} for name in "ABCD"])
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = teams.create({"name": "E", "company_id": other.id})

        def team(number, **vals):
            answer = self.gateway().submit_ticket(
                {**self.submission(vals=vals), "uuid": f"t{number}"}
            )
            return self.ticket(answer).team_id

        self.assertEqual(team(1), first)
        self.set_config(default_team_id=str(default.id))
        self.assertEqual(team(2), default)
        self.key_a.team_id = own.id
        self.assertEqual(team(3), own)
        self.assertEqual(team(4, team_id=given.id), given)
        for number, wrong in enumerate((foreign.id, 2**31 - 1, -1, "1", True, None)):
            self.assertEqual(team(f"w{number}", team_id=wrong), own)
        own.active = False
        self.assertEqual(team(5), default)

    # -- Bad input --------------------------------------------------------------------------------

    def test_bad_payloads_write_nothing(self):
        before = self.tickets.search_count([])
        nested = []
        for _depth in range(1000):
            nested = [nested]
        gateway = self.gateway()
        good = self.submission()
        cases = (
            ("invalid", None),
            ("invalid", []),
            ("invalid", "x"),
            ("api", {}),
            ("api", {**good, "api": 2}),
            ("invalid", {**good, "identity": None}),
            ("invalid", {**good, "identity": {"uid": -5, "email": "nobody"}}),
            ("invalid", {**good, "identity": []}),
            ("invalid", {**good, "uuid": ""}),
            ("invalid", {**good, "uuid": 5}),
            ("invalid", {**good, "uuid": nested}),
            ("invalid", {**good, "vals": None}),
            ("invalid", {**good, "vals": nested}),
            ("invalid", {**good, "vals": {"name": nested}}),
            ("invalid", {**good, "vals": {"name": "  "}}),
            ("too_large", {**good, "vals": {"name": "x" * 501}}),
            ("too_large", {**good, "vals": {"name": "x", "description": "x" * 500_001}}),
            ("invalid", {**good, "attachments": "x"}),
            ("invalid", {**good, "attachments": [{"name": "a"}]}),
            ("invalid", {**good, "attachments": [{"name": "a", "data": "***"}]}),
        )
        for number, (code, payload) in enumerate(cases):
            with self.subTest(number=number):
                self.assertRefused(gateway.submit_ticket(payload), code)
        self.assertEqual(self.tickets.search_count([]), before)

    def test_files_are_measured_before_they_are_decoded(self):
        self.set_config(max_total_mb="1")
        big = {"name": "a.bin", "data": "A" * (1 << 20)}
        self.assertRefused(self.submit(attachments=[big, big]), "too_large")
        many = [{"name": "a", "data": ""}] * 51
        self.assertRefused(self.submit(attachments=many), "too_large")
        self.assertFalse(self.tickets.search([("x_fc_client_uuid", "=", "7-0001")]))

    def test_files_hang_on_the_ticket_and_markup_becomes_text(self):
        answer = self.submit(
            attachments=[
                {"name": "../../x.html", "mimetype": "text/html", "data": b64(b"<b>x</b>")},
                {"name": "a.svg", "mimetype": "image/svg+xml", "data": b64(b"<svg/>")},
                {"name": "\x07", "mimetype": "text/plain", "data": ""},
            ]
        )
        ticket = self.ticket(answer)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)], order="id"
        )
        self.assertEqual(files.mapped("name"), ["x.html", "a.svg", "attachment"])
        self.assertEqual(files[:2].mapped("mimetype"), ["text/plain", "text/plain"])
        self.assertEqual(files.create_uid, self.key_a.bot_user_id)

    def test_acknowledgement_that_cannot_be_made_costs_only_itself(self):
        template = self.env.ref("fusion_helpdesk_central.mail_template_ticket_ack")
        template.subject = "{{ object.no_such_field }}"
        with mute_logger("odoo.addons.fusion_helpdesk_central.models.helpdesk_ticket_ack",
                         "odoo.addons.mail.models.mail_render_mixin"):  # fmt: skip
            answer = self.submit()
        ticket = self.ticket(answer)
        self.assertEqual(len(answer["warnings"]), 1)
        self.assertIn("acknowledgement", ticket.message_ids[0].body)
        self.assertTrue(ticket.message_ids[0].is_internal)

    def test_write_budget_of_a_key(self):
        self.set_config(writes_per_hour="2")
        for number in range(2):
            self.assertTrue(self.gateway().submit_ticket(
                {**self.submission(), "uuid": f"b{number}"})["ok"])  # fmt: skip
        answer = self.gateway().submit_ticket({**self.submission(), "uuid": "b3"})
        self.assertRefused(answer, "rate_limited")
        self.assertTrue(0 < answer["retry_after"] <= 3600)
        self.assertFalse(self.tickets.search([("x_fc_client_uuid", "=", "b3")]))
        self.assertTrue(self.submit(self.key_b)["ok"])
        self.assertTrue(self.gateway().list_tickets(self.payload())["ok"])

    def test_owner_comes_with_the_ticket(self):
        answer = self.submit(contact={"owner_email": "nia@birch.example.com", "owner_name": "Nia"})
        self.assertEqual(answer["warnings"], [])
        self.assertEqual(self.key_a.owner_email, "nia@birch.example.com")
        answer = self.gateway().submit_ticket(
            {**self.submission(contact={"owner_email": "no"}), "uuid": "c2"}
        )
        self.assertEqual(len(answer["warnings"]), 1)
        self.assertEqual(self.key_a.owner_email, "nia@birch.example.com")
        self.gateway().submit_ticket({**self.submission(), "uuid": "c3"})
        self.assertEqual(self.key_a.owner_email, "nia@birch.example.com")

    def test_set_contact(self):
        answer = self.gateway().set_contact(
            self.payload(contact={"owner_email": "Nia@birch.example.com", "owner_name": "Nia"})
        )
        self.assertEqual(answer["owner_email"], "nia@birch.example.com")
        answer = self.gateway().set_contact(self.payload(contact={"owner_email": ""}))
        self.assertEqual((answer["owner_email"], self.key_a.owner_email), ("", False))
        self.assertRefused(self.gateway().set_contact(self.payload()), "invalid")

    def test_ping(self):
        answer = self.gateway().ping(
            self.payload(queue_depth=3, url="https://birch.example.com", identity={"uid": 0,
                                                                                  "email": ""})
        )  # fmt: skip
        self.assertEqual((answer["ok"], answer["client"], answer["api"]), (True, "Birch Dental", 1))
        self.assertEqual(answer["label"], "BIRCH")
        self.assertEqual(
            (self.key_a.client_queue_depth, self.key_a.client_url, self.key_a.client_version),
            (3, "https://birch.example.com", "19.0.1.0.0"),
        )
        self.assertEqual(self.key_a.seen_state, "green")
        self.gateway().ping(self.payload(queue_depth=9))
        self.assertEqual(self.key_a.client_queue_depth, 3, "at most once a minute")

    def test_nobody_else_passes_the_door(self):
        for user in (self.manager, self.env.ref("base.user_admin"), self.env.ref("base.user_root")):
            gateway = self.env(user=user.id, su=False)["fusion.helpdesk.gateway"]
            for method in ("ping", "submit_ticket", "list_tickets", "get_ticket", "post_reply",
                           "digest", "get_attachment", "set_contact"):  # fmt: skip
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(gateway, method)(self.submission(ticket_id=1))
        self.assertFalse(self.tickets.search([("x_fc_client_uuid", "=", "7-0001")]))


@tagged("post_install", "-at_install")
class TestGatewayThread(CentralCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket()
        cls.colleague = cls.make_ticket(
            name="Colleague's", partner_email="cy@birch.example.com", x_fc_reporter_uid=8
        )
        cls.foreign = cls.make_ticket(cls.key_b, name="Foreign")

    def call(self, method, key=None, **values):
        return getattr(self.gateway(key), method)(self.payload(**values))

    def ids(self, **values):
        answer = self.call("list_tickets", **values)
        self.assertEqual(answer["total"], len(answer["tickets"]))
        return {row["id"] for row in answer["tickets"]}

    def say(self, ticket, body, user=None, **values):
        return ticket.with_user(user or self.agent).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    # -- Scope ------------------------------------------------------------------------------------

    def test_mine_is_uid_or_address(self):
        self.assertEqual(self.ids(), {self.ticket.id})
        self.assertEqual(self.ids(identity={"uid": 0}), {self.ticket.id})
        self.assertEqual(self.ids(identity={"email": "new@birch.example.com"}), {self.ticket.id})
        self.assertEqual(self.ids(identity={"uid": 8, "email": ""}), {self.colleague.id})
        self.assertEqual(self.ids(identity={"uid": 0, "email": "INES@birch.example.com"}),
                         {self.ticket.id})  # fmt: skip

    def test_wildcards_are_letters(self):
        for email in ("ine_@birch.example.com", "%@birch.example.com", "\\%@birch.example.com"):
            with self.subTest(email=email):
                self.assertEqual(self.ids(identity={"uid": 99, "email": email}), set())
        odd = self.make_ticket(partner_email="a_b@birch.example.com", x_fc_reporter_uid=0)
        self.make_ticket(partner_email="acb@birch.example.com", x_fc_reporter_uid=0)
        self.assertEqual(self.ids(identity={"uid": 99, "email": "a_b@birch.example.com"}), {odd.id})

    def test_all_needs_the_keys_leave(self):
        answer = self.call("list_tickets", identity={"all": True})
        self.assertEqual(answer["scope"], "all")
        self.assertEqual(
            {row["id"] for row in answer["tickets"]}, {self.ticket.id, self.colleague.id}
        )
        for value in (1, "true", [1], None):
            self.assertEqual(
                self.call("list_tickets", identity={"all": value})["scope"], "mine", repr(value)
            )
        self.key_a.allow_all_scope = False
        answer = self.call("list_tickets", identity={"all": True})
        self.assertEqual((answer["scope"], answer["total"]), ("mine", 1))
        missing = self.call("get_ticket", ticket_id=self.colleague.id, identity={"all": True})
        self.assertEqual(missing["error"], "not_found")

    def test_what_is_not_in_scope_is_not_there(self):
        archived = self.make_ticket(active=False)
        deleted = self.make_ticket()
        deleted_id = deleted.id
        deleted.unlink()
        answers = set()
        wrong = (self.foreign.id, self.colleague.id, archived.id, deleted_id, 0, -1, 2**31 - 1,
                 2**31, 2**63)  # fmt: skip
        for ticket_id in wrong:
            for method, more in (
                ("get_ticket", {}),
                ("post_reply", {"uuid": "u", "body": "x"}),
                ("get_attachment", {"attachment_id": 1}),
            ):
                answer = self.call(method, ticket_id=ticket_id, **more)
                self.assertEqual(answer["error"], "not_found", (method, ticket_id))
                answers.add(answer["message"])
        self.assertEqual(len(answers), 1)
        self.assertFalse(self.env["mail.message"].search([("x_fc_client_uuid", "=", "u")]))

    def test_foreign_scope_with_all_and_a_foreign_identity(self):
        identity = {"uid": 7, "email": "ines@birch.example.com", "all": True}
        answer = self.call("list_tickets", identity=identity)
        self.assertNotIn(self.foreign.id, {row["id"] for row in answer["tickets"]})
        answer = self.call("digest", since="2000-01-01 00:00:00", identity=identity)
        self.assertNotIn(self.foreign.id, {row["id"] for row in answer["rows"]})

    # -- List -------------------------------------------------------------------------------------

    def test_search_state_and_pages(self):
        closed = self.env["helpdesk.ticket.stage"].create({"name": "Shipped", "closed": True})
        done = self.make_ticket(name="50% off_by one", stage_id=closed.id)
        self.assertEqual(self.ids(state="closed"), {done.id})
        self.assertEqual(self.ids(state="open"), {self.ticket.id})
        self.assertEqual(self.ids(search="50%"), {done.id})
        self.assertEqual(self.ids(search="0_ o"), set())
        self.assertEqual(self.ids(search=done.ticket_ref), {done.id})
        answer = self.call("list_tickets", limit=1, offset=1)
        self.assertEqual((len(answer["tickets"]), answer["total"]), (1, 2))
        row = next(one for one in self.call("list_tickets")["tickets"] if one["id"] == done.id)
        self.assertEqual(
            (row["ref"], row["subject"], row["is_closed"], row["reporter"], row["reporter_uid"],
             row["partner_email"], row["engagement_state"], row["stage"]),
            (done.ticket_ref, "50% off_by one", True, "Ines Castro", 7, "ines@birch.example.com",
             "none", closed.name),
        )  # fmt: skip

    def test_no_none_leaves(self):
        bare = self.tickets.create({"name": "Bare", "x_fc_client_label": "BIRCH",
                                    "x_fc_reporter_uid": 7, "stage_id": False})  # fmt: skip

        def walk(value):
            if isinstance(value, dict):
                for item in value.values():
                    walk(item)
            elif isinstance(value, list):
                for item in value:
                    walk(item)
            else:
                self.assertIsNotNone(value)
                self.assertIn(type(value), (str, int, bool))

        for answer in (
            self.call("ping"),
            self.call("list_tickets"),
            self.call("get_ticket", ticket_id=bare.id),
            self.call("digest"),
            self.call("get_ticket", ticket_id=-1),
        ):
            walk(answer)

    # -- Thread -----------------------------------------------------------------------------------

    def test_only_public_messages_leave(self):
        shown = self.say(self.ticket, "Answer")
        self.ticket.with_user(self.agent).message_post(body="Note", subtype_xmlid="mail.mt_note")
        self.ticket._message_log(body="Logged")
        self.say(self.ticket, "Hidden").is_internal = True
        self.ticket.message_post(body="System", message_type="notification",
                                 subtype_xmlid="mail.mt_comment")  # fmt: skip
        self.ticket.with_user(self.agent).priority = "3"
        self.env.flush_all()
        messages = self.call("get_ticket", ticket_id=self.ticket.id)["messages"]
        self.assertEqual([message["id"] for message in messages], [shown.id])
        self.assertIs(messages[0]["subtype_is_internal"], False)

    def test_bodies_leave_without_scripts_forms_and_styles(self):
        message = self.say(self.ticket, "x")
        self.env.cr.execute(
            "UPDATE mail_message SET body = %s WHERE id = %s",
            ['<p style="display:none" class="a">Hi<script>x</script></p><form><input/></form>',
             message.id],
        )  # fmt: skip
        message.invalidate_recordset()
        body = self.call("get_ticket", ticket_id=self.ticket.id)["messages"][0]["body"]
        for word in ("script", "style", "form", "input", "class"):
            self.assertNotIn(word, body)
        self.assertIn("Hi", body)

    def test_newest_200_messages_in_order(self):
        values = {"model": "helpdesk.ticket", "res_id": self.ticket.id, "message_type": "comment",
                  "subtype_id": self.env.ref("mail.mt_comment").id}  # fmt: skip
        made = self.env["mail.message"].create([{**values, "body": str(n)} for n in range(203)])
        answer = self.call("get_ticket", ticket_id=self.ticket.id)
        self.assertEqual([m["id"] for m in answer["messages"]], made.ids[3:])
        self.assertTrue(answer["has_more"])

    def test_who_is_support(self):
        self.say(self.ticket, "Desk")
        self.ticket.message_post(
            body="By mail", message_type="email", subtype_xmlid="mail.mt_comment",
            author_id=self.ticket.partner_id.id,
        )  # fmt: skip
        self.call("post_reply", ticket_id=self.ticket.id, uuid="a", body="From the dialog")
        messages = self.call("get_ticket", ticket_id=self.ticket.id)["messages"]
        self.assertEqual([m["is_support"] for m in messages], [True, False, False])
        self.assertEqual([m["author"] for m in messages], ["Agent Ada", "Ines Castro",
                                                           "Ines Castro"])  # fmt: skip

    def test_url_is_signed_for_its_own_customer_only(self):
        own = self.call("get_ticket", ticket_id=self.ticket.id)["ticket"]["url"]
        self.assertIn(f"access_token={self.ticket.access_token}", own)
        self.assertIn(f"pid={self.ticket.partner_id.id}", own)
        identity = {"uid": 1, "email": "boss@birch.example.com", "all": True}
        other = self.call("get_ticket", ticket_id=self.ticket.id, identity=identity)
        self.assertNotIn("hash=", other["ticket"]["url"])

    # -- Replies ----------------------------------------------------------------------------------

    def test_reply_is_plain_text_once(self):
        first = self.call("post_reply", ticket_id=self.ticket.id, uuid="r", body="a <b>\nc")
        again = self.call("post_reply", ticket_id=self.ticket.id, uuid="r", body="other")
        self.assertEqual(
            (again["message_id"], again["duplicate"], first["duplicate"]),
            (first["message_id"], True, False),
        )
        message = self.env["mail.message"].browse(first["message_id"])
        self.assertEqual(message.body, "<p>a &lt;b&gt;<br>c</p>")

    def test_reply_needs_uuid_and_text_or_file(self):
        for values in ({"uuid": "", "body": "x"}, {"uuid": "x"}, {"uuid": "x", "body": "  "},
                       {"uuid": "x", "body": 5}):  # fmt: skip
            with self.subTest(values=values):
                answer = self.call("post_reply", ticket_id=self.ticket.id, **values)
                self.assertEqual(answer["error"], "invalid")
        answer = self.call("post_reply", ticket_id=self.ticket.id, uuid="f",
                           attachments=[{"name": "a.txt", "data": b64(b"hello")}])  # fmt: skip
        message = self.env["mail.message"].browse(answer["message_id"])
        self.assertEqual(message.attachment_ids.mapped("raw"), [b"hello"])
        answer = self.call("post_reply", ticket_id=self.ticket.id, uuid="g", body="x" * 40_001)
        self.assertEqual(answer["error"], "too_large")

    def test_author_is_who_replies(self):
        identity = {"uid": 1, "email": "boss@birch.example.com", "name": "Bo Boss", "all": True}
        answer = self.call("post_reply", ticket_id=self.ticket.id, uuid="b", body="Me too",
                           identity=identity)  # fmt: skip
        message = self.env["mail.message"].browse(answer["message_id"])
        self.assertEqual(message.author_id.email, "boss@birch.example.com")
        self.assertFalse(self.ticket.x_fc_last_support_msg_id)
        answer = self.call("post_reply", ticket_id=self.ticket.id, uuid="c", body="x",
                           identity={"email": ""})  # fmt: skip
        author = self.env["mail.message"].browse(answer["message_id"]).author_id
        self.assertEqual(author, self.ticket.partner_id)

    def test_deployment_cannot_speak_as_an_agent(self):
        answer = self.call("post_reply", ticket_id=self.ticket.id, uuid="e", body="Trust me",
                           identity={"email": "ada@desk.example.com", "name": "Ada"})  # fmt: skip
        message = self.env["mail.message"].browse(answer["message_id"])
        self.assertFalse(message.author_id)
        thread = self.call("get_ticket", ticket_id=self.ticket.id)["messages"]
        self.assertEqual((thread[0]["author"], thread[0]["is_support"]), ("Ada", False))

    # -- Files ------------------------------------------------------------------------------------

    def test_only_files_of_the_thread_are_served(self):
        make = self.env["ir.attachment"].create
        on = {"res_model": "helpdesk.ticket", "res_id": self.ticket.id, "raw": b"x"}
        internal = make({**on, "name": "agent.txt"})
        note = make({**on, "name": "note.txt"})
        foreign = make({**on, "name": "foreign.txt", "res_id": self.foreign.id})
        other_model = make({"name": "partner.txt", "raw": b"x", "res_model": "res.partner",
                            "res_id": self.ticket.partner_id.id})  # fmt: skip
        self.ticket.with_user(self.agent).message_post(
            body="n", subtype_xmlid="mail.mt_note", attachment_ids=note.ids
        )
        shown = make({**on, "name": "shown.txt", "raw": b"hello"})
        self.say(self.ticket, "See", attachment_ids=shown.ids)
        answer = self.call("get_attachment", ticket_id=self.ticket.id, attachment_id=shown.id)
        self.assertEqual((answer["name"], answer["data"]), ("shown.txt", b64(b"hello")))
        for file in internal | note | foreign | other_model:
            with self.subTest(file=file.name):
                answer = self.call("get_attachment", ticket_id=self.ticket.id,
                                   attachment_id=file.id)  # fmt: skip
                self.assertEqual(answer["error"], "not_found")

    def test_reporters_own_file_is_served(self):
        sent = self.gateway().submit_ticket(
            self.submission(attachments=[{"name": "a.txt", "data": b64(b"mine")}])
        )
        thread = self.call("get_ticket", ticket_id=sent["ticket_id"])["ticket"]
        self.assertEqual(
            [(file["name"], file["size"]) for file in thread["attachments"]], [("a.txt", 4)]
        )
        answer = self.call("get_attachment", ticket_id=sent["ticket_id"],
                           attachment_id=thread["attachments"][0]["id"])  # fmt: skip
        self.assertEqual(answer["data"], b64(b"mine"))

    # -- Support messages and digest --------------------------------------------------------------

    def test_what_counts_as_an_answer(self):
        self.ticket.with_user(self.agent).message_post(body="n", subtype_xmlid="mail.mt_note")
        self.ticket._message_log(body="l")
        self.ticket.message_post(body="own", author_id=self.ticket.partner_id.id,
                                 message_type="email", subtype_xmlid="mail.mt_comment")  # fmt: skip
        self.call("post_reply", ticket_id=self.ticket.id, uuid="x", body="own")
        self.assertEqual(self.ticket.x_fc_last_support_msg_id, 0)
        message = self.say(self.ticket, "Answer")
        self.assertEqual(self.ticket.x_fc_last_support_msg_id, message.id)
        self.assertTrue(self.ticket.x_fc_last_support_at)
        plain = self.tickets.create({"name": "No deployment"})
        self.say(plain, "Answer")
        self.assertEqual(plain.x_fc_last_support_msg_id, 0)

    def test_digest(self):
        message = self.say(self.ticket, "Answer")
        answer = self.call("digest")
        rows = {row["id"]: row for row in answer["rows"]}
        self.assertEqual(set(rows), {self.ticket.id, self.colleague.id})
        self.assertEqual(
            rows[self.ticket.id],
            {"id": self.ticket.id, "partner_email": "ines@birch.example.com", "reporter_uid": 7,
             "last_support_msg_id": message.id, "is_closed": False},
        )  # fmt: skip
        self.assertRegex(answer["cursor"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET write_date = now() - interval '91 days' WHERE id = %s",
            [self.colleague.id],
        )
        self.env.invalidate_all()
        self.assertEqual([row["id"] for row in self.call("digest")["rows"]], [self.ticket.id])
        future = self.call("digest", since="2999-01-01 00:00:00")
        self.assertEqual(future["rows"], [])
        self.assertEqual(self.call("digest", since="yesterday")["error"], "invalid")

    def test_archived_ticket_leaves_no_badge(self):
        self.say(self.ticket, "Answer")
        self.ticket.active = False
        row = next(r for r in self.call("digest")["rows"] if r["id"] == self.ticket.id)
        self.assertEqual((row["last_support_msg_id"], row["is_closed"]), (0, True))

    def test_copy_carries_nothing_over(self):
        self.say(self.ticket, "Answer")
        self.ask(self.ticket)
        copy = self.ticket.copy()
        for name in ("x_fc_client_label", "x_fc_client_key_id", "x_fc_client_uuid",
                     "x_fc_reporter_uid", "x_fc_last_support_msg_id", "x_fc_last_support_at",
                     "x_fc_engagement_email", "x_fc_engagement_sent_at", "x_fc_ai_summary",
                     "x_fc_ai_draft"):  # fmt: skip
            self.assertFalse(copy[name], name)
        self.assertEqual(copy.x_fc_engagement_state, "none")
