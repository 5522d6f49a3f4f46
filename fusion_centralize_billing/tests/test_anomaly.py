from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase, moment


@tagged("post_install", "-at_install")
class TestAnomaly(BillingCase):
    """A month from the first to the first; the running one is May."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.subscribe(on="2026-01-01")
        cls.anomalies = cls.env["fusion.billing.anomaly"]

    def use(self, *figures, day="03"):
        """Counters of February, March, April and May, on the same day of each."""
        for month, figure in zip((2, 3, 4, 5), figures, strict=False):
            if figure:
                self.push(figure, day=f"2026-{month:02}-{day}")

    def find(self, on="2026-05-10 12:00"):
        found = self.anomalies.sudo()._cron_find(moment(on))
        return [(one.kind, one.quantity, one.usual) for one in found]

    def test_three_times_the_median_is_a_jump_and_told_once(self):
        self.use(100, 300, 200, 601)
        self.assertEqual(self.find(), [("jump", 601.0, 200.0)])
        self.assertEqual(self.find(), [])
        activity = self.order.activity_ids
        self.assertEqual(activity.summary, "Usage jumped")
        self.assertIn("601 so far in this period; 200 is usual", activity.note)

    def test_up_to_three_times_is_usual(self):
        self.use(100, 300, 200, 600)
        self.assertEqual(self.find(), [])

    def test_only_the_same_part_of_a_period_is_compared(self):
        self.use(100, 100, 100, 400)
        self.use(1000, 1000, 1000, day="20")
        self.assertEqual(self.find(), [("jump", 400.0, 100.0)])

    def test_a_metric_that_falls_silent(self):
        self.use(100, 300, 200)
        self.assertEqual(self.find("2026-05-02 03:00"), [])
        self.assertEqual(self.find(), [("silent", 0.0, 200.0)])
        self.assertEqual(self.order.activity_ids.summary, "No usage arrives")

    def test_one_that_was_silent_before_is_not_told(self):
        self.use(100, 0, 200)
        self.assertEqual(self.find(), [])

    def test_a_young_subscription_has_nothing_to_be_compared_with(self):
        self.use(1, 1, 1, 900)
        self.assertEqual(self.find("2026-04-10 12:00"), [])
        self.subscribe("s-2", on="2026-03-01")
        self.push(900, day="2026-05-03", external_subscription_id="s-2")
        self.assertEqual(self.find(), [("jump", 900.0, 1.0)])

    def test_shadows_and_ended_subscriptions_are_left_alone(self):
        self.use(1, 1, 1, 900)
        self.order.x_fc_shadow = True
        self.assertEqual(self.find(), [])

    def test_readers_read_and_others_do_not(self):
        self.use(100, 300, 200, 900)
        self.find()
        reader = new_test_user(
            self.env, "reader", groups="fusion_centralize_billing.group_billing_user"
        )
        found = self.anomalies.with_user(reader).search([])
        self.assertEqual(found.mapped("kind"), ["jump"])
        with self.assertRaises(AccessError):
            found.write({"usual": 0})
        other = new_test_user(self.env, "clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.anomalies.with_user(other).search([])

    def test_one_that_could_not_be_told_is_found_again(self):
        self.use(100, 300, 200, 900)
        with mute_logger("odoo.addons.fusion_centralize_billing.models.fusion_billing_anomaly"):
            with patch.object(type(self.order), "activity_schedule", side_effect=ValueError):
                self.assertEqual(self.find(), [])
        self.assertEqual(self.find(), [("jump", 900.0, 200.0)])
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_statements_do_not_grow_with_the_subscriptions(self):
        for number in range(2, 12):
            self.subscribe(f"s-{number}", on="2026-01-01")
            self.push(5, day="2026-05-03", external_subscription_id=f"s-{number}")
        self.use(1, 1, 1, 1)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertEqual(self.find(), [])
        self.assertLessEqual(self.cr.sql_log_count - before, 25)
