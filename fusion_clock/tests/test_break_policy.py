from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..services.break_policy import BreakTiers, gross_hours, net_hours
from ..services.card_uid import is_random_uid, normalize_uid


@tagged("post_install", "-at_install")
class TestBreakPolicy(BaseCase):
    def test_tiers_are_inclusive_and_additive(self):
        tiers = BreakTiers(5, 30, 10, 30)

        for hours, minutes in [
            (None, 0.0),
            (0, 0.0),
            (4.99, 0.0),
            (5.0, 30.0),
            (9.99, 30.0),
            (10.0, 60.0),
            (12.0, 60.0),
            (18000 / 3600, 30.0),
        ]:
            with self.subTest(hours=hours):
                self.assertEqual(tiers.minutes_for(hours), minutes)

    def test_a_tier_from_the_first_minute_takes_nothing_from_no_work(self):
        tiers = BreakTiers(0, 30)
        for hours, minutes in [(None, 0.0), (0, 0.0), (-0.5, 0.0), (0.5, 30.0)]:
            with self.subTest(hours=hours):
                self.assertEqual(tiers.minutes_for(hours), minutes)
        self.assertEqual(BreakTiers(break2_minutes=15).minutes_for(0.5), 15.0)

    def test_a_tier_of_no_minutes_is_off(self):
        self.assertEqual(BreakTiers(5, 30, 0, 0).minutes_for(12), 30.0)
        self.assertEqual(BreakTiers().minutes_for(12), 0.0)

    def test_gross_and_net(self):
        start, end = datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 15, 30)
        self.assertEqual(gross_hours(start, end), 6.5)
        self.assertEqual(gross_hours(start, None), 0.0)
        self.assertEqual(gross_hours(end, start), 0.0)
        self.assertEqual(net_hours(6.0, 30.0), 5.5)
        self.assertEqual(net_hours(0.2, 30.0), 0.0)

    def test_card_numbers_have_one_form(self):
        canonical = "04:A2:B5:62:C1:80"
        for text in (
            "04a2b562c180",
            "04-A2-b5-62-c1-80",
            " 04 A2 B5 62 C1 80 ",
            canonical,
        ):
            with self.subTest(text=text):
                self.assertEqual(normalize_uid(text), canonical)

    def test_what_is_no_card_number(self):
        for text in ("", None, False, 4, [], "04A2B5", "04A2B562C", "GG:A2:B5:62", "00" * 11):
            with self.subTest(text=text):
                self.assertIs(normalize_uid(text), False)
        self.assertEqual(normalize_uid("00" * 10), ":".join(["00"] * 10))

    def test_random_numbers_are_known(self):
        self.assertTrue(is_random_uid("08:12:34:56"))
        self.assertFalse(is_random_uid("08:12:34:56:78:9A:BC"))
        self.assertFalse(is_random_uid("04:12:34:56"))
