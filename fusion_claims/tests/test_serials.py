from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ClaimsCase


@tagged("post_install", "-at_install")
class TestSerials(ClaimsCase):
    def test_how_serials_are_written(self):
        line = self.new_case().order_line
        line.x_fc_serial_number = " sn-1;sn 2,\nSN3 "
        self.assertEqual(line.x_fc_serial_number, "SN-1, SN 2, SN3")
        self.assertEqual(line._fc_claims_facts()["serials"], ["SN-1", "SN 2", "SN3"])
        with self.assertRaises(ValidationError):
            line.x_fc_serial_number = "a, A"

    def test_a_unit_is_sold_once(self):
        first = self.new_case().order_line
        first.x_fc_serial_number = "S1, S2"
        second = self.new_case().order_line
        second.x_fc_serial_number = "S12"
        with self.assertRaises(ValidationError) as caught:
            second.x_fc_serial_number = "s2"
        self.assertIn(first.order_id.name, str(caught.exception))
        first.order_id.sudo()._action_cancel()
        second.x_fc_serial_number = "s2"
        self.assertEqual(second.x_fc_serial_number, "S2")

    def test_a_unit_that_came_back(self):
        first = self.new_case().order_line
        first.x_fc_serial_number = "S1"
        other = self.env["res.partner"].create({"name": "Next Client"})
        second = self.new_case(partner_id=other.id).order_line
        values = {"x_fc_serial_number": "S1", "x_fc_used_unit": True}
        with self.assertRaises(AccessError):
            second.write(values)
        with self.assertRaises(ValidationError):
            second.with_user(self.manager).write(values)
        first.order_id.x_fc_adp_delivery_date = "2026-01-05"
        second.with_user(self.manager).write(values)
        self.assertEqual(second.x_fc_serial_number, "S1")

    def test_one_serial_for_each_unit(self):
        line = self.new_case().order_line
        line.write({"product_uom_qty": 2, "x_fc_adp_approved": True, "x_fc_serial_number": "S1"})
        self.assertTrue(line._fc_lacks_serials())
        line.x_fc_serial_number = "S1, S2"
        self.assertFalse(line._fc_lacks_serials())
        line.x_fc_serial_number = False
        self.code.sn_required = False
        self.assertFalse(line._fc_lacks_serials())

    def test_families_and_codes(self):
        self.assertEqual(self.code.device_code, "WM100")
        self.assertEqual(self.code.display_name, "WM100 — Manual wheelchair")
        for device_type, family, has_serial in (
            ("Manual wheelchair", "manual_wheelchair", True),
            ("Power base type 2", "power_base", True),
            ("Wheeled walker", "walker", True),
            ("Power scooter", "scooter", True),
            ("Seat cushion", "seating", False),
            ("Power add-on device", "power_addon", False),
            ("Paediatric standing frame", "paediatric", True),
            ("Wheelchair option", "option", False),
            ("Grab bar", "other", False),
        ):
            code = self.env["fusion.adp.device.code"].new({"device_type": device_type})
            self.assertEqual(
                (code.equipment_family, code.sn_required), (family, has_serial), device_type
            )
