from odoo.tests import tagged

from ..exceptions import BillingApiError
from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestSubscription(BillingCase):
    def test_the_same_request_again_changes_nothing(self):
        order = self.subscribe(name="web-01", deployment_id="d-1")
        self.assertEqual(self.subscribe(), order)
        self.assertRecordValues(
            order,
            [
                {
                    "partner_id": self.link.partner_id.id,
                    "state": "sale",
                    "subscription_state": "3_progress",
                    "x_fc_billing_service_id": self.maps.id,
                    "x_fc_billing_external_id": "s-1",
                    "x_fc_billing_plan_code": "maps-standard",
                    "x_fc_nexacloud_deployment_id": "d-1",
                    "client_order_ref": "web-01",
                    "recurring_total": 49,
                }
            ],
        )
        self.assertEqual(order._fc_api_values()["status"], "active")

    def test_the_object_of_the_api(self):
        with freeze_time("2026-05-10 12:00:00"):
            values = self.subscribe()._fc_api_values()
        expected = {
            "external_id": "s-1",
            "external_customer_id": "u-1",
            "plan_code": "maps-standard",
            "interval": "monthly",
            "status": "active",
            "plan_amount_cents": 4900,
            "started_at": "2026-05-01T04:00:00Z",
            "current_billing_period_started_at": "2026-05-01T04:00:00Z",
            "current_billing_period_ending_at": "2026-06-01T04:00:00Z",
            "next_invoice_date": "2026-05-01",
            "deployment_id": None,
        }
        self.assertEqual({key: values[key] for key in expected}, expected)

    def test_a_start_in_the_past_is_not_billed_backwards(self):
        order = self.subscribe(on="2026-05-20", subscription_at="2026-02-15")
        self.assertEqual(str(order.start_date), "2026-02-15")
        self.assertEqual(str(order.next_invoice_date), "2026-05-15")
        backwards = self.subscribe(
            "s-2", on="2026-05-20", subscription_at="2026-02-15", backdate_invoices=True
        )
        self.assertEqual(str(backwards.next_invoice_date), "2026-02-15")

    def test_a_start_ahead_is_pending(self):
        order = self.subscribe(on="2026-05-01", subscription_at="2026-06-01")
        self.assertEqual((order.state, order._fc_get_status()), ("draft", "pending"))

    def test_wrong_requests(self):
        eur = self.setup_other_currency("EUR")
        self.make_plan(self.maps, "maps-euro", self.flat, 40, currency_id=eur.id)
        self.make_plan(self.maps, "maps-empty", self.env["product.product"], 1)
        year = self.env.ref("sale_subscription.subscription_plan_year")
        self.make_plan(self.maps, "maps-standard", self.flat, 490, plan_id=year.id)
        self.make_plan(self.desk, "desk-only", self.flat, 5)
        cases = [
            ({"external_customer_id": "nobody"}, "validation_errors"),
            ({"plan_code": "nothing"}, "plan_not_found"),
            ({"plan_code": "desk-only"}, "plan_not_found"),
            ({"plan_code": "maps-empty"}, "plan_not_sellable"),
            ({"plan_code": "maps-euro"}, "currency_mismatch"),
            ({}, "validation_errors"),  # monthly and yearly exist
            ({"interval": "weekly"}, "validation_errors"),
            ({"interval": "monthly", "subscription_at": "2020-01-01"}, "validation_errors"),
            ({"interval": 7}, "validation_errors"),
        ]
        for values, code in cases:
            with self.subTest(values=values), self.assertRaises(BillingApiError) as caught:
                self.subscribe("new", **values)
            self.assertEqual((caught.exception.status, caught.exception.code), (422, code))
        self.assertFalse(self.maps._api_find_subscription("new"))

    def test_an_id_may_return_after_the_end(self):
        order = self.subscribe()
        self.maps._api_terminate_subscription(order)
        again = self.subscribe()
        self.assertNotEqual(again, order)
        self.assertEqual(self.maps._api_find_subscription("s-1"), again)

    def test_another_plan_under_a_running_id_is_a_change_of_the_plan(self):
        order = self.subscribe()
        self.make_plan(self.maps, "maps-large", self.flat, 99)
        self.assertEqual(self.subscribe(plan_code="maps-large"), order)
        self.assertEqual(order.x_fc_billing_plan_code, "maps-large")

    def test_another_customer_s_running_id_is_refused(self):
        order = self.subscribe()
        self.maps._api_upsert_customer({"external_id": "u-2", "name": "Other"})
        with self.assertRaises(BillingApiError) as caught:
            self.subscribe(external_customer_id="u-2")
        self.assertEqual(
            caught.exception.details, {"subscription.external_id": ["value_already_exist"]}
        )
        self.assertEqual(order.partner_id, self.link.partner_id)

    def test_the_running_period_so_far(self):
        order = self.subscribe()
        self.push(5_001_500)
        found = self.maps._api_current_usage(order, moment("2026-05-10 12:00"))
        self.assertEqual(
            (found["from_datetime"], found["to_datetime"], found["amount_cents"]),
            ("2026-05-01T04:00:00Z", "2026-06-01T04:00:00Z", 20),
        )
        (charge,) = found["charges_usage"]
        self.assertEqual(
            {name: charge[name] for name in ("units", "total_aggregated_units", "included_quota",
                                            "events_count", "amount_cents", "precise_amount")},
            {"units": "1500.000000", "total_aggregated_units": "5001500.000000",
             "included_quota": "5000000.000000", "events_count": 1, "amount_cents": 20,
             "precise_amount": "0.200000"},
        )  # fmt: skip
