"""No key reaches another service's objects: every route of the contract, by name."""

import json

from odoo.tests import tagged

from ..controllers.api import DOCUMENT
from .test_api import ApiCase

NOT_FOUND = (404,)
REFUSED = (404, 422)
KEYLESS = {"/health", "/openapi.json"}
OWN_LISTS = {"/customers": "customers", "/subscriptions": "subscriptions", "/invoices": "invoices",
             "/plans": "plans"}  # fmt: skip
WITHOUT_OBJECTS = {"/billable_metrics", "/catalog"}


@tagged("post_install", "-at_install")
class TestIsolation(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe(on="2026-05-01")
        cls.move = cls.order._create_recurring_invoice()
        cls.make_product("Removal", 5).product_tmpl_id.x_fc_addon_code = "removal"
        cls.foreign = cls.desk._generate_api_key()
        fee = str(cls.move.invoice_line_ids[0].id)
        event = {"transaction_id": "t", "external_subscription_id": "s-1", "code": "map_calls"}
        counter = {
            "external_subscription_id": "s-1", "metric_code": "map_calls", "quantity": 1,
            "period_start": "2026-05-02", "period_end": "2026-05-03",
        }  # fmt: skip
        #: {(method, path): body that names the other service's objects}
        cls.bodies = {
            ("POST", "/subscriptions"): {
                "subscription": {"external_customer_id": "u-1", "external_id": "x",
                                 "plan_code": "maps-standard"}},
            ("PUT", "/subscriptions/{external_id}"): {"subscription": {"name": "stolen"}},
            ("POST", "/usage"): {"usage": [counter]},
            ("POST", "/events"): {"event": event},
            ("POST", "/events/batch"): {"events": [event]},
            ("POST", "/invoices"): {
                "invoice": {"external_customer_id": "u-1", "fees": [{"add_on_code": "removal"}]}},
            ("POST", "/invoices/preview"): {"invoice": {"external_subscription_id": "s-1"}},
            ("POST", "/credit_notes"): {
                "credit_note": {"invoice_id": cls.move.x_fc_billing_uuid,
                                "items": [{"fee_id": fee, "amount_cents": 1}]}},
        }  # fmt: skip

    def snapshot(self):
        self.env.invalidate_all()
        return (
            self.order.read(["state", "subscription_state", "client_order_ref", "end_date"]),
            self.move.read(["state", "amount_residual", "x_fc_voided"]),
            self.link.partner_id.read(["name", "email"]),
            self.env["fusion.billing.usage"].search_count([]),
            self.env["sale.order"].search_count([]),
            self.env["account.move"].search_count([]),
        )

    def test_every_route_refuses_another_service_s_objects(self):
        before, tried = self.snapshot(), 0
        for path, verbs in json.loads(DOCUMENT.read_text())["paths"].items():
            names = {"{external_id}": "u-1" if "/customers/" in path else "s-1",
                     "{uuid}": self.move.x_fc_billing_uuid, "{code}": "maps-standard"}  # fmt: skip
            for verb in map(str.upper, verbs):
                if path in KEYLESS or path in WITHOUT_OBJECTS:
                    continue
                url = path
                for name, value in names.items():
                    url = url.replace(name, value)
                if url in ("/usage",) or url.endswith("current_usage"):
                    url += "?external_subscription_id=s-1"
                with self.subTest(verb=verb, path=path):
                    tried += 1
                    self.refuse(verb, path, url)
        self.assertGreater(tried, 25)
        self.assertEqual(self.snapshot(), before)

    def refuse(self, verb, path, url):
        body = self.bodies.get((verb, path), {} if verb in ("POST", "PUT") else None)
        if (verb, path) == ("POST", "/customers"):
            return  # makes an account of its own: see the next test
        answer = self.call(verb, url, body, key=self.foreign)
        if verb == "GET" and path in OWN_LISTS:
            self.assertEqual(answer.json()[OWN_LISTS[path]], [])
            return
        allowed = NOT_FOUND if "{" in path or verb == "GET" else REFUSED
        self.assertIn(answer.status_code, allowed, answer.text[:200])

    def test_the_same_account_id_of_another_service_is_another_account(self):
        body = {"customer": {"external_id": "u-1", "name": "Somebody else"}}
        answer = self.call("POST", "/customers", body, key=self.foreign)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.link.partner_id.name, "Acme Inc")
        self.assertNotEqual(answer.json()["customer"]["id"], self.link.uuid)

    def test_the_catalogue_shows_no_other_service_s_plans(self):
        self.assertEqual(self.call("GET", "/catalog", key=self.foreign).json()["plans"], [])
