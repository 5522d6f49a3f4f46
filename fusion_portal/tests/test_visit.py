from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SCOOTER, STAIR, TUB, PortalCase


@tagged("post_install", "-at_install")
class TestVisit(PortalCase):
    def test_a_visit_needs_no_client(self):
        visit = self.env["fusion.assessment.visit"].create({})
        self.assertRegex(visit.name, r"^VIS/\d{4}/\d{5}$")
        self.assertEqual(visit.state, "measuring")

    def test_two_visits_of_a_client_on_one_day(self):
        """The list says so; each completes into its own orders."""
        first, second, third = (
            self.new_visit(visit_date=f"2027-05-0{day} 15:00:00") for day in (4, 4, 5)
        )
        self.new_visit(visit_date="2027-05-05 16:00:00", client_name="Somebody Else")
        visits = self.env["fusion.assessment.visit"].with_context(tz="America/Toronto")
        rows = visits._get_list_rows([("id", "in", [first.id, third.id])], 20)
        self.assertEqual({row["visit"]: row["is_crowded"] for row in rows},
                         {first: True, third: False})  # fmt: skip
        for visit in (first, second):
            self.add(visit, "tub_cutout", TUB)
            visit.action_complete()
        self.assertEqual([len(first.sale_order_ids), len(second.sale_order_ids)], [1, 1])
        self.assertNotEqual(first.sale_order_ids, second.sale_order_ids)

    def test_same_as_previous_takes_options_and_no_length(self):
        visit = self.new_visit()
        first = self.add(
            visit, "stairlift_straight", {**STAIR, "x_fc_funding_source": "march_of_dimes",
                                          "stair_overrun_top": 10}
        )  # fmt: skip
        second = visit._add_item(
            "accessibility", "stairlift_straight", location_tag="custom",
            location_label="Basement", same_as_previous=True,
        )  # fmt: skip
        self.assertEqual(second.x_fc_funding_source, "march_of_dimes")
        self.assertEqual((second.stair_side, second.user_weight_lb), ("left", 180))
        self.assertEqual(second.stair_overrun_top, 10)
        self.assertEqual((second.stair_steps, second.stair_width), (0, 0))
        self.assertEqual(second.display_name, "Straight Stair Lift — Basement")
        self.assertEqual(first.display_name, "Straight Stair Lift — Inside")

    def test_funding_follows_the_latest_item(self):
        visit = self.new_visit(default_funding_source="wsib")
        ramp = visit._add_item("accessibility", "ramp")
        self.assertEqual(ramp.x_fc_funding_source, "wsib")
        ramp.x_fc_funding_source = "hardship"
        self.assertEqual(visit._add_item("accessibility", "vpl").x_fc_funding_source, "hardship")

    def test_sent_a_hundred_times_it_is_one_item(self):
        visit = self.new_visit()
        items = {
            visit._add_item("accessibility", "ramp", client_uuid="a-1").id for _turn in range(100)
        }
        self.assertEqual(len(items), 1)
        self.assertEqual(len(visit.accessibility_assessment_ids), 1)

    def test_a_closed_visit_takes_no_item(self):
        visit = self.new_visit()
        visit.action_cancel("Moved away")
        with self.assertRaises(UserError):
            visit._add_item("accessibility", "ramp")
        self.assertFalse(visit.accessibility_assessment_ids)

    def test_the_home_access_rule(self):
        visit = self.new_visit()
        self.add(visit, "scooter", SCOOTER)
        self.assertTrue(visit.accessibility_need)
        self.assertEqual([gap["code"] for gap in visit._check_completable()], ["home_access"])
        self.assertEqual(
            [(row["code"], row["assessment_type"]) for row in visit._get_cross_sell()],
            [("home_access", "ramp"), ("home_access", "vpl")],
        )
        self.add(visit, "ramp", {"ramp_rise": 24}, location_tag="front")
        self.assertFalse(visit._check_completable())
        self.assertFalse(visit._get_cross_sell())

    def test_a_written_plan_is_a_remedy(self):
        visit = self.new_visit()
        self.add(visit, "scooter", SCOOTER)
        visit.home_access_resolution = "The landlord builds a ramp in spring."
        self.assertFalse(visit._check_completable())

    def test_the_reminder_of_the_cap(self):
        visit = self.new_visit()
        ramp = visit._add_item("accessibility", "ramp")
        self.assertFalse(visit.mod_reminder)
        ramp.x_fc_funding_source = "march_of_dimes"
        self.assertIn("up to $15,000 per person", visit.mod_reminder)

    def test_all_gaps_at_once(self):
        visit = self.env["fusion.assessment.visit"].create({})
        self.assertEqual(
            [gap["code"] for gap in visit._check_completable()], ["no_items", "client"]
        )
        ramp = visit._add_item("accessibility", "ramp")
        visit._add_item("adp", "rollator")
        gaps = visit._check_completable()
        self.assertEqual(
            [gap["code"] for gap in gaps],
            ["not_measured", "not_measured", "client", "address", "authorizer"],
        )
        self.assertEqual((gaps[1]["kind"], gaps[1]["id"]), ("accessibility", ramp.id))

    def test_steps_and_reopening(self):
        visit = self.new_visit()
        ramp = self.add(visit, "ramp", {"ramp_rise": 24})
        visit.action_measurements_done()
        self.assertEqual(visit.state, "client_pending")
        visit.action_complete()
        self.assertEqual((visit.state, ramp.state), ("done", "completed"))
        visit.action_reopen()
        self.assertEqual((visit.state, ramp.state), ("measuring", "measured"))

    def test_the_office_cancels_with_a_reason(self):
        visit = self.new_visit()
        ramp = self.add(visit, "ramp", {"ramp_rise": 24})
        wizard = self.env["fusion.visit.cancel.wizard"].with_user(self.clerk)
        with Form(wizard.with_context(default_visit_id=visit.id)) as form:
            form.reason = "The client moved"
        form.record.action_confirm()
        self.assertEqual((visit.state, ramp.state), ("cancelled", "cancelled"))
        self.assertIn("Cancelled: The client moved", visit.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "is closed"):
            form.record.action_confirm()
