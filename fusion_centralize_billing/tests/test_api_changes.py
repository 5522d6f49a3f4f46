from odoo.tests import tagged

from .test_api import ApiCase

COUNTER = {"external_subscription_id": "s-1", "code": "map_calls", "transaction_id": "t-1"}


@tagged("post_install", "-at_install")
class TestApiChanges(ApiCase):
    """Plan changes, events, credit notes, links and the catalogue, over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.large = cls.make_plan(cls.maps, "maps-large", cls.flat, 99)
        cls.order = cls.maps._api_create_subscription(
            {"external_customer_id": "u-1", "external_id": "s-1", "plan_code": "maps-standard",
             "subscription_at": "2026-01-01"}
        )  # fmt: skip

    def test_a_change_to_come_is_shown_and_cancelled(self):
        body = {"subscription": {"plan_code": "maps-large", "change_at": "period_end"}}
        shown = self.call("PUT", "/subscriptions/s-1", body).json()["subscription"]
        self.assertEqual(
            (shown["plan_code"], shown["next_plan_code"]), ("maps-standard", "maps-large")
        )
        self.assertEqual(
            shown["plan_change_date"],
            str(self.order._fc_local_day(self.order._fc_billing_period()[1])),
        )
        body = {"subscription": {"cancel_scheduled_change": True}}
        shown = self.call("PUT", "/subscriptions/s-1", body).json()["subscription"]
        self.assertIsNone(shown["next_plan_code"])

    def test_a_repeated_post_with_another_plan_changes_it(self):
        body = {"external_customer_id": "u-1", "external_id": "s-1", "plan_code": "maps-large"}
        shown = self.call("POST", "/subscriptions", {"subscription": body}).json()["subscription"]
        self.assertEqual(
            (shown["plan_code"], shown["previous_plan_code"], shown["plan_amount_cents"]),
            ("maps-large", "maps-standard", 9900),
        )

    def test_wrong_changes(self):
        for body, code in (
            ({}, "validation_errors"),
            ({"subscription": {"plan_code": "nothing"}}, "plan_not_found"),
            ({"subscription": {"plan_code": 5}}, "validation_errors"),
        ):
            self.refused(self.call("PUT", "/subscriptions/s-1", body), 422, code)
        body = {"subscription": {"name": "x"}}
        self.refused(self.call("PUT", "/subscriptions/no", body), 404, "subscription_not_found")
        self.call("DELETE", "/subscriptions/s-1")
        self.refused(self.call("PUT", "/subscriptions/s-1", body), 422, "subscription_terminated")
        for verb in ("pause", "resume"):
            answer = self.call("POST", f"/subscriptions/s-1/{verb}", {})
            self.refused(answer, 422, "subscription_terminated")

    def test_subscriptions_by_status(self):
        path = "/subscriptions?status[]=active"
        self.assertEqual(len(self.call("GET", path).json()["subscriptions"]), 1)
        self.assertEqual(
            self.call("GET", "/subscriptions?status=paused").json()["subscriptions"], []
        )
        self.refused(self.call("GET", "/subscriptions?status[]=no"), 422, "validation_errors")
        self.assertEqual(self.call("GET", "/subscriptions/s-1?status=active").status_code, 200)
        answer = self.call("GET", "/subscriptions/s-1?status=paused")
        self.refused(answer, 404, "subscription_not_found")

    def test_an_event_counts_once(self):
        self.calls.field_name = "calls"
        event = {**COUNTER, "properties": {"calls": "12.5", "place": "x"}}
        answer = self.call("POST", "/events", {"event": event})
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["event"]["properties"], event["properties"])
        row = self.env["fusion.billing.usage"].search([])
        self.assertEqual((row.quantity, row.idempotency_key), (12.5, "t-1"))
        self.assertEqual((row.period_end - row.period_start).total_seconds(), 1)
        body = self.refused(
            self.call("POST", "/events", {"event": {**event, "properties": {"calls": 9}}}),
            422, "validation_errors",
        )  # fmt: skip
        self.assertEqual(body["error_details"], {"transaction_id": ["value_already_exist"]})
        row.invalidate_recordset()
        self.assertEqual(row.quantity, 12.5)

    def test_a_batch_of_events_is_all_or_nothing(self):
        good = {**COUNTER, "transaction_id": "t-2"}
        for bad, field, word in (
            ({**COUNTER, "code": "no"}, "code", "not_found"),
            (
                {**COUNTER, "external_subscription_id": "no"},
                "external_subscription_id",
                "not_found",
            ),
            ({**COUNTER, "timestamp": "2020-01-01"}, "timestamp", "value_is_out_of_range"),
            ({**COUNTER, "timestamp": {}}, "timestamp", "value_is_invalid"),
            ({**COUNTER, "properties": []}, "properties", "value_is_invalid"),
            (good, "transaction_id", "value_already_exist"),
        ):
            answer = self.call("POST", "/events/batch", {"events": [good, bad]})
            body = self.refused(answer, 422, "validation_errors")
            self.assertEqual(body["error_details"], {f"events.1.{field}": [word]})
        for events in ([], "x", [good] * 1001):
            answer = self.call("POST", "/events/batch", {"events": events})
            self.refused(answer, 422, "validation_errors")
        self.assertFalse(self.env["fusion.billing.usage"].search([]))
        answer = self.call("POST", "/events/batch", {"events": [good, COUNTER]})
        self.assertEqual(len(answer.json()["events"]), 2)
        usage = self.maps._api_current_usage(self.order)["charges_usage"][0]
        self.assertEqual(usage["total_aggregated_units"], "2.000000")

    def test_events_of_a_counted_value_and_of_a_missing_property(self):
        self.calls.write({"field_name": "calls"})
        body = self.refused(
            self.call("POST", "/events", {"event": COUNTER}), 422, "validation_errors"
        )
        self.assertEqual(body["error_details"], {"properties.calls": ["value_is_mandatory"]})
        self.calls.aggregation = "unique_count"
        for number, value in enumerate(("a", "b", "a")):
            event = {**COUNTER, "transaction_id": f"u{number}", "properties": {"calls": value}}
            self.assertEqual(self.call("POST", "/events", {"event": event}).status_code, 200)
        usage = self.maps._api_current_usage(self.order)["charges_usage"][0]
        self.assertEqual(usage["total_aggregated_units"], "2.000000")

    def test_a_client_of_lago_finds_the_same_handlers(self):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        shown = self.url_open("/api/v1/subscriptions/s-1", headers=headers)
        self.assertEqual(shown.json()["subscription"]["plan_code"], "maps-standard")
        answer = self.url_open("/api/v1/events", json={"event": COUNTER}, headers=headers)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(self.env["fusion.billing.usage"].search_count([]), 1)
        self.assertEqual(self.url_open("/api/v1/usage", headers=headers).status_code, 404)

    def bill(self):
        return self.order._create_recurring_invoice()

    def test_voiding(self):
        move = self.bill()
        path = f"/invoices/{move.x_fc_billing_uuid}/void"
        foreign = self.desk._generate_api_key()
        self.refused(self.call("POST", path, {}, key=foreign), 404, "invoice_not_found")
        first = self.call("POST", path, {})
        self.assertEqual(first.status_code, 200, first.text)
        shown = first.json()["invoice"]
        self.assertEqual(
            (shown["status"], shown["total_due_amount_cents"], shown["payment_status"]),
            ("voided", 0, "pending"),
        )
        self.assertEqual(self.call("POST", path, {}).json()["invoice"], shown)
        self.assertEqual(len(move.reversal_move_ids), 1)
        listed = self.call("GET", "/invoices?status[]=voided").json()["invoices"]
        self.assertEqual([one["number"] for one in listed], [move.name])
        self.assertEqual(self.call("GET", "/invoices?status[]=finalized").json()["invoices"], [])
        self.refused(
            self.call("POST", f"/invoices/{move.x_fc_billing_uuid}/retry_payment", {}),
            422, "not_payable",
        )  # fmt: skip
        # what was voided is not billed again
        self.assertFalse(self.order.order_line.filtered(lambda line: line.qty_to_invoice > 0))

    def test_a_paid_invoice_is_not_voided_but_credited(self):
        move = self.bill()
        self.pay(move)
        uuid = move.x_fc_billing_uuid
        self.refused(self.call("POST", f"/invoices/{uuid}/void", {}), 422, "not_voidable")
        fee = self.call("GET", f"/invoices/{uuid}").json()["invoice"]["fees"][0]
        body = {
            "invoice_id": uuid,
            "reason": "order_change",
            "credit_amount_cents": 1130,
            "refund_amount_cents": 0,
            "items": [{"fee_id": fee["id"], "amount_cents": 1000}],
        }
        answer = self.call("POST", "/credit_notes", {"credit_note": body})
        self.assertEqual(answer.status_code, 200, answer.text)
        note = answer.json()["credit_note"]
        self.assertEqual(
            (
                note["total_amount_cents"],
                note["credit_status"],
                note["refund_status"],
                note["items"],
            ),
            (1130, "available", None, body["items"]),
        )
        rest = {**body, "credit_amount_cents": 4408}
        rest["items"] = [{"fee_id": fee["id"], "amount_cents": 3901}]
        found = self.refused(
            self.call("POST", "/credit_notes", {"credit_note": rest}), 422, "amount_exceeds_invoice"
        )
        self.assertIn("credit_note.items.0.amount_cents", found["error_details"])

    def test_wrong_credit_notes(self):
        move = self.bill()
        fee = str(move.invoice_line_ids[0].id)
        good = {"invoice_id": move.x_fc_billing_uuid, "items": [{"fee_id": fee, "amount_cents": 5}]}
        for values, code in (
            ({"invoice_id": "no"}, "validation_errors"),
            ({"items": []}, "validation_errors"),
            ({"items": [{"fee_id": "1", "amount_cents": 5}]}, "validation_errors"),
            ({"items": [{"fee_id": fee, "amount_cents": 0}]}, "validation_errors"),
            ({"items": [{"fee_id": fee, "amount_cents": "5"}]}, "validation_errors"),
            ({"credit_amount_cents": 1}, "validation_errors"),
            ({"refund_amount_cents": 6}, "not_payable"),
        ):
            with self.subTest(values=values):
                answer = self.call("POST", "/credit_notes", {"credit_note": {**good, **values}})
                self.refused(answer, 422, code)
        self.assertFalse(move.reversal_move_ids)

    def pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def test_the_catalogue_is_answered_once(self):
        self.make_product("Removal", 5).product_tmpl_id.x_fc_addon_code = "removal"
        answer = self.call("GET", "/catalog")
        body = answer.json()
        self.assertEqual([plan["code"] for plan in body["plans"]], ["maps-large", "maps-standard"])
        self.assertEqual(
            [one for one in body["add_ons"] if one["code"] == "removal"][0]["amount_cents"], 500
        )
        again = self.call("GET", "/catalog", If_None_Match=answer.headers["ETag"])
        self.assertEqual((again.status_code, again.text), (304, ""))
        self.plan.amount = 50
        self.assertEqual(
            self.call("GET", "/catalog", If_None_Match=answer.headers["ETag"]).status_code, 200
        )

    def test_methods(self):
        answer = self.call("DELETE", "/customers")
        self.refused(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, OPTIONS, POST")
        answer = self.call("OPTIONS", "/subscriptions/s-1")
        self.assertEqual((answer.status_code, answer.text), (204, ""))
        self.assertEqual(answer.headers["Allow"], "DELETE, GET, HEAD, OPTIONS, PUT")
        answer = self.call("HEAD", "/subscriptions/s-1")
        self.assertEqual((answer.status_code, answer.text), (200, ""))

    def test_usage_and_invoices_by_day(self):
        start, end = self.order._fc_billing_period()
        self.call("POST", "/events", {"event": {**COUNTER, "timestamp": f"{start.isoformat()}Z"}})
        path = "/usage?external_subscription_id=s-1"
        self.assertEqual(
            len(self.call("GET", f"{path}&from={start.date()}T00:00:00Z").json()["usage"]), 1
        )
        self.assertEqual(self.call("GET", f"{path}&from={end.date()}").json()["usage"], [])
        self.refused(self.call("GET", f"{path}&from=x"), 422, "validation_errors")
        move = self.bill()
        day = move.invoice_date
        for query, count in (
            (f"issuing_date_from={day}", 1), ("issuing_date_from=2199-01-01", 0),
            (f"issuing_date_to={day}", 1), ("external_customer_id=u-1", 1),
            ("external_customer_id=no", 0), ("payment_status[]=pending", 1),
            ("payment_status=succeeded&payment_status[]=failed", 0),
        ):  # fmt: skip
            with self.subTest(query=query):
                found = self.call("GET", f"/invoices?{query}").json()["invoices"]
                self.assertEqual(len(found), count)
        self.refused(self.call("GET", "/invoices?issuing_date_to=1"), 422, "validation_errors")


@tagged("post_install", "-at_install")
class TestLinks(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.maps._api_create_subscription(
            {"external_customer_id": "u-1", "external_id": "s-1", "plan_code": "maps-standard"}
        )
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        cls.provider = demo.copy(
            {"company_id": cls.company.id, "state": "test", "allow_tokenization": True,
             "is_published": True}
        )  # fmt: skip

    def open(self, url):
        return self.url_open(url.replace(self.maps.get_base_url(), ""))

    def test_a_card_is_saved_once(self):
        shown = self.call("GET", "/customers/u-1/checkout_url").json()["customer"]
        self.assertEqual(shown["payment_provider"], self.provider.code)
        page = self.open(shown["checkout_url"])
        self.assertEqual(page.status_code, 200)
        self.assertIn("o_payment_form", page.text)
        self.env["payment.token"].sudo().create(
            {"provider_id": self.provider.id, "partner_id": self.link.partner_id.id,
             "payment_method_id": self.env.ref("payment.payment_method_card").id,
             "payment_details": "4242", "provider_ref": "x"}
        )  # fmt: skip
        page = self.open(shown["checkout_url"])
        self.assertIn("Your card is saved", page.text)
        self.assertNotIn("o_payment_form", page.text)

    def test_no_provider_no_link(self):
        self.provider.state = "disabled"
        answer = self.call("POST", "/customers/u-1/checkout_url", {})
        self.refused(answer, 422, "no_payment_method")

    def test_the_account_page_opens_that_customer_s_subscriptions(self):
        self.maps._api_upsert_customer({"external_id": "u-2", "name": "Other"})
        self.maps._api_create_subscription(
            {"external_customer_id": "u-2", "external_id": "other-1", "plan_code": "maps-standard"}
        )
        url = self.call("GET", "/customers/u-1/portal_url").json()["customer"]["portal_url"]
        page = self.open(url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("s-1", page.text)
        self.assertNotIn("other-1", page.text)
        self.assertIn(f"/my/subscriptions/{self.order.id}?access_token=", page.text)

    def test_a_link_is_for_one_thing_and_not_for_ever(self):
        url = self.call("GET", "/customers/u-1/portal_url").json()["customer"]["portal_url"]
        token = url.rpartition("/")[2]
        for path in (f"/billing/card/{token}", f"/billing/invoice/{token}",
                     f"/billing/account/{token[:-2]}xx", "/billing/account/x"):  # fmt: skip
            answer = self.url_open(path)
            self.assertEqual(answer.status_code, 404, path)
            self.assertIn("no longer valid", answer.text)

    def test_an_invoice_s_file(self):
        move = self.order._create_recurring_invoice()
        path = f"/invoices/{move.x_fc_billing_uuid}/download"
        shown = self.call("POST", path, {}).json()["invoice"]
        answer = self.open(shown["file_url"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        foreign = self.desk._generate_api_key()
        self.refused(self.call("POST", path, {}, key=foreign), 404, "invoice_not_found")
        move.button_draft()
        self.refused(self.call("POST", path, {}), 422, "validation_errors")
