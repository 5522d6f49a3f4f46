from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CASES, PortalCase


@tagged("post_install", "-at_install")
class TestLengths(PortalCase):
    def test_what_a_tape_measure_says(self):
        for text, inches in CASES["lengths"]:
            with self.subTest(text=text):
                self.assertEqual(self.env["fusion.measure.mixin"]._parse_length(text), inches)

    def test_what_is_no_length(self):
        for text in CASES["no_lengths"]:
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.env["fusion.measure.mixin"]._parse_length(text)
