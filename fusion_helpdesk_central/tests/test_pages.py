import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LINK, CentralHttpCase

POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
UNKNOWN = "u" * 43


@tagged("post_install", "-at_install")
class TestPages(CentralHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.make_ticket(name="Labels <b>too</b> small")

    def setUp(self):
        super().setUp()
        self.token = self.ask(self.ticket, "- Bigger labels\n- <i>none</i>")

    def rows(self):
        """:return: what a decision would change, straight from the tables"""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT t::text FROM helpdesk_ticket t UNION ALL "
            "SELECT l::text FROM fusion_helpdesk_approval_link l UNION ALL "
            "SELECT m::text FROM mail_message m WHERE model = 'helpdesk.ticket' ORDER BY 1"
        )
        return self.env.cr.fetchall()

    def assertRefused(self, response, status, text):
        self.assertEqual(response.status_code, status)
        self.assertIn(text, response.text)

    # -- Reading changes nothing ------------------------------------------------------------------

    def test_get_and_head_have_no_effect(self):
        before = self.rows()
        for _time in range(25):
            for decision in ("approve", "reject"):
                self.assertEqual(self.page(self.token, decision).status_code, 200)
                self.assertEqual(self.page(self.token, decision, "HEAD").status_code, 200)
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.page(self.token, method="POST", comment="").status_code, 200)

    def test_page_has_headers_and_no_script(self):
        response = self.page(self.token)
        for name, value in (
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex"),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.assertEqual(response.headers[name], value)
        self.assertNotIn("Set-Cookie", response.headers)
        for word in ("<script", "javascript:", "onload=", "http-equiv", "<iframe"):
            self.assertNotIn(word, response.text)
        self.assertTrue(response.text.startswith("<!DOCTYPE html>"))

    def test_text_is_shown_as_text(self):
        text = self.page(self.token).text
        self.assertIn("Labels &lt;b&gt;too&lt;/b&gt; small", text)
        self.assertIn("<li>&lt;i&gt;none&lt;/i&gt;</li>", text)
        self.assertIn("Approve this request</button>", text)
        self.assertIn(f"/fusion_helpdesk/engagement/{self.token}/reject", text)
        self.assertIn("Reject this request</button>", self.page(self.token, "reject").text)

    def test_page_is_light(self):
        """Page and style sheet against the page and bundles of the sign-in."""

        def weight(response):
            paths = re.findall(r'(?:src|href)="(/[^"]+\.(?:css|js)[^"]*)"', response.text)
            texts = [response.content] + [self.url_open(path).content for path in paths]
            return sum(len(gzip.compress(text)) for text in texts)

        self.authenticate(None, None)
        own, login = weight(self.page(self.token)), weight(self.url_open("/web/login"))
        self.assertLess(own, login / 10, f"{own} of {login} bytes")

    # -- Deciding ---------------------------------------------------------------------------------

    def test_decision_over_http(self):
        self.opener.headers["User-Agent"] = "Mail & Co/1"
        done = self.page(self.token, "reject", method="POST", comment="Too <dear>")
        self.assertEqual(done.status_code, 200)
        self.assertIn("You have rejected", done.text)
        self.assertEqual(self.ticket.x_fc_engagement_state, "rejected")
        link = self.links.search([("ticket_id", "=", self.ticket.id)], limit=1)
        self.assertEqual(
            (link.decided_ip, link.decided_user_agent, link.decision),
            ("127.0.0.1", "Mail & Co/1", "reject"),
        )
        self.assertIn("[Reject this request]", link.shown_text)
        again = self.page(self.token, method="POST", comment="")
        self.assertRefused(again, 410, "This request has already been decided")
        self.assertIn("It was rejected", again.text)
        self.assertRefused(self.page(self.token), 410, "It was rejected")
        self.assertIn(f"mailto:{self.env.company.email}", again.text)

    def test_title_changed_meanwhile_is_shown_again(self):
        shown = re.search(r'name="shown" value="(\w+)"', self.page(self.token).text)[1]
        self.ticket.name = "Something else"
        response = self.page(self.token, method="POST", comment="mine", shown=shown)
        self.assertRefused(response, 409, "This request has changed since you opened it")
        self.assertIn("mine</textarea>", response.text)
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")
        shown = re.search(r'name="shown" value="(\w+)"', response.text)[1]
        self.assertEqual(
            self.page(self.token, method="POST", comment="", shown=shown).status_code, 200
        )

    def test_unknown_links_look_alike(self):
        pages = [
            self.page(UNKNOWN), self.page("x"), self.page(UNKNOWN, "reject"),
            self.page(self.token, "maybe"), self.page(self.token, "renew"),
        ]  # fmt: skip
        self.assertEqual({page.status_code for page in pages}, {404})
        self.assertEqual(len({page.text for page in pages}), 1)
        self.assertEqual(self.page(UNKNOWN, method="POST", comment="x").status_code, 404)
        self.assertEqual(self.page(self.token, "maybe", "POST", comment="x").status_code, 404)
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")

    def test_other_endings_in_words(self):
        self.ticket.action_withdraw_engagement()
        self.assertRefused(self.page(self.token), 410, "was withdrawn")
        self.mails("Action needed").unlink()
        token = self.ask(self.ticket)
        self.mails("Action needed").unlink()
        newest = self.ask(self.ticket)
        self.assertRefused(self.page(token), 410, "replaced by a newer request")
        stage = self.env["helpdesk.ticket.stage"].create({"name": "Over", "closed": True})
        self.ticket.stage_id = stage
        for method, data in (("GET", {}), ("POST", {"comment": "x"})):
            response = self.page(newest, method=method, **data)
            self.assertRefused(response, 410, "This request has been closed")
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")
        self.ticket.unlink()
        self.assertEqual(self.page(newest).status_code, 404)

    def test_no_address_of_the_firm_no_mailto(self):
        self.env.company.email = False
        self.assertNotIn("mailto:", self.page(UNKNOWN).text)

    def test_posts_of_an_address_are_limited(self):
        for _time in range(20):
            self.assertEqual(self.page(UNKNOWN, method="POST", comment="x").status_code, 404)
        response = self.page(self.token, method="POST", comment="x")
        self.assertRefused(response, 429, "Too many attempts")
        self.assertTrue(0 < int(response.headers["Retry-After"]) <= 600)
        self.assertEqual(self.ticket.x_fc_engagement_state, "pending")
        self.assertEqual(self.page(self.token).status_code, 200)

    # -- Renewing ---------------------------------------------------------------------------------

    def renew(self, token=None):
        path = f"/fusion_helpdesk/engagement/{token or self.token}/renew"
        return self.url_open(path, method="POST", data={"x": "1"})

    def test_expired_link_is_renewed_by_mail_only(self):
        self.mails("Action needed").unlink()
        self.assertRefused(self.renew(), 404, "not valid")
        self.ticket._fc_get_links().expires_at = self.hours_ago(1)
        page = self.page(self.token)
        self.assertRefused(page, 410, "Send me a new link")
        self.assertRefused(self.page(self.token, method="POST", comment="x"), 410, "expired")

        self.assertRefused(self.renew(), 200, "A new link is on its way")
        mail = self.mails("Action needed")
        self.assertEqual(mail.email_to, '"Olga Owner" <olga@birch.example.com>')
        fresh = self.tokens(mail)[0]
        self.assertNotIn(fresh, page.text)
        link = self.links.search([("ticket_id", "=", self.ticket.id)], limit=1)
        self.assertEqual(link.kind, "renewed")
        self.assertGreater(link.expires_at, fields.Datetime.now() + timedelta(days=29))
        self.assertEqual(self.page(fresh, method="POST", comment="").status_code, 200)
        self.assertEqual(self.ticket.x_fc_engagement_state, "approved")

    def test_three_renewals_a_day(self):
        self.ticket._fc_get_links().expires_at = self.hours_ago(1)
        statuses = [self.renew().status_code for _time in range(4)]
        self.assertEqual(statuses, [200, 200, 200, 429])
        self.assertEqual(len(self.mails("Action needed")), 4)

    # -- Languages --------------------------------------------------------------------------------

    def test_french_by_contact_then_by_browser(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        english = self.page(self.token).text
        self.assertIn("You are about to approve:", english)
        french = self.url_open(
            f"/fusion_helpdesk/engagement/{self.token}/approve",
            headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"},
        ).text
        self.assertIn('lang="fr-CA"', french)
        self.env["res.partner"].create(
            {"name": "Olga", "email": "olga@birch.example.com", "lang": "fr_CA"}
        )
        self.assertIn('lang="fr-CA"', self.page(self.token).text)

    # -- Tokens in logs ---------------------------------------------------------------------------

    def test_no_log_line_holds_a_token(self):
        with self.assertLogs(level="DEBUG") as logs:
            self.page(self.token)
            self.page(self.token, "reject", "HEAD")
            self.page(self.token, method="POST", comment="x")
            self.page(UNKNOWN)
        text = "\n".join(logs.output)
        self.assertIn("/fusion_helpdesk/engagement/***/approve", text)
        server = [line for line in logs.output if "urllib3" not in line]
        self.assertNotIn(self.token, "\n".join(server))

    # -- The mail's links -------------------------------------------------------------------------

    def test_links_of_the_mail_open(self):
        for token, word in LINK.findall(self.mails("Action needed").body_html):
            self.assertEqual(self.page(token, word).status_code, 200)

    def test_magic_link_of_the_acknowledgement_opens_for_nobody_else(self):
        answer = self.gateway().submit_ticket(self.submission())
        body = self.mails("We received your request").body_html
        url = re.search(r'href="([^"]*/my/ticket/[^"]+)"', body)[1].replace("&amp;", "&")
        self.authenticate(None, None)
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Export stops", page.text)
        ticket = self.tickets.browse(answer["ticket_id"])
        bare = self.url_open(ticket.access_url, allow_redirects=False)
        self.assertNotIn("Export stops", bare.text)

    def test_sign_up_link_only_where_sign_up_is_free(self):
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2b")
        self.gateway().submit_ticket(self.submission())
        self.assertNotIn("Create an account", self.mails("We received").body_html)
        self.mails("We received").unlink()
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        answer = self.gateway().submit_ticket({**self.submission(), "uuid": "2"})
        body = self.mails("We received").body_html
        self.assertIn("Create an account to see all your requests", body)
        url = re.search(r'href="([^"]*/web/signup[^"]+)"', body)[1].replace("&amp;", "&")
        token = re.search(r"token=([^&]+)", url)[1]
        self.authenticate(None, None)
        self.assertEqual(self.url_open(url).status_code, 200)
        partner = self.tickets.browse(answer["ticket_id"]).partner_id
        values = {"login": partner.email, "name": "Ines", "password": "ines-castro-1"}
        self.env["res.users"].sudo().signup(values, token)
        self.assertEqual(partner.user_ids.login, "ines@birch.example.com")
        self.authenticate(partner.email, "ines-castro-1")
        self.assertIn("Export stops", self.url_open("/my/tickets").text)
        self.mails("We received").unlink()
        self.gateway().submit_ticket({**self.submission(), "uuid": "3"})
        self.assertNotIn("Create an account", self.mails("We received").body_html)


@tagged("post_install", "-at_install")
class TestParallelPosts(CentralHttpCase):
    """Real commits: eight owners' clicks at once, for and against."""

    registry_test_mode = False

    @classmethod
    def set_up_central(cls):
        """Nothing of the class's own transaction is seen by the server."""

    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())
        self.addCleanup(self.clean)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            key = env["fusion.helpdesk.client.key"].create(
                {"name": "Parallel", "client_label": "PARALLEL",
                 "owner_email": "pat@parallel.example.com"}
            )  # fmt: skip
            ticket = env["helpdesk.ticket"].create(
                {"name": "At once", "x_fc_client_label": "PARALLEL"}
            )
            ticket._fc_start_engagement(key, "- Once")
            self.token = ticket._fc_issue_approval_link()
            self.ids = key.id, ticket.id

    def clean(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["helpdesk.ticket"].browse(self.ids[1]).unlink()
            env["fusion.helpdesk.client.key"].browse(self.ids[0]).unlink()
            env["res.partner"].search([("email", "=", "pat@parallel.example.com")]).unlink()
            cr.execute("DELETE FROM fusion_helpdesk_rate")

    @mute_logger("odoo.sql_db", "odoo.http", "odoo.service.model")
    def test_exactly_one_wins(self):
        def post(decision):
            """Not by ``url_open``, which lets one request in at a time."""
            url = f"{self.base_url()}/fusion_helpdesk/engagement/{self.token}/{decision}"
            try:
                return urlopen(url, data=b"comment=x", timeout=30).status
            except HTTPError as error:
                return error.code

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(post, ["approve", "reject"] * 4))
        self.assertEqual(statuses.count(200), 1, statuses)
        self.assertLessEqual(set(statuses), {200, 409, 410})
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT COUNT(*) FROM mail_message WHERE model = 'helpdesk.ticket' AND res_id = %s"
                " AND body LIKE %s",
                [self.ids[1], "%</strong></p>%"],
            )
            self.assertEqual(cr.fetchone()[0], 1)
            cr.execute(
                "SELECT COUNT(*) FROM fusion_helpdesk_approval_link WHERE ticket_id = %s"
                " AND used_at IS NOT NULL",
                [self.ids[1]],
            )
            self.assertEqual(cr.fetchone()[0], 1)
