from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import PortalCase

LENGTHS = [
    ("12.5", 12.5), ("12,5", 12.5), ("12 3/8", 12.375), ('12-3/8"', 12.375), ("3/8", 0.375),
    ("1'", 12.0), ("2 ft", 24.0), ("1' 2 1/2\"", 14.5), ("1 ft 2 in", 14.0), ('36"', 36.0),
    ("36 in", 36.0), ("310 mm", 12.205), ("31 cm", 12.205), ("0.5 m", 19.685), ("", 0.0),
    (None, 0.0), (24, 24.0), ("  7 ", 7.0),
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestLengths(PortalCase):
    def test_what_a_tape_measure_says(self):
        for text, inches in LENGTHS:
            with self.subTest(text=text):
                self.assertEqual(self.env["fusion.measure.mixin"]._parse_length(text), inches)

    def test_what_is_no_length(self):
        for text in ("-5", "abc", "3/0", "1 2", "nan", "5-", "1e5", "'", "9" * 400, "-1' 2\""):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.env["fusion.measure.mixin"]._parse_length(text)
