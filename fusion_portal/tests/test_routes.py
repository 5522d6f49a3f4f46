import json
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException

from odoo.addons.fusion_claims.tests.common import make_signature
from odoo.addons.fusion_portal.models.fusion_assessment_visit import FusionAssessmentVisit

from .common import ROLLATOR, SCOOTER, PortalMixin
from .test_photos import make_photo


@tagged("post_install", "-at_install")
class TestRoutes(PortalMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.colleague = cls.new_portal("colleague", "fusion_portal.group_portal_sales_rep")
        cls.therapist = cls.new_portal("therapist", "fusion_portal.group_portal_authorizer")
        cls.plain = cls.new_portal("plain")
        cls.visit = cls.new_visit(
            sales_rep_id=cls.field_rep.id, authorizer_id=cls.therapist.partner_id.id
        )
        cls.url = f"/my/visit/{cls.visit.id}"

    def sign_in(self, user):
        self.authenticate(user.login, user.login)

    def call(self, path, **params):
        return self.make_jsonrpc_request(f"{self.url}/{path}", params)

    def token(self):
        page = self.url_open(self.url).text
        setup = page.split('data-setup="')[1].split('"')[0].replace("&#34;", '"')
        return json.loads(setup.replace("&quot;", '"').replace("&amp;", "&"))["csrf_token"]

    def looks(self, action):
        return self.env["fusion.phi.access.log"].search_count(
            [("res_model", "=", "fusion.assessment.visit"), ("res_id", "=", self.visit.id),
             ("action", "=", action)]
        )  # fmt: skip

    def test_a_new_visit_only_by_post(self):
        self.sign_in(self.field_rep)
        visits = self.env["fusion.assessment.visit"]
        before = visits.search_count([])
        self.assertEqual(self.url_open("/my/visit/new").status_code, 200)
        self.assertEqual(visits.search_count([]), before)
        answer = self.url_open("/my/visit/new", data={"csrf_token": self.token()},
                               allow_redirects=False)  # fmt: skip
        self.assertEqual(answer.status_code, 303)
        visit = visits.search([], limit=1, order="id desc")
        self.assertTrue(answer.headers["Location"].endswith(f"/my/visit/{visit.id}"))
        self.assertEqual((visit.sales_rep_id, visit.booking_source), (self.field_rep, "portal"))

    def test_without_a_token_nothing_is_made(self):
        self.sign_in(self.field_rep)
        before = self.env["fusion.assessment.visit"].search_count([])
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open("/my/visit/new", data={"x": 1}).status_code, 400)
        self.assertEqual(self.env["fusion.assessment.visit"].search_count([]), before)

    def test_the_list_and_the_home_page(self):
        self.sign_in(self.field_rep)
        self.assertIn("Nora Newell", self.url_open("/my/visits").text)
        self.assertNotIn("Nora Newell", self.url_open("/my/visits?filterby=done").text)
        self.assertIn("Nora Newell", self.url_open("/my/visits?search=elora").text)
        self.assertEqual(self.url_open("/my/visits?filterby=x").status_code, 200)
        self.assertIn("/my/visits", self.url_open("/my/home").text)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["visit_count"]})
        self.assertEqual(counters["visit_count"], 1)
        for user in (self.plain, self.therapist):
            self.sign_in(user)
            self.assertEqual(self.url_open("/my/visits").status_code, 404)
            self.assertNotIn('href="/my/visits"', self.url_open("/my/home").text)

    def test_strangers_find_no_such_visit(self):
        photo = self.visit._add_photo(make_photo(), "p")
        calls = ("state", "item/add", "sync", "measurements_done", "complete", "cancel",
                 "item/1/sign")  # fmt: skip
        for user in (self.colleague, self.plain):
            self.sign_in(user)
            for path in (self.url, f"{self.url}/summary", f"/my/visit/photo/{photo.id}",
                         "/my/visit/99999999", "/my/visit/photo/99999999"):  # fmt: skip
                self.assertEqual(self.url_open(path).status_code, 404, path)
            for path in calls:
                with self.assertRaises(JsonRpcException) as caught:
                    self.call(path)
                self.assertEqual(caught.exception.code, 404)
        self.assertEqual(self.visit.state, "measuring")

    def test_a_refused_look_is_noted(self):
        visits = self.env["fusion.assessment.visit"].with_user(self.colleague)
        self.assertFalse(visits._find_visible(self.visit.id))
        self.assertFalse(visits._find_visible(99999999))
        self.assertEqual(self.looks("denied"), 1)

    def test_nobody_signed_in(self):
        self.authenticate(None, None)
        answer = self.url_open(self.url, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_looks_are_noted_once(self):
        self.sign_in(self.field_rep)
        for _turn in range(3):
            self.url_open(self.url)
            self.call("state")
        self.assertEqual(self.looks("view"), 1)

    def test_the_page_holds_nothing_of_the_client(self):
        self.sign_in(self.field_rep)
        answer = self.url_open(self.url)
        self.assertNotIn("Nora", answer.text)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_the_state(self):
        item = self.add_rollator()
        self.sign_in(self.field_rep)
        state = self.call("state")
        self.assertLessEqual(
            {"id", "name", "state", "rev", "client_name", "client_phone", "client_email",
             "street", "city", "zip", "authorizer", "default_funding_source",
             "income_under_threshold", "accessibility_need", "home_access_resolution",
             "mod_reminder"}, set(state["visit"]),
        )  # fmt: skip
        [row] = state["items"]
        self.assertEqual(
            {key: row[key] for key in ("kind", "id", "type", "state", "funding", "amount")},
            {"kind": "adp", "id": item.id, "type": "rollator", "state": "measured",
             "funding": "adp", "amount": None},
        )  # fmt: skip
        self.assertEqual(row["signed"], {"authorizer": False, "applicant": False})
        self.assertEqual(row["computed"], {"rollator_handle_height": 33})
        self.assertIn("Only one Rollator", state["blocked_types"]["rollator"])
        self.assertEqual(state["will_create"], [{"sale_type": "adp", "label": "ADP", "count": 1}])

    def test_what_march_of_dimes_has_left(self):
        budget = {"cap": 15000, "used": None, "planned": 0,
                  "currency": self.visit.company_id.currency_id.name}  # fmt: skip
        self.sign_in(self.field_rep)
        self.assertEqual(self.call("state")["mod_budget"], budget)
        orders = self.env["sale.order"].with_context(
            skip_status_validation=True, fc_no_stage_email=True
        )
        client = self.env["res.partner"].create({"name": "Nora Newell"})
        values = {"partner_id": client.id, "x_fc_sale_type": "march_of_dimes"}
        orders.create([
            {**values, "x_fc_mod_status": "case_closed", "x_fc_mod_payment_amount": 5000},
            {**values, "x_fc_mod_status": "funding_denied", "x_fc_mod_approved_amount": 900},
        ])  # fmt: skip
        own = orders.create(
            {**values, "visit_id": self.visit.id, "x_fc_mod_status": "funding_approved",
             "x_fc_mod_approved_amount": 3000,
             "order_line": [Command.create({"product_id": self.product.id, "price_unit": 4000})]}
        )  # fmt: skip
        self.visit.partner_id = client
        budget |= {"used": 5000, "planned": own.amount_total}
        self.assertEqual(self.call("state")["mod_budget"], budget)
        own.action_cancel()
        self.assertEqual(self.call("state")["mod_budget"], {**budget, "planned": 0})
        self.sign_in(self.therapist)
        self.assertIsNone(self.call("state")["mod_budget"])

    def add_rollator(self):
        item = self.visit._add_item("adp", "rollator")
        item.write(ROLLATOR)
        item.action_measured()
        return item

    def test_adding_items(self):
        self.sign_in(self.field_rep)
        add = {"kind": "accessibility", "item_type": "ramp", "client_uuid": "r"}
        first, again = self.call("item/add", **add), self.call("item/add", **add)
        self.assertEqual(first, again)
        self.assertEqual(set(first), {"id", "kind", "rev"})
        self.add_rollator()
        codes = [
            self.call("item/add", **{**add, "client_uuid": None, **extra})["error"]["code"]
            for extra in (
                {"location_tag": "custom"}, {"item_type": "boat"}, {"kind": "boat"},
                {"location_tag": "moon"}, {"kind": "adp", "item_type": "rollator"},
            )
        ]  # fmt: skip
        self.assertEqual(codes, ["custom_label", "bad_type", "bad_type", "bad_type", "combination"])
        self.visit.action_cancel("Moved")
        self.assertEqual(
            self.call("item/add", **{**add, "client_uuid": None})["error"]["code"], "closed"
        )
        self.assertEqual(len(self.visit.accessibility_assessment_ids), 1)

    def test_sync(self):
        ramp = self.visit._add_item("accessibility", "ramp", client_uuid="r")
        self.sign_in(self.field_rep)
        op = {"uuid": "1", "type": "update", "target": "accessibility", "ref": "r",
              "values": {"ramp_rise": "24"}, "base_rev": 0}  # fmt: skip
        answer = self.call("sync", ops=[op, "nonsense"])
        self.assertEqual([result["status"] for result in answer["results"]], ["applied", "error"])
        self.assertEqual((set(answer), ramp.ramp_rise), ({"results", "rev"}, 24))
        self.assertEqual(self.call("sync", ops="x")["error"]["code"], "bad_ops")

    def send_photo(self, raw, name="p.jpg", **data):
        data = {"csrf_token": self.token(), "client_uuid": "p", **data}
        return self.url_open(f"{self.url}/photo", data=data, files={"file": (name, raw)})

    def test_photos(self):
        self.sign_in(self.field_rep)
        first, again = self.send_photo(make_photo()), self.send_photo(make_photo())
        self.assertEqual((first.status_code, first.json()), (200, again.json()))
        photo = self.url_open(first.json()["url"])
        self.assertEqual(photo.headers["Content-Type"], "image/jpeg")
        self.assertIn("private", photo.headers["Cache-Control"])
        self.assertNotIn(b"Exif", photo.content)
        self.assertEqual(self.send_photo(b"<svg/>", client_uuid="q").status_code, 415)
        self.assertEqual(self.send_photo(bytes(10_000_001), client_uuid="q").status_code, 413)
        self.assertEqual(self.send_photo(make_photo(), client_uuid="").status_code, 400)
        with self.assertLogs("odoo.http", "WARNING"):
            forged = self.send_photo(make_photo(), client_uuid="q", csrf_token="x")
        self.assertEqual(forged.status_code, 400)
        self.assertEqual(len(self.visit.photo_ids), 1)
        self.sign_in(self.therapist)
        self.assertEqual(self.url_open(first.json()["url"]).status_code, 200)

    def test_signing_on_site_and_from_the_own_account(self):
        item = self.add_rollator()
        sign = {"role": "applicant", "name": "Nora Newell", "signature": make_signature(),
                "consent": True}  # fmt: skip
        path = f"item/{item.id}/sign"
        self.sign_in(self.therapist)
        self.assertIn("error", self.call(path, **sign))
        self.assertEqual(self.call(path, **{**sign, "role": "authorizer"}), {"ok": True})
        self.sign_in(self.field_rep)
        for bad in ({"signature": make_signature(strokes=False)}, {"consent": "yes"},
                    {"name": ["x"]}, {"relationship": "neighbour"}):  # fmt: skip
            self.assertEqual(self.call(path, **{**sign, **bad})["error"]["code"], "refused")
        self.assertFalse(item.applicant_signed_at)
        self.assertEqual(self.call(path, **sign), {"ok": True})
        self.assertTrue(item.applicant_signed_at and item.authorizer_signed_at)
        self.assertEqual(self.call("item/0/sign", **sign)["error"]["code"], "gone")
        self.assertEqual(self.looks("sign"), 2)

    def test_completing(self):
        self.sign_in(self.field_rep)
        missing = self.call("complete")
        self.assertEqual(missing["error"], {"code": "incomplete"})
        self.assertEqual([gap["code"] for gap in missing["missing"]], ["no_items"])
        self.add_rollator()
        self.assertEqual(self.call("measurements_done"), {"ok": True, "orders": []})
        self.assertEqual(self.visit.state, "client_pending")
        first, again = self.call("complete"), self.call("complete")
        self.assertEqual(first, again)
        self.assertEqual([order["sale_type"] for order in first["orders"]], ["adp"])
        self.assertEqual(len(self.visit.sale_order_ids), 1)

    def test_a_crash_in_the_middle_keeps_the_drafts(self):
        item = self.add_rollator()
        self.sign_in(self.field_rep)
        before = self.env["sale.order"].search_count([])
        with (
            patch.object(FusionAssessmentVisit, "_mail_completion", side_effect=RuntimeError),
            self.assertLogs("odoo.http", "ERROR"),
            self.assertRaises(JsonRpcException),
        ):
            self.call("complete")
        self.env.invalidate_all()
        self.assertEqual((self.visit.state, item.state), ("measuring", "measured"))
        self.assertEqual(self.env["sale.order"].search_count([]), before)

    def test_cancelling_needs_a_reason(self):
        self.sign_in(self.field_rep)
        for reason in (None, "", " ", 5):
            self.assertEqual(self.call("cancel", reason=reason)["error"]["code"], "refused")
        self.assertEqual(self.visit.state, "measuring")
        self.assertTrue(self.call("cancel", reason="Moved")["ok"])
        self.assertEqual(self.visit.state, "cancelled")

    def test_home_access_is_refused_with_the_way_out(self):
        scooter = self.visit._add_item("adp", "scooter")
        scooter.write(SCOOTER)
        scooter.action_measured()
        self.sign_in(self.field_rep)
        self.assertEqual(
            [row["assessment_type"] for row in self.call("state")["cross_sell"]], ["ramp", "vpl"]
        )
        [gap] = self.call("complete")["missing"]
        self.assertEqual(gap["code"], "home_access")
        self.assertEqual(self.visit.state, "measuring")

    def test_searching_clients(self):
        self.new_visit(sales_rep_id=self.field_rep.id, partner_id=self.client.id)
        self.client.phone = "519-555-0177"

        def found(text):
            return self.make_jsonrpc_request("/my/visit/clients", {"text": text})["clients"]

        self.sign_in(self.field_rep)
        self.assertEqual(
            found("clara"),
            [{"id": self.client.id, "name": "Clara Client", "city": "", "phone": "…0177"}],
        )
        for text in ("cl", "", None, ["clara"], "%%%"):
            self.assertEqual(found(text), [])
        self.sign_in(self.colleague)
        self.assertEqual(found("clara"), [])

    def test_the_worker_may_serve_the_visits(self):
        answer = self.url_open("/my/visit/service-worker.js")
        self.assertEqual(answer.headers["Service-Worker-Allowed"], "/my/visit")
        self.assertIn("javascript", answer.headers["Content-Type"])

    def test_the_summary(self):
        item = self.add_rollator()
        self.visit._add_photo(make_photo(), "p", "adp", item.id)
        self.sign_in(self.therapist)
        answer = self.url_open(f"{self.url}/summary", timeout=60)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("Wrist Height", answer.text)  # under test, reports stay HTML

    def test_forms_without_a_visit(self):
        self.sign_in(self.field_rep)
        for path in ("stairlift/straight", "stairlift/curved", "vpl", "ceiling", "ramp",
                     "bathroom", "tub-cutout"):  # fmt: skip
            page = self.url_open(f"/my/accessibility/{path}")
            self.assertEqual(page.status_code, 200, path)
            self.assertIn('name="funding_source"', page.text)
        for path in ("stairlift", "boat", "ramp/steep"):
            self.assertEqual(self.url_open(f"/my/accessibility/{path}").status_code, 404)
        self.sign_in(self.plain)
        self.assertEqual(self.url_open("/my/accessibility/ramp").status_code, 404)

    def save(self, **values):
        return self.make_jsonrpc_request("/my/accessibility/save", values)

    def test_saving_one_assessment(self):
        self.sign_in(self.field_rep)
        answer = self.save(assessment_type="ramp", ramp_rise="2 ft", client_name="Ann")
        ramp = self.env["fusion.accessibility.assessment"].browse(answer["id"])
        self.assertEqual(
            (ramp.ramp_rise, ramp.state, ramp.x_fc_funding_source, ramp.visit_id.client_name),
            (24, "measured", "direct_private", "Ann"),
        )
        answer = self.save(assessment_type="ramp", visit_id=self.visit.id, funding_source="wsib")
        self.assertEqual(answer["visit_id"], self.visit.id)
        self.assertEqual(self.visit.accessibility_assessment_ids.x_fc_funding_source, "wsib")

    def test_saving_what_cannot_be(self):
        self.sign_in(self.field_rep)
        visits = self.env["fusion.assessment.visit"]
        before = visits.search_count([])
        for values, code in (
            ({"assessment_type": "boat"}, "bad_type"),
            ({"assessment_type": "ramp", "funding_source": "lottery"}, "bad_funding"),
            ({"assessment_type": "ramp", "funding_source": ""}, "bad_funding"),
            ({"assessment_type": "ramp", "ramp_rise": "abc"}, "invalid"),
            ({"assessment_type": "ramp", "state": "completed"}, "invalid"),
        ):
            self.assertEqual(self.save(**values)["error"]["code"], code)
        fields = self.save(assessment_type="ramp", ramp_rise="abc")["error"]["fields"]
        self.assertEqual(fields, {"ramp_rise": "“abc” is no length."})
        self.assertEqual(visits.search_count([]), before)
        self.sign_in(self.colleague)
        with self.assertRaises(JsonRpcException):
            self.save(assessment_type="ramp", visit_id=self.visit.id)
