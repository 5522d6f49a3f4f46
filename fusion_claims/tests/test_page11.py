import base64
import hashlib
import io
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from .common import GATE, ClaimsCase, make_signature


class Page11Mixin:
    def new_request(self, **values):
        order = self.new_case()
        values = {"signer_name": "Clara Client", "signer_email": "clara@example.com", **values}
        return self.env["fusion.page11.sign.request"].create({"sale_order_id": order.id, **values})

    def sent(self, **values):
        """:return: (request, raw token)"""
        sign_request = self.new_request(**values)
        sign_request.action_send()
        return sign_request, sign_request._issue_token()


@tagged("post_install", "-at_install")
class TestPage11(Page11Mixin, ClaimsCase):
    def sign(self, sign_request, **values):
        values = {"name": "Clara Client", "signature": make_signature(), "consent": True, **values}
        return sign_request._sign(ip="192.0.2.7", user_agent="Test", **values)

    def test_a_link_is_stored_as_a_hash_and_a_new_one_ends_the_old(self):
        sign_request, token = self.sent()
        self.assertEqual(sign_request.token_hash, hashlib.sha256(token.encode()).hexdigest())
        self.assertEqual(sign_request._find_by_token(token), sign_request)
        days = (sign_request.expiry_date - fields.Datetime.now()).days
        self.assertIn(days, (13, 14))
        newer = sign_request._issue_token()
        self.assertFalse(sign_request._find_by_token(token))
        self.assertEqual(sign_request._find_by_token(newer), sign_request)
        for bad in ("", None, "x" * 43, newer[:-1], "' OR 1=1 --", "../" * 20, "x" * 10_000, 7):
            self.assertFalse(sign_request._find_by_token(bad))

    def test_the_mail_has_the_link_and_the_thread_has_not(self):
        self.env["ir.config_parameter"].set_param(GATE, "True")
        sign_request = self.new_request()
        sign_request.action_send()
        mail = self.env["mail.mail"].sudo().search(
            [("email_to", "=", "clara@example.com")], order="id desc", limit=1
        )  # fmt: skip
        self.assertIn("/page11/sign/", mail.body_html)
        self.assertNotIn("/page11/sign/", "".join(sign_request.message_ids.mapped("body")))
        self.assertEqual(sign_request.state, "sent")

    def test_signing(self):
        self.env["ir.config_parameter"].set_param(GATE, "True")
        sign_request, _token = self.sent()
        order = sign_request.sale_order_id
        self.assertFalse(order.x_fc_has_signed_pages_11_12)
        self.sign(sign_request, signature="data:image/png;base64," + make_signature())
        self.assertEqual(sign_request.state, "signed")
        self.assertTrue(order.x_fc_has_signed_pages_11_12)
        pdf = base64.b64decode(sign_request.signed_pdf)
        self.assertEqual(sign_request.signed_pdf_sha256, hashlib.sha256(pdf).hexdigest())
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        for part in ("Clara Client", "192.0.2.7", sign_request.consent_version):
            self.assertIn(part, text)
        self.assertTrue(sign_request._verify_signed_pdf())
        self.assertIn("Page 11 signed by Clara Client", order.message_ids[0].body)
        sent_to = self.env["mail.mail"].sudo().search([]).mapped("email_to")
        self.assertIn("claims@example.com", sent_to)
        with self.assertRaises(UserError) as caught:
            self.sign(sign_request)
        self.assertIn("already", str(caught.exception))
        log = self.env["fusion.phi.access.log"].search([("action", "=", "sign")], limit=1)
        self.assertEqual(log.partner_id, self.client)

    def test_an_altered_file_is_found(self):
        sign_request, _token = self.sent()
        self.sign(sign_request)
        sign_request.sudo().signed_pdf = base64.b64encode(b"%PDF-1.4 other")
        self.assertFalse(sign_request._verify_signed_pdf())
        invariants = self.env["fusion.health"]._fusion_invariants()
        found = {row["code"]: row["ok"] for row in invariants}
        self.assertFalse(found["fusion_claims.signed_pages"])

    def test_any_changed_byte_is_found(self):
        sign_request, _token = self.sent()
        self.sign(sign_request)
        pdf = base64.b64decode(sign_request.signed_pdf)
        for place in (0, 9, len(pdf) // 2, len(pdf) - 1):
            altered = bytearray(pdf)
            altered[place] ^= 1
            sign_request.sudo().signed_pdf = base64.b64encode(altered)
            self.assertFalse(sign_request._verify_signed_pdf(), place)
        sign_request.sudo().signed_pdf = base64.b64encode(pdf[:-1])
        self.assertFalse(sign_request._verify_signed_pdf())
        sign_request.sudo().signed_pdf = base64.b64encode(pdf)
        self.assertTrue(sign_request._verify_signed_pdf())

    def test_the_page_prints_the_hash_of_what_was_agreed_to(self):
        sign_request, _token = self.sent()
        self.sign(sign_request, name="Clara C. Client")
        consent = self.env["fusion.page11.consent"]._get_current().text
        agreed = "\n".join(
            [consent, "Clara C. Client", "Clara Client", str(sign_request.signed_date)]
        )
        pages = PdfReader(io.BytesIO(base64.b64decode(sign_request.signed_pdf))).pages
        text = "".join("".join(page.extract_text() for page in pages).split())
        self.assertIn(hashlib.sha256(agreed.encode()).hexdigest(), text)

    def test_refusals_leave_it_sent(self):
        sign_request, _token = self.sent()
        blank = make_signature(strokes=False)
        huge = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 1_100_000).decode()
        for values in (
            {"name": " C "},
            {"consent": False},
            {"signature": blank},
            {"signature": huge},
            {"signature": base64.b64encode(b"GIF89a").decode()},
            {"signature": "not base64!"},
            {"signature": None},
            {"signer_type": "agent"},
            {"signer_type": "agent", "relationship": "friend"},
            {"signer_type": "robot"},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.sign(sign_request, **values)
        self.assertEqual(sign_request.state, "sent")
        self.assertFalse(sign_request.signature)
        self.sign(sign_request, signer_type="agent", relationship="parent")
        self.assertEqual(sign_request.signer_relationship, "parent")

    def test_an_ended_link(self):
        sign_request, _token = self.sent()
        sign_request.sudo().expiry_date = fields.Datetime.now() - timedelta(minutes=1)
        with self.assertRaises(UserError):
            self.sign(sign_request)
        self.env["fusion.page11.sign.request"]._cron_page11_requests()
        self.assertEqual(sign_request.state, "expired")
        sign_request.action_send()
        self.assertEqual(sign_request.state, "sent")
        sign_request.action_cancel()
        with self.assertRaises(UserError):
            sign_request.action_send()

    def test_an_agent_says_how_related(self):
        with self.assertRaises(ValidationError):
            self.new_request(signer_type="agent")
        with self.assertRaises(UserError):
            self.new_request(signer_email="nobody").action_send()

    def test_reminders_after_three_and_seven_days(self):
        self.env["ir.config_parameter"].set_param(GATE, "True")
        sign_request, _token = self.sent()
        counts = []
        for days in (2, 3, 4, 7, 8):
            sign_request.sudo().sent_date = fields.Datetime.now() - timedelta(days=days, hours=1)
            ends = sign_request.expiry_date
            self.env["fusion.page11.sign.request"]._cron_page11_requests()
            counts.append(sign_request.reminder_count)
            self.assertEqual(sign_request.expiry_date, ends)
        self.assertEqual(counts, [0, 1, 1, 2, 2])

    def test_a_signed_consent_stays(self):
        sign_request, _token = self.sent()
        consent = self.env["fusion.page11.consent"]._get_current()
        consent.summary = "New words"
        self.sign(sign_request)
        with self.assertRaises(UserError):
            consent.text = "Something else"
