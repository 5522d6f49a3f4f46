from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CHAIR, ROLLATOR, SCOOTER, STAIR, TUB, PortalCase

#: (type, measures, results), worked out by hand.
EXAMPLES = [
    ("stairlift_straight", STAIR,
     {"stair_step_diagonal": 12.5, "stair_rail_length": 184.5, "stair_rail_pieces": 2,
      "stair_angle_deg": 36.9, "stair_capacity_class": 300}),
    ("vpl", {"vpl_rise": 50},
     {"vpl_travel": 47, "vpl_model_height": 53, "vpl_bottom_ramp_length": 36,
      "vpl_enclosure_review": False}),
    ("vpl", {"vpl_rise": 61, "vpl_pit": True, "vpl_total_weight_lb": 551},
     {"vpl_travel": 61, "vpl_model_height": 72, "vpl_bottom_ramp_length": 0,
      "vpl_enclosure_review": True, "vpl_capacity_class": 750}),
    ("ceiling_lift", {"ceil_track_layout": "straight", "ceil_track_length": 120},
     {"ceil_total_track": 120, "ceil_brackets": 5}),
    ("ceiling_lift",
     {"ceil_track_layout": "room_covering", "ceil_room_length": 120, "ceil_room_width": 100,
      "ceil_height": 96, "ceil_structure": "truss"},
     {"ceil_total_track": 340, "ceil_brackets": 10, "ceil_usable_height": 86,
      "ceil_engineer_review": True}),
    ("ramp", {"ramp_rise": 24},
     {"ramp_run_length": 288, "ramp_landings": 0, "ramp_total_length": 419.5,
      "ramp_slope_pct": 8.3, "ramp_fits": True}),
    ("ramp", {"ramp_rise": 30, "ramp_available_run": 557},
     {"ramp_run_length": 360, "ramp_landings": 1, "ramp_total_length": 557.25,
      "ramp_fits": False}),
    ("bathroom", {"bath_room_length": 96, "bath_room_width": 60, "bath_door_width": 32,
                  "bath_turning_diameter": 59},
     {"bath_area_sqft": 40, "bath_door_ok": True, "bath_turning_ok": False}),
    ("tub_cutout", TUB, {"tub_cut_depth": 11, "tub_side_margin": 18, "tub_feasible": True}),
    ("tub_cutout", {**TUB, "tub_jetted": True}, {"tub_feasible": False}),
    ("wheelchair", CHAIR,
     {"seat_width": 19, "seat_depth": 17, "seat_to_footplate": 15, "back_height": 16}),
    ("rollator", ROLLATOR, {"rollator_handle_height": 33}),
    ("scooter", {"client_weight": 301}, {"scooter_capacity_class": 350}),
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestMeasures(PortalCase):
    def test_worked_examples(self):
        for item_type, values, results in EXAMPLES:
            item = self.add(self.new_visit(), item_type, values, measured=False)
            for name, result in results.items():
                with self.subTest(type=item_type, field=name):
                    self.assertAlmostEqual(item[name], result, places=3)

    def test_a_curved_rail(self):
        item = self.add(
            self.new_visit(), "stairlift_curved",
            {"segment_ids": [
                Command.create({"segment_type": "straight", "length": 100}),
                Command.create({"segment_type": "bend", "bend_angle": 90, "bend_radius": 12}),
                Command.create({"segment_type": "straight", "length": 60}),
            ]}, measured=False,
        )  # fmt: skip
        self.assertAlmostEqual(item.stair_rail_length, 200.85, places=2)
        self.assertTrue(item.needs_survey)
        self.assertEqual(
            set(item._measure_errors()), {"stair_width", "stair_side", "user_weight_lb"}
        )
        item.segment_ids[1].bend_angle = 0
        self.assertIn("segment_ids", item._measure_errors())
        self.assertEqual(len(item.segment_ids), 3)

    def test_required_to_be_measured(self):
        adp = {"client_weight", "reason_for_application"}
        body = {"hip_width", "upper_leg_length", "lower_leg_length", "axilla_height"}
        expected = {
            "stairlift_straight": set(STAIR),
            "vpl": {"vpl_rise", "vpl_entry", "vpl_total_weight_lb"},
            "ceiling_lift": {"ceil_height", "ceil_track_layout", "ceil_track_length",
                             "ceil_structure", "ceil_transfer_bed", "user_weight_lb"},
            "ramp": {"ramp_rise"},
            "bathroom": {"bath_room_length", "bath_room_width", "bath_door_width"},
            "tub_cutout": {"tub_material", "tub_length", "tub_wall_height", "tub_rim_width"},
            "rollator": adp | {"rollator_type", "wrist_height"},
            "wheelchair": adp | body | {"wheelchair_type"},
            "powerchair": adp | body | {"power_base_type", "power_controls", "home_accessible"},
            "scooter": set(SCOOTER),
        }  # fmt: skip
        for item_type, names in expected.items():
            item = self.add(self.new_visit(), item_type, {}, measured=False)
            with self.subTest(type=item_type):
                self.assertEqual(set(item._measure_errors()), names)
                with self.assertRaises(UserError):
                    item.action_measured()
                self.assertEqual(item.state, "draft")

    def test_both_ends_of_a_range(self):
        ramp = self.add(self.new_visit(), "ramp", {}, measured=False)
        for rise, has_error in ((1, False), (120, False), (0.999, True), (120.001, True)):
            ramp.ramp_rise = rise
            self.assertEqual("ramp_rise" in ramp._measure_errors(), has_error, rise)

    def test_a_steep_ramp_needs_a_reason(self):
        ramp = self.add(
            self.new_visit(default_funding_source="march_of_dimes"), "ramp",
            {"ramp_rise": 10, "ramp_slope_ratio": 10}, measured=False,
        )  # fmt: skip
        self.assertEqual(set(ramp._measure_errors()), {"ramp_slope_reason"})
        self.assertEqual(len(ramp._measure_warnings()), 2)
        ramp.ramp_slope_reason = "Short lot"
        self.assertFalse(ramp._measure_errors())

    def test_no_model_carries_the_weight(self):
        stair = self.add(
            self.new_visit(), "stairlift_straight", {**STAIR, "user_weight_lb": 601}, measured=False
        )
        self.assertEqual(
            stair._measure_errors(), {"user_weight_lb": "No model carries this weight."}
        )

    def test_unreadable_text_is_kept_and_refused(self):
        ramp = self.add(self.new_visit(), "ramp", {"ramp_rise": 24}, measured=False)
        ramp.raw_values = {"ramp_width": "abc"}
        with self.assertRaises(UserError):
            ramp.action_measured()
        self.assertEqual(ramp.state, "draft")
        self.assertEqual(ramp.raw_values, {"ramp_width": "abc"})

    def test_an_edit_keeps_measured_only_without_errors(self):
        ramp = self.add(self.new_visit(), "ramp", {"ramp_rise": 24})
        ramp.ramp_rise = 30
        self.assertEqual(ramp.state, "measured")
        ramp.ramp_rise = 500
        self.assertEqual((ramp.state, ramp.ramp_rise), ("draft", 500))

    def test_the_names_a_portal_user_may_write(self):
        never = {"visit_id", "state", "sale_order_id", "rev", "client_uuid", "sale_type",
                 "company_id", "sales_rep_id", "team_id"}  # fmt: skip
        for model in ("fusion.assessment", "fusion.accessibility.assessment",
                      "fusion.assessment.visit"):  # fmt: skip
            names = set(self.env[model]._PORTAL_FIELDS)
            self.assertLessEqual(names, set(self.env[model]._fields))
            self.assertFalse(names & never)

    def test_every_funding_source_is_a_sale_type_with_the_same_label(self):
        items = self.env["fusion.accessibility.assessment"]
        sale_types = dict(self.env["sale.order"]._fields["x_fc_sale_type"].selection)
        for key, label in items._fields["x_fc_funding_source"].selection:
            self.assertEqual(sale_types[items._FUNDING_TO_SALE_TYPE[key]], label)
