from lxml import html

from odoo import Command, http
from odoo.tests import HttpCase, tagged

from .common import DeskCommon


class PortalCommon(DeskCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user.password = "stand-in-portal"
        cls.own = cls.make_ticket(partner_id=cls.portal_user.partner_id.id)
        cls.other = cls.make_ticket(partner_email="else@customer.example.com", name="Not yours")

    def close(self, ticket, stage, **fields):
        form = {
            "csrf_token": http.Request.csrf_token(self),
            "ticket_id": ticket.id,
            "stage_id": stage.id,
            **fields,
        }
        return self.url_open(
            "/ticket/close",
            data={name: value for name, value in form.items() if value is not None},
            allow_redirects=False,
        )

    def sign_in(self):
        self.authenticate("stand-in-portal", "stand-in-portal")


@tagged("post_install", "-at_install")
class TestClose(PortalCommon):
    def test_get_and_head_close_nothing(self):
        self.sign_in()
        url = f"/ticket/close?ticket_id={self.own.id}&stage_id={self.stage_done.id}"

        self.assertEqual(self.url_open(url, allow_redirects=False).status_code, 405)
        self.assertEqual(self.opener.head(self.base_url() + url).status_code, 405)
        self.assertEqual(self.own.stage_id, self.stage_new)

    def test_post_without_csrf_token_is_refused(self):
        self.sign_in()

        with self.assertLogs("odoo.http", "WARNING"):
            answer = self.close(self.own, self.stage_done, csrf_token=None)

        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.own.stage_id, self.stage_new)

    def test_customer_closes_own_ticket(self):
        self.sign_in()

        answer = self.close(self.own, self.stage_done)

        self.assertEqual(answer.status_code, 302)
        self.assertTrue(answer.headers["Location"].endswith(f"/my/ticket/{self.own.id}"))
        self.assertEqual(self.own.stage_id, self.stage_done)
        self.assertTrue(self.own.close_date)

    def test_somebody_elses_and_a_missing_ticket_answer_alike(self):
        self.sign_in()
        missing = self.make_ticket()
        missing.unlink()

        answers = [self.close(ticket, self.stage_done) for ticket in (self.other, missing)]

        self.assertEqual({answer.status_code for answer in answers}, {303})
        self.assertEqual(len({answer.headers["Location"] for answer in answers}), 1)
        self.assertTrue(answers[0].headers["Location"].endswith("/my"))
        self.assertEqual(self.other.stage_id, self.stage_new)

    def test_visitor_without_token_is_refused(self):
        self.authenticate(None, None)
        for token in (None, "", "wrong", self.own._portal_ensure_token()):
            with self.subTest(token=token):
                self.close(self.other, self.stage_done, access_token=token)
                self.assertEqual(self.other.stage_id, self.stage_new)

    def test_holder_of_the_link_closes_without_login(self):
        self.authenticate(None, None)
        token = self.other._portal_ensure_token()

        answer = self.close(self.other, self.stage_done, access_token=token)

        self.assertEqual(answer.status_code, 302)
        self.assertTrue(answer.headers["Location"].endswith(f"?access_token={token}"))
        self.assertEqual(self.other.stage_id, self.stage_done)

    def test_stage_that_the_page_does_not_offer_is_refused(self):
        self.sign_in()
        elsewhere = self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Of another team",
                "closed": True,
                "close_from_portal": True,
                "team_ids": [Command.set(self.team.ids)],
            }
        )
        gone = self.stage_done.copy()
        gone.unlink()
        for stage in (self.stage_awaiting, elsewhere, gone):
            with self.subTest(stage=stage.id):
                self.assertEqual(self.close(self.own, stage).status_code, 302)
                self.assertEqual(self.own.stage_id, self.stage_new)

    def test_closed_ticket_stays_as_it_was_closed(self):
        self.sign_in()
        self.close(self.own, self.stage_done)
        closed_at = self.own.closed_date
        cancelled = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_cancelled")

        self.assertEqual(self.close(self.own, cancelled).status_code, 302)

        self.assertEqual(self.own.stage_id, self.stage_done)
        self.assertEqual(self.own.closed_date, closed_at)

    def test_nonsense_in_the_form_is_refused(self):
        self.sign_in()
        for number in ("", "x", "-1", "1e3", "99999999999", "²"):
            with self.subTest(number=number):
                answer = self.close(self.own, self.stage_done, ticket_id=number)
                self.assertEqual(answer.status_code, 303)
                answer = self.close(self.own, self.stage_done, stage_id=number)
                self.assertEqual(answer.status_code, 302)
        self.assertEqual(self.own.stage_id, self.stage_new)


@tagged("post_install", "-at_install")
class TestPage(PortalCommon):
    def test_page_opens_by_rights_or_by_its_own_token_only(self):
        token = self.other._portal_ensure_token()
        foreign = self.own._portal_ensure_token()
        cases = [
            (None, f"/my/ticket/{self.other.id}", False),
            (None, f"/my/ticket/{self.other.id}/{foreign}", False),
            (None, f"/my/ticket/{self.other.id}/{token}", True),
            ("stand-in-portal", f"/my/ticket/{self.other.id}", False),
            ("stand-in-portal", f"/my/ticket/{self.own.id}", True),
        ]
        for login, url, opens in cases:
            with self.subTest(login=login, url=url):
                self.authenticate(login, login)
                answer = self.url_open(url, allow_redirects=False)
                self.assertEqual(answer.status_code, 200 if opens else 303)
                if not opens:
                    self.assertNotIn("Not yours", answer.text)

    def test_form_of_the_page_closes_the_ticket(self):
        self.authenticate(None, None)
        page = html.fromstring(self.url_open(self.other.get_portal_url()).content)
        forms = page.xpath("//form[@action='/ticket/close']")
        self.assertEqual([form.method for form in forms], ["POST", "POST"])
        self.assertEqual(page.xpath("string(//h2[@data-id='number'])"), self.other.number)

        answer = self.url_open(
            "/ticket/close", data=dict(forms[0].form_values()), allow_redirects=False
        )

        self.assertEqual(answer.status_code, 302)
        self.assertEqual(self.other.stage_id, self.stage_done)

    def test_files_of_internal_notes_do_not_show(self):
        def attach(name):
            return self.env["ir.attachment"].create(
                {"name": name, "raw": b"x", "res_model": "helpdesk.ticket", "res_id": self.own.id}
            )

        own, answer, note = attach("own.txt"), attach("answer.txt"), attach("secret.txt")
        self.own.message_post(
            body="See", subtype_xmlid="mail.mt_comment", attachment_ids=answer.ids
        )
        self.own.message_post(body="Hush", subtype_xmlid="mail.mt_note", attachment_ids=note.ids)
        self.sign_in()

        text = self.url_open(f"/my/ticket/{self.own.id}").text

        self.assertIn("own.txt", text)
        self.assertIn("answer.txt", text)
        self.assertNotIn("secret.txt", text)
        self.assertEqual(self.own._get_portal_attachments(), own | answer)


@tagged("post_install", "-at_install")
class TestFile(PortalCommon):
    def test_a_link_files_no_ticket(self):
        self.sign_in()
        before = self.tickets.search_count([])

        answer = self.url_open("/submitted/ticket?subject=Forged&description=x")

        self.assertEqual(answer.status_code, 405)
        self.assertEqual(self.tickets.search_count([]), before)

    def test_a_form_without_a_subject_files_none(self):
        self.sign_in()
        before = self.tickets.search_count([])
        token = http.Request.csrf_token(self)
        for subject in ({}, {"subject": " "}):
            answer = self.url_open("/submitted/ticket", data={"csrf_token": token, **subject})
            self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.tickets.search_count([]), before)

    def test_a_form_with_rubbish_in_its_choices_files_one(self):
        self.sign_in()
        token = http.Request.csrf_token(self)
        form = {"csrf_token": token, "subject": "Odd", "category": "x", "team": "{}"}
        self.url_open("/submitted/ticket", data=form)
        self.assertEqual(self.tickets.search_count([("name", "=", "Odd")]), 1)

    def test_the_form_files_one(self):
        self.sign_in()

        self.url_open(
            "/submitted/ticket",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "subject": "From the form",
                "description": "x",
            },
        )

        ticket = self.tickets.search([("name", "=", "From the form")])
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.partner_id, self.portal_user.partner_id)
        self.assertIn(ticket.partner_id, ticket.message_partner_ids)
        self.assertFalse(ticket.user_id)
