from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from odoo.addons.fusion_claims.tests.common import OTHER_PDF, MatrixMixin, make_signature

from .common import ROLLATOR, PortalMixin
from .test_photos import make_photo

REP = "fusion_portal.group_portal_sales_rep"
AUTHORIZER = "fusion_portal.group_portal_authorizer"


class People(PortalMixin):
    """One visit with everything in it, and everybody who could want to look at it."""

    @classmethod
    def set_up_people(cls):
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", REP)
        cls.mate = cls.new_portal("mate", REP)
        cls.stranger_rep = cls.new_portal("stranger", REP)
        cls.therapist = cls.new_portal("therapist", AUTHORIZER)
        cls.clinic_mate = cls.new_portal("clinic", AUTHORIZER)
        clinic = cls.env["res.partner"].create({"name": "Clinic", "is_company": True})
        (cls.therapist | cls.clinic_mate).partner_id.parent_id = clinic
        cls.nora = cls.new_portal("nora")
        cls.nora.name = "Nora Newell"
        cls.plain = cls.new_portal("plain")
        cls.employee = cls.new_user("por_employee")
        cls.seller = cls.new_user("por_seller", "sales_team.group_sale_salesman")
        cls.office = cls.new_user("por_office", "fusion_portal.group_field_manager")
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.foreign_office = cls.new_user("por_foreign", "fusion_portal.group_field_manager")
        cls.foreign_rep = cls.new_portal("foreign_rep", REP)
        (cls.foreign_office | cls.foreign_rep).write(
            {"company_id": elsewhere.id, "company_ids": [Command.set(elsewhere.ids)]}
        )
        cls.public = cls.env.ref("base.public_user")
        team = cls.env["crm.team"].create({"name": "Field"})
        team.x_fc_portal_rep_ids = cls.field_rep | cls.mate | cls.foreign_rep
        cls.visit = cls.new_visit(
            sales_rep_id=cls.field_rep.id, team_id=team.id, partner_id=cls.nora.partner_id.id,
            authorizer_id=cls.therapist.partner_id.id,
        )  # fmt: skip
        cls.device = cls.add(cls.visit, "rollator", {**ROLLATOR, "presenting_condition": "Stroke"})
        cls.device._sign("authorizer", "Olive Therapist", make_signature(), consent=True)
        cls.stair = cls.add(
            cls.visit, "stairlift_curved", {"segment_ids": [Command.create({"length": 10})]},
            measured=False,
        )  # fmt: skip
        cls.photo = cls.visit._add_photo(make_photo(), "photo")
        change = {"type": "update", "target": "visit", "values": {"notes": "Two cats"}}
        cls.visit.with_user(cls.field_rep)._apply_ops([{"uuid": "op", **change}])
        cls.op = cls.env["fusion.visit.op"].search([("op_uuid", "=", "op")]).ensure_one()
        cls.records = (cls.visit, cls.device, cls.stair, cls.stair.segment_ids, cls.photo, cls.op)
        cls.outsiders = (cls.stranger_rep, cls.clinic_mate, cls.nora, cls.plain, cls.employee,
                         cls.seller, cls.foreign_office, cls.foreign_rep)  # fmt: skip


@tagged("post_install", "-at_install")
class TestRecords(MatrixMixin, People, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_people()

    def test_who_reads_what_belongs_to_a_visit(self):
        """(visit, device, stair lift, its segment, photo, change)"""
        sees = {
            self.field_rep: "111110", self.mate: "111110", self.therapist: "111110",
            self.clerk: "111110", self.office: "111111", self.public: "000000",
            **dict.fromkeys(self.outsiders, "000000"),
        }  # fmt: skip
        self.assert_reads(self.records, sees)

    def test_nobody_outside_changes_or_deletes_anything(self):
        values = {
            "fusion.assessment.visit": {"city": "X"},
            "fusion.assessment": {"wrist_height": 1},
            "fusion.accessibility.assessment": {"notes": "X"},
            "fusion.accessibility.segment": {"length": 1},
            "fusion.assessment.photo": {"caption": "X"},
            "fusion.visit.op": {"op_uuid": "X"},
        }
        changes = [(record, values[record._name]) for record in self.records]
        self.assert_untouchable((*self.outsiders, self.public), changes)

    def test_who_is_told_of_the_condition(self):
        for user in (self.field_rep, self.mate, self.therapist, self.clerk):
            self.assertEqual(self.device.with_user(user).presenting_condition, "Stroke")
        signature = self.device.with_user(self.clerk).authorizer_signature
        self.assertTrue(signature)
        for user in (self.field_rep, self.mate, self.therapist):
            with self.assertRaises(AccessError):
                self.device.with_user(user).read(["authorizer_signature"])
        for user in (*self.outsiders, self.public):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.device.with_user(user).read(["presenting_condition"])


@tagged("post_install", "-at_install")
class TestAddresses(People, HttpCase):
    """Every address under which something of a visit or a case could be had, as everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_people()
        cls.case = cls.new_case(
            status="waiting_for_application", x_fc_authorizer_id=cls.therapist.partner_id.id
        ).sudo()
        cls.case.x_fc_approval_letter = OTHER_PDF
        visit, case = f"/my/visit/{cls.visit.id}", f"/my/case/{cls.case.id}"
        cls.pages = (visit, f"{visit}/summary", f"/my/visit/photo/{cls.photo.id}", case,
                     f"/my/visit/photo/{cls.photo.id}?small=1",
                     f"{case}/document/approval")  # fmt: skip
        cls.forms = (
            (f"{visit}/photo", {"client_uuid": "x"}), (f"{case}/correct", {"text": "x"}),
            (f"{case}/application", {"x": 1}),
            (f"/my/case/visit/{cls.visit.id}/item/{cls.device.id}/correct", {"text": "x"}),
        )  # fmt: skip
        item = f"{visit}/item/{cls.device.id}"
        cls.calls = (
            (f"{visit}/state", {}), (f"{visit}/measurements_done", {}), (f"{visit}/complete", {}),
            (f"{visit}/item/add", {"kind": "accessibility", "item_type": "ramp"}),
            (f"{visit}/sync", {"ops": []}), (f"{visit}/cancel", {"reason": "x"}),
            (f"{item}/sign", {"role": "applicant", "name": "Mallory", "consent": True}),
            ("/my/accessibility/save", {"assessment_type": "ramp", "visit_id": cls.visit.id}),
        )  # fmt: skip
        cls.files = (
            f"/web/image/fusion.assessment.photo/{cls.photo.id}/image",
            f"/web/image/fusion.assessment.photo/{cls.photo.id}/thumbnail",
            f"/web/image/fusion.assessment/{cls.device.id}/authorizer_signature",
            f"/web/content/fusion.assessment/{cls.device.id}/authorizer_signature",
            f"/report/html/fusion_portal.report_visit_summary/{cls.visit.id}",
            f"/report/html/fusion_claims.report_case_access/{cls.case.id}",
        )
        cls.secrets = [b"Nora Newell", b"12 Maple Street", b"Stroke", b"Olive Therapist",
                       cls.case.name.encode()]  # fmt: skip
        for record, name in ((cls.photo, "image"), (cls.photo, "thumbnail"),
                             (cls.device, "authorizer_signature")):  # fmt: skip
            attachment = cls.env["ir.attachment"].sudo().search(
                [("res_model", "=", record._name), ("res_id", "=", record.id),
                 ("res_field", "=", name)]
            )  # fmt: skip
            cls.secrets.append(attachment.raw)

    def facts(self):
        self.env.invalidate_all()
        return (
            self.visit.state, self.device.state, len(self.visit.photo_ids),
            len(self.visit.accessibility_assessment_ids), self.case.activity_ids,
            self.visit.activity_ids, self.case.message_ids, self.device.applicant_signed_name,
        )  # fmt: skip

    def see(self, answer, own_name=""):
        for secret in self.secrets:
            if secret != own_name.encode():
                self.assertNotIn(secret, answer.content)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_nobody_outside_sees_or_does_anything(self):
        before = self.facts()
        for user in self.outsiders:
            self.authenticate(user.login, user.login)
            home = self.url_open("/my/home").text
            token = home.split('csrf_token: "')[1].split('"')[0]
            for path in self.pages:
                with self.subTest(user=user.login, path=path):
                    answer = self.url_open(path)
                    self.assertEqual(answer.status_code, 404)
                    self.see(answer, user.name)
            for path, form in self.forms:
                with self.subTest(user=user.login, path=path):
                    answer = self.url_open(path, data={"csrf_token": token, **form})
                    self.assertEqual(answer.status_code, 404)
            for path, params in self.calls:
                with self.subTest(user=user.login, path=path):
                    with self.assertRaises(JsonRpcException) as caught:
                        self.make_jsonrpc_request(path, params)
                    self.assertEqual(caught.exception.code, 404)
            for path in self.files:
                with self.subTest(user=user.login, path=path):
                    self.see(self.url_open(path), user.name)
            for path in ("/my/visits", "/my/visits?filterby=all&search=nora", "/my/cases"):
                with self.subTest(user=user.login, path=path):
                    self.see(self.url_open(path), user.name)
        self.assertEqual(self.facts(), before)

    @mute_logger("odoo.http")
    def test_who_is_not_signed_in_is_sent_to_sign_in(self):
        before = self.facts()
        self.authenticate(None, None)
        for path in (*self.pages, *self.files):
            with self.subTest(path=path):
                answer = self.url_open(path, allow_redirects=False)
                self.assertIn(answer.status_code, (200, 303, 403, 404))
                self.see(answer)
        for path in self.pages:
            answer = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", answer.headers["Location"])
        for path, form in self.forms:
            self.assertIn(self.url_open(path, data=form, allow_redirects=False).status_code,
                          (303, 400))  # fmt: skip
        for path, params in self.calls:
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(path, params)
        self.assertEqual(self.facts(), before)

    def test_who_belongs_to_it_is_served(self):
        """What was refused above is there at all."""
        for user, found in ((self.field_rep, "111010"), (self.mate, "111010"),
                            (self.therapist, "111111"), (self.clerk, "111010")):  # fmt: skip
            self.authenticate(user.login, user.login)
            for path, flag in zip(self.pages, found, strict=True):
                if path.endswith("/summary"):
                    continue  # printing is tried elsewhere
                with self.subTest(user=user.login, path=path):
                    self.assertEqual(self.url_open(path).status_code, 200 if flag == "1" else 404)
