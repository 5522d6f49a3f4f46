from odoo.tests import tagged

from ..exceptions import BillingApiError
from .common import BillingCase, freeze_time


@tagged("post_install", "-at_install")
class TestUsage(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe()

    def rows(self, **domain):
        return self.env["fusion.billing.usage"].search([("subscription_id", "=", self.order.id)])

    def row(self, number=1, **values):
        return {
            "external_subscription_id": "s-1",
            "metric_code": "map_calls",
            "quantity": number,
            "period_start": f"2026-05-{number:02}T04:00:00Z",
            "period_end": f"2026-05-{number:02}T05:00:00Z",
            **values,
        }

    def batch(self, *rows, service=None):
        with freeze_time("2026-05-28 16:00:00"):
            return (service or self.maps)._api_record_usage({"usage": list(rows)})

    def refused(self, *rows, service=None, status=422, code="validation_errors"):
        with self.assertRaises(BillingApiError) as caught:
            self.batch(*rows, service=service)
        self.assertEqual((caught.exception.status, caught.exception.code), (status, code))
        return caught.exception.details

    def test_the_same_counter_again_changes_nothing_and_another_figure_replaces(self):
        first = self.push(100)
        self.assertEqual(first, {"accepted": 1, "inserted": 1, "updated": 0, "unchanged": 0})
        again = self.push(100)
        self.assertEqual(again, {"accepted": 1, "inserted": 0, "updated": 0, "unchanged": 1})
        changed = self.push("150.5")
        self.assertEqual(changed, {"accepted": 1, "inserted": 0, "updated": 1, "unchanged": 0})
        self.assertRecordValues(
            self.rows(),
            [
                {
                    "quantity": 150.5,
                    "source": "maps",
                    "idempotency_key": "maps:map_calls:s-1:2026-05-02T04:00:00:2026-05-03T03:59:59",
                }
            ],
        )
        log = self.env["fusion.billing.usage.log"].search([("subscription_id", "=", self.order.id)])
        self.assertRecordValues(log, [{"old_quantity": 100, "new_quantity": 150.5}])

    def test_a_batch_is_all_or_nothing_and_names_each_bad_row(self):
        details = self.refused(
            self.row(1),
            self.row(2, quantity="x"),
            self.row(3, metric_code=None),
            self.row(4, period_end="2026-05-04"),
            self.row(5, quantity=-1),
            self.row(6, external_subscription_id="other"),
            "text",
        )
        self.assertEqual(
            details,
            {
                "usage.1.quantity": ["value_is_invalid"],
                "usage.2.metric_code": ["value_is_mandatory"],
                "usage.3.period_end": ["value_is_out_of_range"],
                "usage.6": ["value_is_invalid"],
                "usage.6.external_subscription_id": ["value_is_mandatory"],
                "usage.6.metric_code": ["value_is_mandatory"],
                "usage.6.quantity": ["value_is_mandatory"],
                "usage.6.period_start": ["value_is_mandatory"],
                "usage.6.period_end": ["value_is_mandatory"],
            },
        )
        details = self.refused(
            self.row(1), self.row(5, quantity=-1), self.row(6, external_subscription_id="other"),
            self.row(7, metric_code="other"),
        )  # fmt: skip
        self.assertEqual(
            details,
            {
                "usage.1.quantity": ["value_is_out_of_range"],
                "usage.2.external_subscription_id": ["not_found"],
                "usage.3.metric_code": ["not_found"],
            },
        )
        self.assertFalse(self.rows())

    def test_windows(self):
        for values in (
            {"period_start": "2026-05-02T05:00:00Z", "period_end": "2026-05-02T05:00:00Z"},
            {"period_start": "2026-05-01T05:00:00Z", "period_end": "2026-06-03T05:00:00Z"},
            {"period_end": "2026-05-28T17:00:00Z"},
            {"period_start": "2025-04-01T00:00:00Z", "period_end": "2025-04-02T00:00:00Z"},
            {"period_start": "2026-04-01T00:00:00Z", "period_end": "2026-04-02T00:00:00Z"},
        ):
            with self.subTest(values=values):
                self.refused(self.row(2, **values))
        self.assertFalse(self.rows())

    def test_keys_inside_a_batch(self):
        same = self.row(1, idempotency_key="k")
        self.assertEqual(self.batch(same, dict(same))["inserted"], 1)
        other = self.row(1, idempotency_key="k", quantity=9)
        details = self.refused(same, other, code="duplicate_key_in_batch")
        self.assertEqual(list(details), ["usage.1.idempotency_key"])

    def test_another_service_s_subscription_is_not_found(self):
        details = self.refused(self.row(1), service=self.desk)
        self.assertEqual(details, {"usage.0.external_subscription_id": ["not_found"]})
        details = self.refused(
            self.row(1, external_subscription_id=str(self.order.id)), service=self.desk
        )
        self.assertEqual(details, {"usage.0.external_subscription_id": ["not_found"]})
        with self.assertRaises(BillingApiError) as caught, freeze_time("2026-05-28 16:00:00"):
            self.desk._api_record_usage(self.row(1))
        self.assertEqual(caught.exception.status, 404)
        self.assertEqual(
            self.batch(self.row(1, external_subscription_id=str(self.order.id)))["inserted"], 1
        )

    def test_a_paused_and_an_ended_subscription(self):
        self.order.pause_subscription()
        self.refused(self.row(1), code="subscription_paused")
        self.order.resume_subscription()
        with freeze_time("2026-05-10 16:00:00"):
            self.maps._api_terminate_subscription(self.order)
        self.refused(self.row(11), code="subscription_terminated")
        self.assertEqual(self.batch(self.row(9))["inserted"], 1)

    def test_negative_and_unique_counters(self):
        self.calls.allow_negative = True
        self.assertEqual(self.batch(self.row(1, quantity=-5))["inserted"], 1)
        visitors = self.calls.create(
            {"name": "Visitors", "code": "visitors", "aggregation": "unique_count"}
        )
        details = self.refused(self.row(2, metric_code="visitors"))
        self.assertEqual(details, {"usage.0.unique_value": ["value_is_mandatory"]})
        rows = [
            self.row(day, metric_code="visitors", unique_value=name)
            for day, name in ((2, "ann"), (3, "bob"), (4, "ann"))
        ]
        self.batch(*rows)
        start, end = self.order._fc_billing_period(self.rows()[0].period_start)
        window = (self.order.id, visitors.id, start, end)
        found = self.env["fusion.billing.usage"]._fc_aggregate([window])[window]
        self.assertEqual((found["unique_count"], found["rows"]), ("2", 3))

    def test_times_in_every_form(self):
        for text in ("2026-05-02T04:00:00Z", "2026-05-02T00:00:00-04:00", 1777694400,
                     "1777694400.0", "2026-05-02"):  # fmt: skip
            with self.subTest(text=text):
                self.batch(self.row(3, period_start=text, idempotency_key=f"k{text}"))
        self.assertEqual({str(row.period_start) for row in self.rows()}, {"2026-05-02 04:00:00"})

    def test_statements_do_not_grow_with_the_batch(self):
        def cost(count):
            rows = [
                self.row(1 + number % 20, idempotency_key=f"{count}-{number}")
                for number in range(count)
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            self.batch(self.row(1, idempotency_key=f"warm-{count}"))
            before = self.cr.sql_log_count
            self.batch(*rows)
            return self.cr.sql_log_count - before

        few, many = cost(10), cost(1000)
        self.assertLessEqual(many, 6)
        self.assertEqual(few, many)
