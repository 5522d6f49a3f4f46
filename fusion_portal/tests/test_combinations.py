from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import PortalCase

R, W, P, S = "rollator", "wheelchair", "powerchair", "scooter"


@tagged("post_install", "-at_install")
class TestCombinations(PortalCase):
    def test_the_table(self):
        error = self.env["fusion.assessment"]._adp_combination_error
        for types in ([], [R], [W], [P], [S], [R, W], [R, P], [S, R]):
            self.assertFalse(error(types), types)
        for types in ([W, P], [P, S], [W, S], [R, R], [S, S], [R, W, P], [W, P, S], [R, R, W]):
            self.assertTrue(error(types), types)

    def test_a_second_seated_device_is_refused(self):
        visit = self.new_visit()
        visit._add_item("adp", S)
        with self.assertRaises(ValidationError) as caught:
            visit._add_item("adp", W)
        self.assertIn("Scooter and Manual Wheelchair", str(caught.exception))
        self.assertEqual(visit.adp_assessment_ids.mapped("equipment_type"), [S])

    def test_a_cancelled_one_makes_room_until_it_is_back(self):
        visit = self.new_visit()
        scooter = visit._add_item("adp", S)
        scooter.state = "cancelled"
        visit._add_item("adp", W)
        with self.assertRaises(ValidationError):
            scooter.state = "draft"
