from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ClockCase

# About 111.2 m north of the first is 0.001 degree of latitude.
HERE = (43.6532000, -79.3832000)


@tagged("post_install", "-at_install")
class TestLocation(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Location = cls.env["fusion.clock.location"]
        cls.office = cls.Location.create(
            {
                "name": "Office",
                "company_id": cls.company.id,
                "latitude": HERE[0],
                "longitude": HERE[1],
                "allowed_ip_ranges": "203.0.113.0/24, 2001:db8::/32",
            }
        )

    def check(self, latitude=None, longitude=None, accuracy=None, ip=None):
        return self.Location._fclk_check(self.employee, latitude, longitude, accuracy, ip)

    def test_distance(self):
        self.assertAlmostEqual(self.office._fclk_distance_to(*HERE), 0.0, 3)
        self.assertAlmostEqual(self.office._fclk_distance_to(43.6542, HERE[1]), 111.195, 2)
        antipode = self.office._fclk_distance_to(-HERE[0], HERE[1] + 180)
        self.assertAlmostEqual(antipode / 1000, 20015.087, 2)

    def test_inside_and_outside(self):
        inside = self.check(43.6540, HERE[1])  # 89 m
        self.assertEqual((inside["allowed"], inside["error"]), (True, False))
        self.assertEqual(inside["location"], self.office)
        self.assertAlmostEqual(inside["distance"], 88.96, 1)

        outside = self.check(43.6542, HERE[1])  # 111 m
        self.assertEqual((outside["allowed"], outside["error"]), (False, "outside_geofence"))
        self.assertFalse(outside["location"])
        self.assertAlmostEqual(outside["distance"], 111.2, 1)
        self.assertEqual(outside["nearest"], "Office")

    def test_accuracy_widens_by_50_m_at_most(self):
        self.assertTrue(self.check(43.6542, HERE[1], accuracy=12)["allowed"])
        self.assertFalse(self.check(43.6542, HERE[1], accuracy=10)["allowed"])
        self.assertFalse(self.check(43.6546, HERE[1], accuracy=400)["allowed"])  # 156 m
        self.assertEqual(self.check(*HERE, accuracy=501)["error"], "location_inaccurate")
        self.assertEqual(self.check(*HERE, accuracy=500)["error"], False)
        self.assertEqual(self.check(*HERE, accuracy="inf")["error"], "location_inaccurate")
        self.assertEqual(self.check(*HERE, accuracy=-1)["error"], "location_invalid")

    def test_bad_positions(self):
        self.assertEqual(self.check()["error"], "location_required")
        self.assertEqual(self.check(False, False)["error"], "location_required")
        for position in [
            ("abc", 1),
            (float("nan"), 1),
            (float("inf"), 1),
            (91, 1),
            (1, 181),
            (0, 0),
            (43.6, None),
            ([], {}),
        ]:
            with self.subTest(position=position):
                verdict = self.check(*position)
                self.assertEqual(
                    (verdict["allowed"], verdict["error"]), (False, "location_invalid")
                )

    def test_office_network_needs_no_position(self):
        for ip in ("203.0.113.7", "2001:db8::5", "::ffff:203.0.113.7"):
            verdict = self.check(ip=ip)
            self.assertEqual((verdict["location"], verdict["distance"]), (self.office, 0.0), ip)
        self.assertEqual(self.check(ip="203.0.114.7")["error"], "location_required")
        self.assertEqual(self.check(ip="nonsense")["error"], "location_required")

    def test_nearest_of_several_wins(self):
        near = self.Location.create(
            {
                "name": "Near",
                "company_id": self.company.id,
                "latitude": 43.6540,
                "longitude": HERE[1],
                "radius_m": 200,
            }
        )
        self.assertEqual(self.check(43.65395, HERE[1])["location"], near)

    def test_the_employee_s_own_places_count_alone(self):
        far = self.Location.create(
            {
                "name": "Far",
                "company_id": self.company.id,
                "latitude": 45.0,
                "longitude": -75.0,
            }
        )
        self.employee.x_fclk_location_ids = far
        self.assertEqual(self.check(*HERE)["error"], "outside_geofence")
        self.assertEqual(self.check(45.0, -75.0)["location"], far)

    def test_no_fence_no_check(self):
        self.office.active = False  # the front door has no position
        verdict = self.check()
        self.assertEqual((verdict["allowed"], verdict["distance"]), (True, False))
        self.assertFalse(verdict["location"])

    def test_switch_off_allows_and_notes_the_nearest(self):
        self.set_config(enable_geofence=False)
        verdict = self.check(43.6542, HERE[1])
        self.assertTrue(verdict["allowed"])
        self.assertEqual(verdict["location"], self.office)
        self.assertTrue(self.check()["allowed"])

    def test_flag_policy_lets_through(self):
        self.set_config(geofence_policy="flag")
        verdict = self.check(43.6542, HERE[1])
        self.assertEqual((verdict["allowed"], verdict["flagged"]), (True, True))
        self.assertAlmostEqual(verdict["distance"], 111.2, 1)

    def test_refused_fields(self):
        for values in (
            {"latitude": 91},
            {"longitude": -181},
            {"allowed_ip_ranges": "10.0.0.300"},
            {"allowed_ip_ranges": "10.0.0.0/8, office"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.office.write(values)

    def test_an_office_ip_with_host_bits_is_taken(self):
        self.office.allowed_ip_ranges = "10.1.2.3/8"
        self.assertEqual(self.check(ip="10.200.0.1")["location"], self.office)
