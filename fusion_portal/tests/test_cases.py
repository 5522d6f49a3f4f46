import base64

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_claims.tests.common import OTHER_PDF, make_pdf

from .common import ROLLATOR, PortalMixin


@tagged("post_install", "-at_install")
class TestCases(PortalMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.therapist = cls.new_portal("therapist", "fusion_portal.group_portal_authorizer")
        cls.other = cls.new_portal("other", "fusion_portal.group_portal_authorizer")
        cls.client.city = "Elora"
        cls.case = cls.new_case(
            status="waiting_for_application", x_fc_authorizer_id=cls.therapist.partner_id.id
        ).sudo()
        cls.url = f"/my/case/{cls.case.id}"

    def sign_in(self, user):
        self.authenticate(user.login, user.login)

    def token(self):
        page = self.url_open(self.url).text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def lists(self, user=None):
        orders = self.env["sale.order"].with_user(user or self.therapist)
        return {key: [row["number"] for row in rows]
                for key, rows in orders._fc_get_case_lists().items() if rows}  # fmt: skip

    def test_a_case_without_a_program_has_the_order_s_status(self):
        order = self.new_case("direct_private", x_fc_authorizer_id=self.therapist.partner_id.id)
        facts = order.with_user(self.therapist)._fc_find_own_case(order.id)._fc_get_case_facts()
        self.assertEqual((facts["status"], facts["duration"]), ("Quotation", ""))
        facts = self.case.sudo()._fc_get_case_facts()
        self.assertEqual(
            (facts["status"], facts["duration"]), ("Waiting for Application", "since today")
        )
        for days, text in ((1, "since yesterday"), (12, "for 12 days")):
            self.assertEqual(self.case._fc_get_duration(days), text)

    def test_a_case_the_office_typed_in_names_its_devices(self):
        self.case.order_line = [Command.create({"product_id": product.id})
                                for product in (self.product, self.extra)]  # fmt: skip
        self.assertEqual(self.case._fc_get_case_facts()["items"], ["Manual wheelchair"])
        self.sign_in(self.therapist)
        self.assertIn("Manual wheelchair", self.url_open(self.url).text)

    def test_in_which_group_a_case_is(self):
        for status, group in (
            ("waiting_for_application", "yours"), ("needs_correction", "yours"),
            ("assessment_completed", "vendor"), ("approved", "vendor"),
            ("submitted", "funder"), ("accepted", "funder"), ("delivered", "delivered"),
            ("billed", "delivered"), ("case_closed", "closed"), ("withdrawn", "closed"),
        ):  # fmt: skip
            self.jump(self.case, status)
            self.assertEqual(self.lists(), {group: [self.case.name]}, status)
        self.assertEqual(self.lists(self.other), {})
        self.assertEqual(self.lists(self.field_rep), {})

    def test_closed_cases_leave_after_a_year(self):
        self.jump(self.case, "case_closed")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET write_date = '2020-01-01' WHERE id = %s", [self.case.id]
        )
        self.case.invalidate_recordset()
        self.assertEqual(self.lists(), {})

    def test_what_the_page_tells_and_what_not(self):
        self.sign_in(self.therapist)
        page = self.url_open(self.url).text
        self.assertIn("Clara C., Elora", page)
        self.assertIn("Waiting for Application", page)
        for secret in ("Clara Client", "1234567897", "1,000", "1000.00", "Cup holder"):
            self.assertNotIn(secret, page)
        self.assertIn(self.url, self.url_open("/my/cases").text)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["case_count"]})
        self.assertEqual(counters["case_count"], 1)

    def test_others_find_no_such_case(self):
        for user in (self.other, self.field_rep):
            self.sign_in(user)
            for path in ("", "/document/application"):
                self.assertEqual(self.url_open(self.url + path).status_code, 404)
        self.sign_in(self.field_rep)
        self.assertEqual(self.url_open("/my/cases").status_code, 404)
        orders = self.env["sale.order"].with_user(self.other)
        self.assertFalse(orders._fc_find_own_case(self.case.id))
        self.assertEqual(
            self.env["fusion.phi.access.log"].search_count(
                [("res_model", "=", "sale.order"), ("res_id", "=", self.case.id),
                 ("action", "=", "denied"), ("user_id", "=", self.other.id)]
            ), 1,
        )  # fmt: skip

    def test_asking_for_a_correction_of_a_case(self):
        self.sign_in(self.therapist)
        token = self.token()
        empty = self.url_open(f"{self.url}/correct", data={"csrf_token": token, "text": " "})
        self.assertIn("Write what must be corrected", empty.text)
        self.assertFalse(self.case.activity_ids)
        for _turn in range(2):
            self.url_open(
                f"{self.url}/correct", data={"csrf_token": token, "text": "<b>Seat</b> is 18"}
            )
        self.assertEqual(len(self.case.activity_ids), 1)
        self.assertEqual(self.case.activity_ids.user_id, self.rep)
        self.assertIn("&lt;b&gt;Seat&lt;/b&gt; is 18", self.case.message_ids.mapped("body")[0])
        self.assertEqual(self.case.x_fc_adp_application_status, "waiting_for_application")

    def upload(self, raw, token):
        return self.url_open(
            f"{self.url}/application", data={"csrf_token": token},
            files={"file": ("a.pdf", raw, "application/pdf")},
        )  # fmt: skip

    def attachments(self):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", self.case.id),
             ("name", "=", "Application (from authorizer)")]
        )  # fmt: skip

    def test_the_application_waits_for_the_office(self):
        self.sign_in(self.therapist)
        token = self.token()
        raw = base64.b64decode(OTHER_PDF)
        locked = base64.b64decode(make_pdf(2, password="x"))
        for bad, text in ((b"no PDF", "must be a PDF"), (locked, "password-protected"),
                          (b"%PDF-1.4 broken", "cannot be read"), (b"", "")):  # fmt: skip
            with mute_logger("pypdf._reader"):
                self.assertIn(text, self.upload(bad, token).text)
        self.assertFalse(self.attachments() or self.case.activity_ids)
        for _turn in range(2):
            self.upload(raw, token)
        self.assertEqual(self.attachments().raw, raw)
        self.assertEqual(len(self.case.activity_ids), 1)
        self.assertFalse(self.case.x_fc_original_application)
        self.jump(self.case, "submitted")
        self.assertIn("does not wait", self.upload(raw + b"\n", token).text)

    def test_own_documents(self):
        self.sign_in(self.therapist)
        self.assertEqual(self.url_open(f"{self.url}/document/approval").status_code, 404)
        self.case.x_fc_approval_letter = OTHER_PDF
        self.assertIn("Approval letter", self.url_open(self.url).text)
        answer = self.url_open(f"{self.url}/document/approval")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertIn("private", answer.headers["Cache-Control"])
        for key in ("x_fc_approval_letter", "name", "denial"):
            self.assertEqual(self.url_open(f"{self.url}/document/{key}").status_code, 404)

    def test_a_device_waits_for_the_signature_and_goes_back(self):
        visit = self.new_visit(
            sales_rep_id=self.field_rep.id, authorizer_id=self.therapist.partner_id.id
        )
        item = visit._add_item("adp", "rollator")
        item.write(ROLLATOR)
        self.sign_in(self.therapist)
        self.assertNotIn("Look and sign", self.url_open("/my/cases").text)
        item.action_measured()
        page = self.url_open("/my/cases").text
        self.assertIn("Look and sign", page)
        self.assertIn("Nora N., Elora", page)
        path = f"/my/case/visit/{visit.id}/item/{item.id}/correct"
        token = self.token()
        self.url_open(path, data={"csrf_token": token, "text": ""})
        self.assertEqual(item.state, "measured")
        for _turn in range(2):
            self.url_open(path, data={"csrf_token": token, "text": "Wrist is 34"})
        self.assertEqual(item.state, "draft")
        self.assertEqual(visit.activity_ids.user_id, self.field_rep)
        mails = self.env["mail.mail"].search(
            [("model", "=", visit._name), ("res_id", "=", visit.id)]
        )
        self.assertEqual(mails.mapped("email_to"), ["por_rep@example.com"])
        self.assertIn("Wrist is 34", mails.body_html)
        self.sign_in(self.other)
        self.assertEqual(self.url_open(path, data={"csrf_token": self.other_token()}).status_code,
                         404)  # fmt: skip

    def other_token(self):
        return self.url_open("/my/home").text.split('csrf_token: "')[1].split('"')[0]

    def test_a_done_visit_takes_no_correction(self):
        visit = self.new_visit(authorizer_id=self.therapist.partner_id.id)
        item = visit._add_item("adp", "rollator")
        item.write(ROLLATOR)
        item.action_measured()
        visit.action_complete()
        with self.assertRaises(UserError):
            visit.with_user(self.therapist)._request_correction(item.id, "Wrist is 34")
        self.assertEqual(item.state, "completed")
