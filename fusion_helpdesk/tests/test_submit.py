import base64

from odoo import fields
from odoo.tests import TransactionCase, tagged

from .common import KEY, PNG, HelpdeskMixin


class SubmitCases(HelpdeskMixin):
    """The same tests over both transports."""

    allow_inherited_tests_method = True

    def test_a_report_reaches_central(self):
        answer = self.submit(
            reply_email="Anna.Home@Example.com",
            attachments=[{"name": "shot.png", "mimetype": "image/png", "data": PNG}],
            draft_uuid="u-1",
        )

        ticket_id = answer["ticket_id"]
        ref = f"HT{ticket_id:05}"
        row = self.rows()
        self.assertEqual(
            answer,
            {
                "ok": True, "queued": False, "outbox_id": row.id, "ticket_id": ticket_id,
                "ticket_ref": ref, "ticket_url": f"https://central.example.com/{ref}",
                "email_captured": True,
            },
        )  # fmt: skip
        [payload] = self.central.named("submit_ticket")
        self.assertEqual(payload["api"], 1)
        self.assertEqual(payload["uuid"], f"{self.anna.id}-u-1")
        self.assertEqual(payload["kind"], "bug")
        self.assertEqual(
            payload["identity"],
            {"uid": self.anna.id, "name": "Anna Reid", "email": "anna@example.com",
             "lang": "en_US", "all": False},
        )  # fmt: skip
        self.assertEqual(
            payload["vals"],
            {
                "name": "[ACME] Bug Report: Printer",
                "description": "<p>It smokes</p>",
                "partner_name": "Anna Reid",
                "partner_email": "anna.home@example.com",
                "partner_company_name": self.env.company.name,
                "x_fc_client_label": "ACME",
            },
        )
        self.assertEqual(
            payload["attachments"], [{"name": "shot.png", "mimetype": "image/png", "data": PNG}]
        )
        self.assertNotIn("contact", payload)
        self.assertNotIn("draft", payload)
        self.assertNotIn("fingerprint", payload)
        self.assertEqual(row.state, "sent")
        self.assertEqual((row.central_ticket_id, row.central_ref), (ticket_id, ref))
        self.assertEqual(row.user_id, self.anna)
        self.assertFalse(row.payload)
        self.assertFalse(row.attachment_ids)
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "fusion.helpdesk.outbox")])
        )

    def test_the_deployments_user_is_asked_for_once(self):
        self.submit(draft_uuid="a")
        self.submit(draft_uuid="b")

        self.assertEqual(len(self.central.named("submit_ticket")), 2)
        self.assertEqual(self.central.logins, 1 if self.transport == "xmlrpc" else 0)

    def test_an_id_that_central_no_longer_knows_is_asked_anew(self):
        self.connect(remote_uid="7")

        answer = self.submit()

        self.assertFalse(answer["queued"])
        self.assertEqual(len(self.central.named("submit_ticket")), 1)

    def test_the_same_key_makes_one_ticket(self):
        first = self.submit(draft_uuid="twice")
        second = self.submit(draft_uuid="twice", subject="Other")

        self.assertEqual(first, second)
        self.assertEqual(len(self.central.named("submit_ticket")), 1)
        self.assertEqual(len(self.rows()), 1)

    def test_the_key_is_the_users_own(self):
        first = self.submit(draft_uuid="same")
        second = self.submit(self.ben, draft_uuid="same")

        self.assertNotEqual(first["ticket_id"], second["ticket_id"])
        self.assertEqual(
            [payload["uuid"] for payload in self.central.named("submit_ticket")],
            [f"{self.anna.id}-same", f"{self.ben.id}-same"],
        )

    def test_an_answer_lost_on_the_way_makes_one_ticket(self):
        self.central.fail("lost")

        answer = self.submit()

        self.assertEqual((answer["ok"], answer["queued"], answer["ticket_id"]), (True, True, False))
        self.assertEqual(len(self.central.tickets), 1)

        self.make_due()
        done = self.env["fusion.helpdesk.outbox"]._flush()

        self.assertEqual(done, {"sent": 1, "queued": 0, "failed": 0})
        self.assertEqual(len(self.central.tickets), 1)
        self.assertEqual(self.rows().central_ticket_id, *self.central.tickets)

    def test_every_fault_keeps_the_report(self):
        faults = ["close", "garbage", 404, 405, 422, 429, 500, 503, 302,
                  "fault1", "fault2", "fault3", "fault4"]  # fmt: skip
        self.connect(tickets_per_hour="100")
        for number, fault in enumerate(faults):
            with self.subTest(fault=fault):
                self.central.fail(fault, fault)
                self.close_breaker()

                answer = self.submit(draft_uuid=f"f{number}")

                self.assertEqual((answer["ok"], answer["queued"]), (True, True))
                row = self.rows()[-1]
                self.assertEqual((row.state, row.attempts), ("queued", 1))
                self.assertEqual(row.payload["vals"]["name"], "[ACME] Bug Report: Printer")
                self.assertTrue(row.last_error)
                self.assertNotIn("secret-of-central", row.last_error)
                self.assertNotIn(KEY, row.last_error)
                self.central.faults.clear()
        self.assertFalse(self.central.tickets)
        self.make_due()

        self.assertEqual(
            self.env["fusion.helpdesk.outbox"]._flush(),
            {"sent": len(faults), "queued": 0, "failed": 0},
        )
        self.assertEqual(len(self.central.tickets), len(faults))

    def test_central_down_stores_and_then_waits_for_nobody(self):
        url = self.central.url
        self.stop_central()
        first = self.submit(draft_uuid="down-1")
        self.assertEqual(
            (first["ok"], first["queued"], first["reason"]), (True, True, "unreachable")
        )

        # The breaker: central is back, but nobody waits for it within the minute.
        self.connect(
            remote_url=self.env["ir.config_parameter"].get_param("fusion_helpdesk.remote_url")
        )
        second = self.submit(draft_uuid="down-2")
        self.assertTrue(second["queued"])
        self.assertFalse(self.central.calls)

        # Another address closes it.
        self.connect(remote_url=url)
        third = self.submit(draft_uuid="down-3")
        self.assertFalse(third["queued"])

    def test_a_success_of_the_cron_closes_the_breaker(self):
        self.central.fail("close")
        self.submit(draft_uuid="one")
        self.submit(draft_uuid="two")
        self.assertFalse(self.central.calls)

        self.make_due()
        self.env["fusion.helpdesk.outbox"]._flush()
        self.assertEqual(len(self.central.tickets), 2)

        self.assertFalse(self.submit(draft_uuid="three")["queued"])

    def test_refused_by_central_stays_editable(self):
        self.central.fail({"error": "too_large"})

        answer = self.submit(draft_uuid="big")

        row = self.rows()
        self.assertEqual(
            answer,
            {"ok": False, "error": "too_large", "message": "The files are too large.",
             "outbox_id": row.id},
        )  # fmt: skip
        self.assertEqual(row.state, "failed")
        again = self.submit(draft_uuid="big", description="Shorter")
        self.assertTrue(again["ok"])
        self.assertFalse(again["queued"])
        self.assertEqual(self.rows(), row)
        self.assertEqual(row.state, "sent")
        [_first, second] = self.central.named("submit_ticket")
        self.assertEqual(second["vals"]["description"], "<p>Shorter</p>")

    def test_a_wrong_key_loses_nothing_and_a_new_one_sends(self):
        self.central.key = "another-key-of-central"

        answer = self.submit()

        self.assertEqual((answer["queued"], answer["reason"]), (True, "auth"))
        icon = self.service(self.env.ref("base.user_admin"))._get_icon_state()
        self.assertTrue(icon["needs_admin"])
        self.assertFalse(self.service()._get_icon_state()["needs_admin"])
        settings = self.env["res.config.settings"].create(
            {"fusion_helpdesk_new_api_key": "another-key-of-central"}
        )
        settings.execute()
        self.assertEqual(
            self.env["fusion.helpdesk.outbox"]._flush(), {"sent": 1, "queued": 0, "failed": 0}
        )
        self.assertFalse(
            self.service(self.env.ref("base.user_admin"))._get_icon_state()["needs_admin"]
        )

    def test_a_reply_reaches_central(self):
        ticket_id = self.submit()["ticket_id"]

        answer = self.service()._ticket_reply(ticket_id, "Still smokes\x00 🔥", uuid="r-1")

        [payload] = self.central.named("post_reply")
        self.assertEqual(payload["body"], "Still smokes 🔥")
        self.assertEqual(
            (payload["ticket_id"], payload["uuid"]), (ticket_id, f"{self.anna.id}-r-1")
        )
        self.assertEqual(payload["attachments"], [])
        row = self.rows()[-1]
        self.assertEqual(
            answer,
            {"ok": True, "queued": False, "outbox_id": row.id,
             "message_id": self.central.messages[ticket_id][0]["id"]},
        )  # fmt: skip
        self.assertEqual(
            self.service()._ticket_reply(ticket_id, "Still smokes", uuid="r-1"), answer
        )
        self.assertEqual(len(self.central.messages[ticket_id]), 1)

    def test_a_reply_to_nothing_is_refused(self):
        answer = self.service()._ticket_reply(0, "Hello")
        self.assertEqual((answer["ok"], answer["error"]), (False, "not_found"))
        answer = self.service()._ticket_reply(2**31, "Hello")
        self.assertEqual(answer["error"], "not_found")
        answer = self.service()._ticket_reply(5, "  \n")
        self.assertEqual(answer["error"], "empty")
        self.assertFalse(self.rows())
        self.assertFalse(self.central.calls)

    def test_the_owner_goes_with_every_ticket_once_managed(self):
        self.connect(owner_managed="True", owner_email="owner@example.com", owner_name="Olga")
        self.submit(draft_uuid="a")
        self.connect(owner_email="", owner_name="")
        self.submit(draft_uuid="b")

        self.assertEqual(
            [payload["contact"] for payload in self.central.named("submit_ticket")],
            [
                {"owner_email": "owner@example.com", "owner_name": "Olga"},
                {"owner_email": "", "owner_name": ""},
            ],
        )


@tagged("post_install", "-at_install")
class TestSubmitXmlRpc(SubmitCases, TransactionCase):
    transport = "xmlrpc"


@tagged("post_install", "-at_install")
class TestSubmitJson2(SubmitCases, TransactionCase):
    transport = "json2"


@tagged("post_install", "-at_install")
class TestSubmitInput(HelpdeskMixin, TransactionCase):
    """Whatever comes in: refused by name before anything is stored, or cleaned."""

    def assert_refused(self, code, user=None, **values):
        answer = self.submit(user, **values)
        self.assertEqual((answer["ok"], answer["error"]), (False, code))
        self.assertTrue(answer["message"])
        self.assertFalse(self.rows())
        self.assertFalse(self.central.server.requests[self.before :])
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "fusion.helpdesk.outbox")])
        )
        return answer

    def setUp(self):
        super().setUp()
        self.before = len(self.central.server.requests)

    def test_a_portal_user_is_refused(self):
        self.assert_refused("forbidden", self.portal)

    def test_bad_kind_and_text(self):
        self.assert_refused("bad_kind", kind="joke")
        self.assert_refused("bad_kind", kind=["bug"])
        self.assert_refused("empty", description=" \n\x00 ")
        self.assert_refused("empty", description=None)
        self.assert_refused("too_long", description="x" * 20_001)
        self.assert_refused("too_long", subject="x" * 201)

    def test_bad_addresses(self):
        for address in ("a@b", "no", "a@example.com, b@example.com", "a@example.com b@example.com",
                        5, ["a@example.com"]):  # fmt: skip
            with self.subTest(address=address):
                self.assert_refused("bad_email", reply_email=address)

    def test_bad_files(self):
        def file(name="a.txt", data="eA=="):
            return {"name": name, "mimetype": "text/plain", "data": data}

        big = base64.b64encode(b"x" * (11 << 20)).decode()
        seven = base64.b64encode(b"x" * (7 << 20)).decode()
        self.assert_refused("too_large", attachments=[file(f"{n}.txt") for n in range(11)])
        answer = self.assert_refused("too_large", attachments=[file("film.mp4", big)])
        self.assertIn("film.mp4", answer["message"])
        self.assert_refused("too_large", attachments=[file(data=seven)] * 3)
        answer = self.assert_refused("bad_attachment", attachments=[file("half.png", "abc")])
        self.assertIn("half.png", answer["message"])
        for wrong in ("text", [5], [{}], [None], [file(data=None)], [file(data="ü")]):
            with self.subTest(wrong=wrong):
                self.assert_refused("bad_attachment", attachments=wrong)

    def test_odd_files_are_taken_with_clean_names(self):
        names = ["../../etc/passwd", "C:\\tmp\\a\x00b.txt", "", "\x1f", "..", "résumé 📄.pdf"]
        self.submit(attachments=[{"name": name, "mimetype": "weird", "data": ""} for name in names])

        files = self.central.named("submit_ticket")[0]["attachments"]
        self.assertEqual(
            [file["name"] for file in files],
            ["passwd", "ab.txt", "attachment", "attachment", "attachment", "résumé 📄.pdf"],
        )
        self.assertEqual({file["data"] for file in files}, {""})
        self.assertEqual({file["mimetype"] for file in files}, {"application/octet-stream"})

    def test_text_is_cleaned_and_escaped(self):
        text = "<script>x</script>\x00\x0b\ud800 שלום 😀 {{ 7*7 }} ${x}\r\nnext"
        self.submit(subject=" a\nb\x00 <img onerror=x> ", description=text)

        vals = self.central.named("submit_ticket")[0]["vals"]
        self.assertEqual(vals["name"], "[ACME] Bug Report: a b <img onerror=x>")
        self.assertEqual(
            vals["description"],
            "<p>&lt;script&gt;x&lt;/script&gt; שלום 😀 {{ 7*7 }} ${x}<br/>next</p>",
        )

    def test_exactly_the_limits_are_taken(self):
        answer = self.submit(subject="s" * 200, description="d" * 20_000)
        self.assertFalse(answer["queued"])

    def test_no_subject_is_untitled(self):
        self.submit(subject="", kind="feature")
        vals = self.central.named("submit_ticket")[0]["vals"]
        self.assertEqual(vals["name"], "[ACME] Feature Request: (untitled)")

    def test_the_reply_address(self):
        cases = [
            ({"reply_email": "Bo <BO@Example.com>"}, "bo@example.com", True),
            ({"reply_email": ""}, None, False),
            ({}, "anna@example.com", True),
        ]
        for number, (given, expected, captured) in enumerate(cases):
            with self.subTest(given=given):
                answer = self.submit(draft_uuid=f"n{number}", **given)
                vals = self.central.named("submit_ticket")[-1]["vals"]
                self.assertEqual(vals.get("partner_email"), expected)
                self.assertEqual(answer["email_captured"], captured)
        self.anna.partner_id.email = False
        self.anna.login = "anna.login@example.com"
        self.submit(draft_uuid="login")
        vals = self.central.named("submit_ticket")[-1]["vals"]
        self.assertEqual(vals["partner_email"], "anna.login@example.com")

    def test_diagnostics_only_when_ticked_and_without_secrets(self):
        context = {
            "page": "https://x.example.com/odoo/sales?debug=1&access_token=abc#key=def",
            "model": "sale.order / 7", "cookie": "session=1", "fingerprint": "a" * 64,
            "errors": ["TypeError: x <b>", 5, "y" * 900],
        }  # fmt: skip
        self.submit(draft_uuid="off", context=context)
        self.submit(draft_uuid="on", context=context, include_context=True)

        off, on = self.central.named("submit_ticket")
        self.assertEqual(off["vals"]["description"], "<p>It smokes</p>")
        self.assertNotIn("fingerprint", off)
        body = on["vals"]["description"]
        self.assertIn(
            f"<tr><td>User</td><td><code>Anna Reid (#{self.anna.id}, fhd_anna)</code></td></tr>",
            body,
        )
        self.assertIn(
            "<tr><td>Page</td><td><code>https://x.example.com/odoo/sales?debug=1&amp;"
            "access_token=***#key=***</code></td></tr>",
            body,
        )
        self.assertIn("TypeError: x &lt;b&gt;<br/>" + "y" * 500 + "</code>", body)
        self.assertNotIn("session", body)
        self.assertEqual(on["fingerprint"], "a" * 64)

    def test_a_fingerprint_is_64_hex_digits(self):
        for number, wrong in enumerate(("A" * 64, "a" * 63, "g" * 64, 5, None)):
            self.submit(
                draft_uuid=f"n{number}", context={"fingerprint": wrong}, include_context=True
            )
        self.assertFalse([p for p in self.central.named("submit_ticket") if "fingerprint" in p])

    def test_odd_contexts_are_taken(self):
        for number, context in enumerate(("text", 5, [1], {"page": {"a": 1}, "errors": "x"})):
            answer = self.submit(draft_uuid=f"n{number}", context=context, include_context=True)
            self.assertFalse(answer["queued"])

    def test_ten_tickets_an_hour(self):
        for number in range(10):
            self.assertTrue(self.submit(draft_uuid=f"n{number}")["ok"])

        answer = self.submit(draft_uuid="n10")

        self.assertEqual((answer["ok"], answer["error"]), (False, "rate_limited"))
        self.assertTrue(0 < answer["retry_after"] <= 3600)
        self.assertEqual(len(self.rows()), 10)
        self.assertTrue(self.submit(draft_uuid="n3")["ok"], "what is stored is answered")
        self.assertTrue(self.submit(self.ben)["ok"])

    def test_not_connected_takes_the_report(self):
        self.connect(remote_url="")

        answer = self.submit()

        self.assertEqual((answer["ok"], answer["queued"]), (True, True))
        self.assertEqual(answer["reason"], "not_configured")
        self.assertEqual(answer["message"], "Support is not connected to this database yet.")
        self.assertEqual(self.rows().state, "queued")
        self.assertEqual(
            self.env["fusion.helpdesk.outbox"]._flush(), {"sent": 0, "queued": 0, "failed": 0}
        )
        self.connect(remote_url=self.central.url)
        self.make_due()
        self.assertEqual(self.env["fusion.helpdesk.outbox"]._flush()["sent"], 1)

    def test_the_rate_counts_replies_apart(self):
        self.connect(replies_per_hour="1")
        ticket_id = self.submit()["ticket_id"]
        self.assertTrue(self.service()._ticket_reply(ticket_id, "one")["ok"])
        answer = self.service()._ticket_reply(ticket_id, "two")
        self.assertEqual(answer["error"], "rate_limited")
        self.assertEqual(len(self.central.messages[ticket_id]), 1)

    def test_the_time_of_a_wait_is_in_the_future(self):
        self.central.fail("close")
        self.submit()
        wait = (self.rows().next_attempt_at - fields.Datetime.now()).total_seconds()
        self.assertTrue(58 <= wait <= 67, wait)
