from odoo.tests import tagged

from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestHousekeeping(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe(on="2025-01-01")
        cls.order.next_invoice_date = "2026-07-01"

    def push_hours(self, day, hours, **values):
        for hour in hours:
            self.push(hour + 0.5, day, period_start=f"{day}T{hour:02}:00:00-05:00",
                      period_end=f"{day}T{hour:02}:59:59-05:00", **values)  # fmt: skip

    def rows(self):
        return self.env["fusion.billing.usage"].search([], order="period_start, id")

    def fold(self, on="2026-07-01 12:00"):
        return self.env["fusion.billing.usage"]._cron_housekeeping(moment(on))

    def test_old_counters_become_days_and_every_sum_stays(self):
        self.push_hours("2025-02-10", range(1, 23))
        self.push_hours("2025-02-11", (0, 5))
        self.push_hours("2026-05-10", (1, 2))
        window = (
            self.order.id,
            self.calls.id,
            moment("2025-02-01 05:00"),
            moment("2025-03-01 05:00"),
        )
        before = self.env["fusion.billing.usage"]._fc_aggregate([window])[window]["sum"]
        self.assertEqual(len(self.rows()), 26)

        self.assertEqual(self.fold(), 1)

        rows = self.rows()
        self.assertEqual(rows.mapped("quantity"), [264, 6, 1.5, 2.5])
        self.assertEqual(rows.mapped("source"), ["rollup", "rollup", "maps", "maps"])
        self.assertEqual(rows[0].idempotency_key, "rollup:2025-02-10")
        self.assertEqual(
            (rows[0].period_start, rows[0].period_end),
            (moment("2025-02-10 06:00"), moment("2025-02-11 03:59").replace(second=59)),
        )
        after = self.env["fusion.billing.usage"]._fc_aggregate([window])[window]["sum"]
        self.assertEqual((float(before), float(after)), (270, 270))
        self.assertEqual(self.fold(), 0)

    def test_a_local_day_keeps_its_own_counters(self):
        self.push_hours("2025-02-10", (23,))  # 04:00 of the 11th in UTC
        self.push_hours("2025-02-11", (1,))
        self.fold()
        self.assertEqual(
            self.rows().mapped("idempotency_key"), ["rollup:2025-02-10", "rollup:2025-02-11"]
        )

    def test_what_an_app_may_send_again_is_left_alone(self):
        self.push_hours("2025-06-10", (1, 2))  # 386 days before
        self.assertEqual(self.fold(), 0)

    def test_what_is_not_invoiced_is_left_alone(self):
        self.push_hours("2025-02-10", (1, 2))
        self.order.next_invoice_date = "2025-02-01"
        self.assertEqual(self.fold(), 0)
        self.order.subscription_state = "6_churn"
        self.assertEqual(self.fold(), 1)

    def test_largest_and_latest_are_kept_as_they_are(self):
        self.push_hours("2025-02-10", (1, 2))
        for aggregation in ("max", "last", "unique_count"):
            self.calls.aggregation = aggregation
            self.assertEqual(self.fold(), 0, aggregation)
        self.assertEqual(len(self.rows()), 2)

    def test_corrections_stay_on_record(self):
        self.push(5, "2025-02-10", idempotency_key="k")
        self.push(6, "2025-02-10", idempotency_key="k")
        self.fold()
        log = self.env["fusion.billing.usage.log"].search([])
        self.assertEqual((log.old_quantity, log.new_quantity), (5, 6))

    def test_old_answers_requests_and_events_leave(self):
        self.maps.webhook_url = "https://app.example.com/hook"
        events = self.env["fusion.billing.webhook"].sudo()
        with freeze_time("2026-01-01 12:00:00"):
            for state in ("sent", "dead"):
                event = self.maps._emit("test")
                event.write({"state": state, "sent_at": state == "sent" and event.next_retry_at})
            answers = self.env["fusion.billing.idempotency"].sudo()
            answers.create({"service_id": self.maps.id, "key": "k", "fingerprint": "f"})
        with freeze_time("2026-04-02 12:00:00"):
            events._gc_sent()
            answers._gc_answers()
        self.assertEqual(events.search([]).mapped("state"), ["dead"])
        self.assertFalse(answers.search([]))
