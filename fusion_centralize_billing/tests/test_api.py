import json
import re
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.service import model as odoo_service_model
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers.api import DOCUMENT
from ..controllers.gate import BUCKETS, PUSHES, Buckets
from .common import BillingCase, freeze_time

ROOT = "/api/billing/v1"
ERROR_KEYS = {"status", "error", "code", "error_details", "request_id"}


class ApiCase(BillingCase, HttpCase):
    """Calls the API with a key of the service Maps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.maps._generate_api_key()

    def setUp(self):
        super().setUp()
        BUCKETS._buckets.clear()

    def call(self, method, path, body=None, key=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not False:
            headers["Authorization"] = f"Bearer {key or self.key}"
        data = body
        if body is not None and not isinstance(body, str | bytes):
            data = json.dumps(body)
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        return self.url_open(ROOT + path, data=data, headers=headers, method=method)

    def refused(self, answer, status, code):
        self.assertEqual(answer.status_code, status, answer.text[:300])
        body = answer.json()
        self.assertEqual(set(body), ERROR_KEYS)
        self.assertEqual((body["status"], body["code"]), (status, code))
        self.assertEqual(body["request_id"], answer.headers["X-Request-Id"])
        return body


@tagged("post_install", "-at_install")
class TestApi(ApiCase):
    def test_a_stranger_s_way_from_customer_to_usage(self):
        customer = {"external_id": "u-9", "name": "North Bakery", "email": "n@example.com"}
        answer = self.call("POST", "/customers", {"customer": customer})
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["customer"]["external_id"], "u-9")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)

        subscription = {
            "external_customer_id": "u-9", "external_id": "s-9", "plan_code": "maps-standard",
            "subscription_at": "2026-01-01",
        }  # fmt: skip
        answer = self.call("POST", "/subscriptions", {"subscription": subscription})
        self.assertEqual(answer.status_code, 200, answer.text)
        period = answer.json()["subscription"]["current_billing_period_started_at"]

        row = {
            "external_subscription_id": "s-9", "metric_code": "map_calls", "quantity": "5002000",
            "period_start": period, "period_end": period.replace(":00Z", ":01Z"),
        }  # fmt: skip
        answer = self.call("POST", "/usage", {"usage": [row]})
        self.assertEqual(answer.status_code, 202, answer.text)
        self.assertEqual(
            answer.json(), {"accepted": 1, "inserted": 1, "updated": 0, "unchanged": 0}
        )

        path = "/customers/u-9/current_usage?external_subscription_id=s-9"
        usage = self.call("GET", path).json()["customer_usage"]
        self.assertEqual(usage["amount_cents"], 20)
        listed = self.call("GET", "/usage?external_subscription_id=s-9").json()
        self.assertEqual(listed["usage"][0]["quantity"], "5002000.000000")
        self.assertEqual(listed["meta"]["total_count"], 1)

        ended = self.call("DELETE", "/subscriptions/s-9?on_termination_invoice=skip")
        self.assertEqual(ended.json()["subscription"]["status"], "terminated")
        again = self.call("DELETE", "/subscriptions/s-9?on_termination_invoice=skip")
        self.assertEqual(again.status_code, 200)

    def test_without_a_valid_key(self):
        for key in (False, "wrong", "fbk_aaaaaaaa_" + "x" * 43):
            with self.subTest(key=key):
                answer = self.call("GET", "/customers", key=key)
                self.refused(answer, 401, "unauthorized")
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_scopes(self):
        usage = self.maps._generate_api_key(scope="usage")
        read = self.maps._generate_api_key(scope="read")
        self.refused(self.call("GET", "/customers", key=usage), 403, "forbidden")
        body = {"customer": {"external_id": "n", "name": "N"}}
        for key in (usage, read):
            self.refused(self.call("POST", "/customers", body, key=key), 403, "forbidden")
        self.refused(self.call("POST", "/usage", {}, key=read), 403, "forbidden")
        self.assertEqual(self.call("GET", "/customers", key=read).status_code, 200)
        self.assertFalse(self.maps._find_account("n"))

    def test_another_service_s_objects_are_not_found(self):
        self.subscribe()
        foreign = self.desk._generate_api_key()
        for method, path, code in (
            ("GET", "/customers/u-1", "customer_not_found"),
            ("GET", "/subscriptions/s-1", "subscription_not_found"),
            ("POST", "/subscriptions/s-1/pause", "subscription_not_found"),
            ("DELETE", "/subscriptions/s-1", "subscription_not_found"),
            ("GET", "/usage?external_subscription_id=s-1", "subscription_not_found"),
            ("GET", "/plans/maps-standard", "plan_not_found"),
        ):
            with self.subTest(path=path):
                body = {} if method == "POST" else None
                self.refused(self.call(method, path, body, key=foreign), 404, code)
        for path, name in (("/customers", "customers"), ("/subscriptions", "subscriptions"),
                           ("/plans", "plans")):  # fmt: skip
            self.assertEqual(self.call("GET", path, key=foreign).json()[name], [])
        self.assertEqual(self.maps._api_find_subscription("s-1").subscription_state, "3_progress")

    def test_requests_are_recorded_and_good_pushes_only_counted(self):
        log = self.env["fusion.billing.api.log"].sudo()
        self.subscribe()
        path = "/subscriptions/s-1"
        period = self.call("GET", path).json()["subscription"]["current_billing_period_started_at"]
        log.search([]).unlink()
        row = {
            "external_subscription_id": "s-1", "metric_code": "map_calls", "quantity": "5",
            "period_start": period, "period_end": period.replace(":00Z", ":01Z"),
        }  # fmt: skip
        self.patch(PUSHES, "_seconds", 0)
        PUSHES._counts.clear()
        answer = self.call("POST", "/usage", {"usage": [row]})
        self.assertEqual(answer.status_code, 202, answer.text)
        self.call("POST", "/usage", {"usage": [row]})
        self.assertFalse(log.search([]))
        daily = self.env["fusion.billing.api.daily"].search([])
        self.assertEqual(daily.mapped("count"), [2])
        self.assertEqual((daily.path, daily.key_id.service_id), (ROOT + "/usage", self.maps))

        body = {"customer": {"external_id": "n", "name": "North", "email": "not an address"}}
        refused = self.call("POST", "/customers", body)
        self.assertEqual(refused.status_code, 422, refused.text)
        self.call("GET", "/subscriptions/s-1")
        self.call("GET", "/subscriptions/s-1", key="wrong")
        stranger, read, wrong = log.search([])
        self.assertEqual(
            (wrong.status, wrong.method, wrong.path), (422, "POST", ROOT + "/customers")
        )
        self.assertEqual(wrong.code, refused.json()["code"])
        self.assertEqual(wrong.request_id, refused.headers["X-Request-Id"])
        self.assertEqual(
            (read.status, read.path[: len(ROOT) + 16]), (200, ROOT + "/subscriptions/<")
        )
        self.assertNotIn("s-1", read.path)
        self.assertEqual(read.company_id, self.maps.company_id)
        self.assertEqual((stranger.status, stranger.code), (401, "unauthorized"))
        self.assertFalse(stranger.key_id or stranger.service_id)
        with self.assertRaises(AccessError):
            read.write({"status": 500})

    def test_a_record_that_fails_breaks_no_answer(self):
        self.env.cr.execute("ALTER TABLE fusion_billing_api_log ADD CHECK (status = 0) NOT VALID")
        with self.assertLogs("odoo.addons.fusion_centralize_billing", "WARNING"):
            self.assertEqual(self.call("GET", "/customers").status_code, 200)

    def test_bodies_that_are_no_request(self):
        for body, status, code in (
            ("{", 400, "invalid_json"),
            ("[]", 400, "bad_request"),
            ('{"a": NaN}', 400, "invalid_json"),
            (b"\xff\xfe", 400, "invalid_json"),
            ("{" + '"a":{' * 200 + "}" * 201, 400, "bad_request"),
            ('{"customer": []}', 422, "validation_errors"),
            ('{"customer": {"external_id": "a\\u0000b", "name": "x"}}', 422, "validation_errors"),
            ('{"customer": {"external_id": "\\ud800", "name": "x"}}', 422, "validation_errors"),
            ('{"customer": {"external_id": 7, "name": "x"}}', 422, "validation_errors"),
        ):
            with self.subTest(body=body[:40]):
                self.refused(self.call("POST", "/customers", body), status, code)
        answer = self.call("POST", "/customers", "a=1", Content_Type="text/plain")
        self.refused(answer, 415, "unsupported_media_type")
        large = json.dumps({"customer": {"external_id": "x" * (1 << 20)}})
        self.refused(self.call("POST", "/customers", large), 413, "payload_too_large")

    def test_an_address_that_no_text_can_be(self):
        for path in ("/customers/a%00b", "/plans/%00", "/invoices/a%00/void"):
            with self.subTest(path=path):
                method = "POST" if path.endswith("void") else "GET"
                body = {} if method == "POST" else None
                self.refused(self.call(method, path, body), 404, "not_found")
        for path in ("/usage?external_subscription_id=%00", "/customers?search=a&search=%00"):
            with self.subTest(path=path):
                body = self.refused(self.call("GET", path), 422, "validation_errors")
                self.assertEqual(body["error_details"], {"query": ["value_is_invalid"]})

    def test_unknown_paths_and_pages(self):
        self.refused(self.call("GET", "/nothing/here"), 404, "not_found")
        self.refused(self.call("GET", "/customers?page=0"), 422, "validation_errors")
        self.refused(self.call("GET", "/customers?page=99999999999"), 422, "validation_errors")
        body = self.call("GET", "/customers?page=7&per_page=500").json()
        self.assertEqual(body["customers"], [])
        self.assertEqual(body["meta"]["total_count"], 1)

    def test_a_repeat_gets_the_first_answer(self):
        body = {"customer": {"external_id": "u-7", "name": "First"}}
        first = self.call("POST", "/customers", body, Idempotency_Key="k-1")
        again = self.call("POST", "/customers", body, Idempotency_Key="k-1")
        self.assertEqual(again.content, first.content)
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        other = {"customer": {"external_id": "u-7", "name": "Second"}}
        answer = self.call("POST", "/customers", other, Idempotency_Key="k-1")
        self.refused(answer, 422, "idempotency_key_reused")
        self.assertEqual(self.maps._find_account("u-7").partner_id.name, "First")
        foreign = self.desk._generate_api_key()
        fresh = self.call("POST", "/customers", other, key=foreign, Idempotency_Key="k-1")
        self.assertEqual(fresh.status_code, 200)

    def test_a_conflict_that_stays_is_for_another_time(self):
        tries = []

        def conflict(service, payload):
            tries.append(payload)
            service.env["res.partner"].create({"name": "Half Written"})
            service.env.cr.execute("DO $$ BEGIN RAISE serialization_failure; END $$")

        self.patch(type(self.maps), "_api_upsert_customer", conflict)
        self.patch(odoo_service_model.time, "sleep", lambda _seconds: None)
        body = {"customer": {"external_id": "u-9", "name": "Nine"}}
        with mute_logger("odoo.sql_db", "odoo.http"):
            answer = self.call("POST", "/customers", body)
        self.refused(answer, 503, "temporarily_unavailable")
        self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(len(tries), 5)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Half Written")]))

    def test_limits_a_minute(self):
        self.maps.rate_limit_per_minute = 2
        for left in ("1", "0"):
            answer = self.call("GET", "/plans")
            self.assertEqual(answer.headers["X-RateLimit-Remaining"], left)
        answer = self.call("GET", "/plans")
        self.refused(answer, 429, "too_many_requests")
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.maps.rate_limit_per_minute = 0
        self.assertEqual(self.call("GET", "/plans").status_code, 200)

    def test_buckets_refill_evenly(self):
        buckets = Buckets()
        for _number in range(60):
            self.assertEqual(buckets.take("k", 60, now=100.0)[0], 0)
        self.assertGreater(buckets.take("k", 60, now=100.0)[0], 0)
        self.assertEqual(buckets.take("k", 60, now=101.0)[0], 0)
        self.assertGreater(buckets.take("k", 60, now=101.0)[0], 0)

    def test_health_needs_no_key(self):
        answer = self.call("GET", "/health", key=False)
        self.assertEqual((answer.status_code, answer.json()["status"]), (200, "ok"))

    def test_invoices(self):
        order = self.subscribe()
        move = order._create_recurring_invoice()
        listed = self.call("GET", "/invoices").json()["invoices"]
        self.assertEqual([invoice["number"] for invoice in listed], [move.name])
        shown = self.call("GET", f"/invoices/{move.x_fc_billing_uuid}").json()["invoice"]
        self.assertEqual(
            (shown["status"], shown["fees_amount_cents"], shown["taxes_amount_cents"],
             shown["external_subscription_id"]),
            ("finalized", 4900, 637, "s-1"),
        )  # fmt: skip
        foreign = self.desk._generate_api_key()
        answer = self.call("GET", f"/invoices/{move.x_fc_billing_uuid}", key=foreign)
        self.refused(answer, 404, "invoice_not_found")
        path = f"/invoices/{move.x_fc_billing_uuid}/retry_payment"
        self.refused(self.call("POST", path, {}, key=foreign), 404, "invoice_not_found")
        self.refused(self.call("POST", path, {}), 422, "no_payment_method")

    def test_an_add_on_is_invoiced_once(self):
        removal = self.make_product("Throttle removal", 5)
        removal.product_tmpl_id.x_fc_addon_code = "throttle-removal"
        body = {
            "external_customer_id": "u-1", "currency": self.company.currency_id.name,
            "fees": [{"add_on_code": "throttle-removal", "units": "2", "description": "For web-01"},
                     {"add_on_code": "throttle-removal", "unit_amount_cents": 700}],
        }  # fmt: skip
        answer = self.call("POST", "/invoices", {"invoice": body})
        self.assertEqual(answer.status_code, 200, answer.text)
        shown = answer.json()["invoice"]
        self.assertEqual(
            (shown["invoice_type"], shown["status"], shown["fees_amount_cents"],
             shown["taxes_amount_cents"], shown["external_customer_id"]),
            ("one_off", "finalized", 1700, 221, "u-1"),
        )  # fmt: skip
        wrong = {**body, "fees": [{"add_on_code": "nothing"}, {"units": 1}]}
        details = self.refused(
            self.call("POST", "/invoices", {"invoice": wrong}), 422, "validation_errors"
        )["error_details"]
        self.assertEqual(
            details,
            {
                "invoice.fees.0.add_on_code": ["not_found"],
                "invoice.fees.1.add_on_code": ["value_is_mandatory"],
            },
        )
        for values, code in (({"currency": "JPY"}, "currency_mismatch"),
                             ({"fees": []}, "validation_errors"),
                             ({"external_customer_id": "no"}, "validation_errors")):  # fmt: skip
            answer = self.call("POST", "/invoices", {"invoice": {**body, **values}})
            self.refused(answer, 422, code)
        self.assertEqual(len(self.call("GET", "/invoices").json()["invoices"]), 1)

    def test_the_preview_is_the_next_invoice_and_leaves_nothing(self):
        self.subscribe(subscription_at="2026-01-01", on="2026-05-10")
        order = self.maps._api_find_subscription("s-1")
        start, _end = order._fc_billing_period()
        row = {"external_subscription_id": "s-1", "metric_code": "map_calls", "quantity": 5_002_000,
               "period_start": f"{start.isoformat()}Z",
               "period_end": f"{start.isoformat()[:-2]}01Z"}  # fmt: skip
        self.maps._api_record_usage(row)
        before = (order.next_invoice_date, len(order.order_line), self.count_moves())

        body = {"invoice": {"external_subscription_id": "s-1"}}
        shown = self.call("POST", "/invoices/preview", body).json()["invoice"]

        self.assertEqual([fee["amount_cents"] for fee in shown["fees"]], [4900, 20])
        self.assertNotIn("id", shown)
        order.invalidate_recordset()
        self.assertEqual(
            (order.next_invoice_date, len(order.order_line), self.count_moves()), before
        )

    def test_the_preview_of_a_running_period_has_the_next_flat_price(self):
        self.subscribe()
        order = self.maps._api_find_subscription("s-1")
        with freeze_time("2026-05-01 16:00:00"):
            order._create_recurring_invoice()
        with freeze_time("2026-05-10 16:00:00"):
            shown = order._fc_preview_invoice()
        self.assertEqual([fee["amount_cents"] for fee in shown["fees"]], [4900])
        with freeze_time("2026-06-01 16:00:00"):
            move = order._create_recurring_invoice()
        self.assertEqual(shown["total_amount_cents"], round(move.amount_total * 100))

    def count_moves(self):
        return self.env["account.move"].search_count([])

    def test_the_document_names_every_route_and_no_other(self):
        paths = self.call("GET", "/openapi.json", key=False).json()["paths"]
        described = {(verb.upper(), path) for path, verbs in paths.items() for verb in verbs}
        served = set()
        for rule, _options in self.env["ir.http"]._generate_routing_rules(
            ["fusion_centralize_billing"], converters=self.env["ir.http"]._get_converters()
        ):
            if rule.startswith(ROOT) and "<path:" not in rule:
                path = re.sub(r"<string:(\w+)>", r"{\1}", rule.removeprefix(ROOT))
                verbs = set(_options.routing["methods"]) - {"HEAD"}
                served |= {(verb, path) for verb in verbs}
        self.assertEqual(described, served)
        copy = Path(__file__).parents[2] / "docs" / "api" / "billing-v1.json"
        if copy.is_file():  # in the repository; an installation may leave docs/ out
            self.assertEqual(copy.read_text(), DOCUMENT.read_text())
