import random
import xmlrpc.client
from urllib.parse import quote, urlencode

from odoo.tests import BaseCase, tagged

from ..utils import (
    backoff_minutes,
    build_scope_domain,
    build_ticket_vals,
    clean_text,
    compute_unread_count,
    is_public_message,
    parse_connection_code,
    scrub_url,
)

LETTERS = "aZ9 é😀שׁ\x00\x0b\r\n\t\ud800\udfff\ufffe\uffff%_\\'\"<&>"


@tagged("post_install", "-at_install")
class TestUtils(BaseCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(19)

    def any_text(self, size=20):
        return "".join(self.random.choice(LETTERS) for _ in range(self.random.randrange(size)))

    def test_vals_leave_out_what_is_empty(self):
        self.assertEqual(
            build_ticket_vals("bug", "S", "<p>D</p>", 0, "", "Anna", "", False),
            {"name": "Bug Report: S", "description": "<p>D</p>", "partner_name": "Anna"},
        )
        self.assertEqual(
            build_ticket_vals("feature", "", "", 3, "ACME", "", "a@example.com", "Acme"),
            {
                "name": "[ACME] Feature Request: (untitled)",
                "description": "",
                "partner_name": "",
                "team_id": 3,
                "partner_email": "a@example.com",
                "partner_company_name": "Acme",
                "x_fc_client_label": "ACME",
            },
        )

    def test_the_label_always_binds(self):
        for _ in range(500):
            label, email = self.any_text(), self.any_text()
            for is_admin in (True, False):
                domain = build_scope_domain(label, email, is_admin)
                self.assertEqual(domain[0], ("x_fc_client_label", "=", label or "__none__"))
                self.assertEqual(len(domain), 1 if is_admin else 2)

    def test_addresses_have_no_wildcards(self):
        self.assertEqual(
            build_scope_domain("ACME", "a_b%\\@example.com", False),
            [
                ("x_fc_client_label", "=", "ACME"),
                ("partner_email", "=ilike", "a\\_b\\%\\\\@example.com"),
            ],
        )
        self.assertEqual(
            build_scope_domain("", "", False),
            [("x_fc_client_label", "=", "__none__"), ("id", "=", 0)],
        )

    def test_clean_text_travels_by_xml(self):
        for _ in range(2000):
            text = clean_text(self.any_text(60), 40)
            self.assertLessEqual(len(text), 40)
            body = xmlrpc.client.dumps((text,)).encode()
            ((back,), _name) = xmlrpc.client.loads(body)
            self.assertEqual(
                back.replace("\r", "\n"), text.replace("\r\n", "\n").replace("\r", "\n")
            )

    def test_clean_text_keeps_people_s_letters(self):
        self.assertEqual(clean_text("a\x00\x0b\ud800é 😀 שלום\n", 99), "aé 😀 שלום\n")
        self.assertEqual(clean_text(None, 9), "")
        self.assertEqual(clean_text("abcdef", 3), "abc")

    def test_scrub_url_hides_secrets(self):
        self.assertEqual(
            scrub_url("https://me:pw@x.example.com/a?b=1&Access_Token=s&sig=t#key=u"),
            "https://x.example.com/a?b=1&Access_Token=***&sig=***#key=***",
        )
        self.assertEqual(scrub_url("/odoo/sales?debug=1"), "/odoo/sales?debug=1")
        self.assertEqual(scrub_url("http://[bad"), "")
        self.assertEqual(scrub_url("/a?next=%2Fb%3Ftoken%3Dcanary"), "/a?next=***")

    def test_scrub_url_never_leaks(self):
        names = ["token", "API_KEY", "password", "x-secret", "sig", "hash", "access", "to%6ben"]
        for _ in range(2000):
            value = "canary" + quote(self.any_text().encode("utf-8", "replace"), safe="?/=")
            pairs = [f"a={self.random.randrange(9)}", f"{self.random.choice(names)}={value}"]
            self.random.shuffle(pairs)
            query = "&".join(pairs)
            for url in (f"https://x.example.com/p?{query}", f"/p#{query}", f"/p?{query}#{query}",
                        "/p?" + urlencode({"next": f"/q?{query}"})):  # fmt: skip
                self.assertNotIn("canary", scrub_url(url), url)

    def test_small_ones(self):
        self.assertEqual([backoff_minutes(n) for n in range(1, 9)], [1, 2, 5, 15, 30, 60, 60, 60])
        self.assertTrue(is_public_message({}))
        self.assertFalse(is_public_message({"subtype_is_internal": True}))
        tickets = [
            {"id": 1, "last_support_msg_id": 5},
            {"id": 2, "last_support_msg_id": 5},
            {"id": 3, "last_support_msg_id": 0},
            {"id": 4, "last_support_msg_id": False},
            {"id": 5, "last_support_msg_id": 2},
        ]
        self.assertEqual(compute_unread_count(tickets, {1: 5, 2: 4}), 2)
        self.assertEqual(compute_unread_count([], {}), 0)

    def test_codes_that_are_none(self):
        for wrong in ("", "fhd1.", "fhd2.e30", "fhd1.e30", "fhd1.W10", "fhd1.%%%", "fhd1.é",
                      "fhd1.eyJ1cmwiOjEsImRiIjoiYSIsImxvZ2luIjoiYSIsImtleSI6ImEifQ"):  # fmt: skip
            with self.assertRaises(ValueError, msg=wrong):
                parse_connection_code(wrong)
