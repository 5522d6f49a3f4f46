from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CASES, ROLLATOR, SCOOTER, STAIR, PortalCase


@tagged("post_install", "-at_install")
class TestMeasures(PortalCase):
    def test_worked_examples(self):
        for case in CASES["measures"]:
            values = dict(case["values"])
            if case["segments"]:
                values["segment_ids"] = [Command.create(row) for row in case["segments"]]
            item = self.add(self.new_visit(), case["type"], values, measured=False)
            for name, result in case["results"].items():
                with self.subTest(type=case["type"], field=name):
                    self.assertAlmostEqual(item[name], result, places=2)

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

    def test_a_measured_item_stays_what_it_is(self):
        visit = self.new_visit()
        ramp = self.add(visit, "ramp", {"ramp_rise": 24})
        rollator = self.add(visit, "rollator", ROLLATOR)
        for item, name, kind in ((ramp, "assessment_type", "vpl"),
                                 (rollator, "equipment_type", "wheelchair")):  # fmt: skip
            before = item[name]
            for user in (self.clerk, self.env.user):
                with self.assertRaisesRegex(UserError, "cancel it and add another"):
                    item.with_user(user).write({name: kind})
            self.assertEqual((item[name], item.state), (before, "measured"))
            item.write({name: before})
        draft = self.add(visit, "ramp", {}, measured=False)
        draft.assessment_type = "vpl"
        self.assertEqual(draft.assessment_type, "vpl")

    def test_steps_of_nothing_are_required_and_divide_nothing(self):
        stair = self.add(
            self.new_visit(), "stairlift_straight",
            {**STAIR, "stair_riser_height": 0, "stair_tread_depth": 0}, measured=False,
        )  # fmt: skip
        self.assertEqual(
            (stair.stair_angle_deg, stair.stair_step_diagonal, stair.stair_rail_length), (0, 0, 0)
        )
        self.assertEqual(set(stair._measure_errors()), {"stair_riser_height", "stair_tread_depth"})
        with self.assertRaises(UserError):
            stair.action_measured()
        self.assertEqual(stair.state, "draft")

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
