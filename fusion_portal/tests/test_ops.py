import uuid

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ROLLATOR, SCOOTER, PortalCase


@tagged("post_install", "-at_install")
class TestOps(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.therapist = cls.new_portal("therapist", "fusion_portal.group_portal_authorizer")
        cls.visit = cls.new_visit(
            sales_rep_id=cls.field_rep.id, authorizer_id=cls.therapist.partner_id.id
        )
        cls.ramp = cls.visit._add_item("accessibility", "ramp", client_uuid="ramp")

    def send(self, *ops, user=None, visit=None):
        visit = (visit or self.visit).with_user(user or self.field_rep)
        return visit._apply_ops([{"uuid": str(uuid.uuid4()), **op} for op in ops])

    def update(self, values, ref="ramp", base_rev=0, target="accessibility", **op):
        return {"type": "update", "target": target, "ref": ref, "values": values,
                "base_rev": base_rev, **op}  # fmt: skip

    def test_tape_text_is_kept_in_inches_with_the_results(self):
        [result] = self.send(self.update({"ramp_rise": "2 ft"}))
        self.assertEqual((result["status"], result["id"]), ("applied", self.ramp.id))
        self.assertEqual((result["errors"], result["conflicts"]), ({}, {}))
        self.assertEqual(result["values"]["ramp_total_length"], 419.5)
        self.assertEqual((self.ramp.ramp_rise, self.ramp.rev), (24, 1))
        self.assertEqual(self.ramp.field_revs, {"ramp_rise": 1})
        self.assertEqual(self.ramp.state, "measured")

    def test_sent_a_hundred_times_it_is_done_once(self):
        op = {"uuid": "once", **self.update({"ramp_rise": 24})}
        visit = self.visit.with_user(self.field_rep)
        [first] = visit._apply_ops([op])
        for _turn in range(100):
            [again] = visit._apply_ops([{**op, "values": {"ramp_rise": 99}}])
            self.assertEqual(again, {**first, "status": "duplicate"})
        self.assertEqual((self.ramp.ramp_rise, self.ramp.rev), (24, 1))
        self.assertEqual(len(self.env["fusion.visit.op"].search([("op_uuid", "=", "once")])), 1)

    def test_a_value_whose_answer_was_lost_is_no_other_device_s(self):
        lost = {"uuid": "lost", **self.update({"ramp_rise": 24})}
        self.send(lost)
        again, newer = self.send(lost, self.update({"ramp_rise": 25}))
        self.assertEqual((again["status"], newer["status"]), ("duplicate", "applied"))
        self.assertEqual((newer["conflicts"], self.ramp.ramp_rise), ({}, 25))

    def test_a_lost_answer_does_not_hide_another_device_s_value(self):
        lost = {"uuid": "lost", **self.update({"ramp_rise": 24})}
        self.send(lost)
        self.send(self.update({"ramp_rise": 30}, base_rev=1))
        _again, newer = self.send(lost, self.update({"ramp_rise": 25}))
        self.assertEqual(newer["conflicts"], {"ramp_rise": {"mine": 25, "theirs": 30}})
        self.assertEqual(self.ramp.ramp_rise, 30)

    def test_the_key_of_another_visit_tells_nothing(self):
        op = {"uuid": "theirs", **self.update({"ramp_rise": 24})}
        self.visit._apply_ops([op])
        other = self.new_visit(sales_rep_id=self.field_rep.id)
        [result] = other.with_user(self.field_rep)._apply_ops([op])
        self.assertEqual((result["status"], result["values"]), ("error", {}))

    def test_a_create_is_made_once_and_later_changes_find_it(self):
        create = {"type": "create", "target": "accessibility", "ref": "stair", "base_rev": 0,
                  "item_type": "stairlift_straight",
                  "values": {"location_tag": "custom", "location_label": "Basement",
                             "stair_steps": 13}}  # fmt: skip
        results = self.send(
            self.update({"stair_width": "36"}, ref="stair"), create, create,
            self.update({"stair_steps": 12}, ref="stair"),
        )  # fmt: skip
        self.assertEqual([result["status"] for result in results], ["applied"] * 4)
        stair = self.visit.accessibility_assessment_ids - self.ramp
        self.assertEqual(len(stair), 1)
        self.assertEqual((stair.client_uuid, stair.location_label), ("stair", "Basement"))
        self.assertEqual((stair.stair_steps, stair.stair_width), (12, 36))

    def test_two_devices_change_one_field(self):
        self.send(self.update({"ramp_rise": 37}))
        [result] = self.send(self.update({"ramp_rise": 36, "ramp_width": 40}))
        self.assertEqual(result["status"], "partial")
        self.assertEqual(result["conflicts"], {"ramp_rise": {"mine": 36, "theirs": 37}})
        self.assertEqual((self.ramp.ramp_rise, self.ramp.ramp_width), (37, 40))
        [result] = self.send(self.update({"ramp_rise": 36}))
        self.assertEqual((result["status"], self.ramp.ramp_rise), ("conflict", 37))
        [result] = self.send(self.update({"ramp_rise": 36}, base_rev=result["rev"]))
        self.assertEqual((result["status"], self.ramp.ramp_rise), ("applied", 36))

    def test_the_same_value_from_two_devices_is_no_conflict(self):
        self.send(self.update({"ramp_rise": 37}))
        [result] = self.send(self.update({"ramp_rise": "37 in"}))
        self.assertEqual((result["status"], result["conflicts"]), ("applied", {}))

    def test_the_office_is_a_device_too(self):
        self.ramp.with_user(self.clerk).ramp_rise = 30
        [result] = self.send(self.update({"ramp_rise": 36}))
        self.assertEqual((result["status"], self.ramp.ramp_rise), ("conflict", 30))

    def test_one_device_never_conflicts_with_itself(self):
        results = self.send(self.update({"ramp_rise": 3}), self.update({"ramp_rise": 36}))
        self.assertEqual([result["status"] for result in results], ["applied"] * 2)
        self.assertEqual(self.ramp.ramp_rise, 36)

    def test_what_cannot_be_read_is_kept_as_text(self):
        [result] = self.send(self.update({"ramp_rise": "abc", "ramp_width": 40}))
        self.assertEqual(result["status"], "applied")
        self.assertEqual(result["errors"], {"ramp_rise": "“abc” is no length."})
        self.assertEqual(self.ramp.raw_values, {"ramp_rise": "abc"})
        with self.assertRaises(UserError):
            self.ramp.action_measured()
        self.assertEqual(self.ramp.state, "draft")
        [result] = self.send(self.update({"ramp_rise": 24}, base_rev=result["rev"]))
        self.assertEqual((self.ramp.raw_values, self.ramp.state), (False, "measured"))

    def test_no_number_passes_as_a_length(self):
        for value in (-3, float("nan"), float("inf"), True, [1], {"a": 1}, "1e9", "3/0"):
            with self.subTest(value=value):
                [result] = self.send(self.update({"ramp_rise": value}, base_rev=999))
                self.assertIn("ramp_rise", result["errors"])
                self.assertEqual(self.ramp.ramp_rise, 0)

    def test_out_of_range_is_stored_and_told(self):
        [result] = self.send(self.update({"ramp_rise": 500}))
        self.assertEqual(result["status"], "applied")
        self.assertIn("between 1 and 120", result["errors"]["ramp_rise"])
        self.assertEqual((self.ramp.ramp_rise, self.ramp.state), (500, "draft"))

    def test_fields_that_are_not_theirs(self):
        [result] = self.send(
            self.update({"ramp_rise": 24, "state": "completed", "visit_id": 1, "nonsense": 1,
                         "segment_ids": []})
        )  # fmt: skip
        self.assertEqual(result["status"], "partial")
        self.assertEqual(
            result["errors"],
            dict.fromkeys(("state", "visit_id", "nonsense", "segment_ids"), "not allowed"),
        )
        self.assertEqual((self.ramp.ramp_rise, self.ramp.state), (24, "measured"))
        [result] = self.send(self.update({"state": "done", "rev": 9}, target="visit", ref=None))
        self.assertEqual(result["status"], "error")
        self.assertEqual(self.visit.state, "measuring")

    def test_keys_that_are_no_choice(self):
        [result] = self.send(
            self.update({"x_fc_funding_source": "lottery", "ramp_handrails": ["both"]})
        )
        self.assertEqual(result["status"], "error")
        self.assertEqual(set(result["errors"]), {"x_fc_funding_source", "ramp_handrails"})
        self.assertEqual(self.ramp.x_fc_funding_source, "direct_private")

    def test_records_of_others_are_out_of_reach(self):
        other = self.new_visit()
        theirs = other._add_item("accessibility", "ramp", client_uuid="theirs")
        for ref in (theirs.id, "theirs", 99999999, True):
            results = self.send(self.update({"ramp_rise": 24}, ref=ref))
            self.assertEqual(results[0]["status"], "error")
        [result] = self.send(
            {"type": "create", "target": "accessibility", "ref": "theirs", "item_type": "ramp",
             "values": {}}
        )  # fmt: skip
        self.assertEqual(result["status"], "error")
        self.assertEqual(theirs.ramp_rise, 0)

    def test_one_bad_op_loses_no_other(self):
        results = self.send(
            {"type": "create", "target": "adp", "ref": "a", "item_type": "wheelchair"},
            {"type": "create", "target": "adp", "ref": "b", "item_type": "powerchair"},
            {"type": "dance", "target": "adp", "ref": "a"},
            {"type": "update", "target": "moon", "ref": "a", "values": {}},
            {"type": "update", "target": "adp", "ref": "a", "values": [1]},
            self.update({"ramp_rise": 24}),
        )
        self.assertEqual(
            [result.get("error") for result in results],
            [None, "combination", "bad_op", "bad_op", "bad_op", None],
        )
        self.assertIn("funded together", results[1]["message"])
        self.assertEqual(self.visit.adp_assessment_ids.mapped("equipment_type"), ["wheelchair"])
        self.assertEqual(self.ramp.ramp_rise, 24)

    def test_what_nobody_thought_of_holds_up_no_other(self):
        create = {"type": "create", "target": "accessibility", "item_type": "ramp", "values": {}}
        with self.assertLogs("odoo.addons.fusion_portal", "WARNING"):
            results = self.send(
                self.update({"ramp_rise": 24}, ref=10**30),
                self.update({"ramp_rise": 24}, target=["adp"]),
                {**create, "ref": "r1", "item_type": ["ramp"]},
                {**create, "ref": "r2", "values": {"location_tag": {"a": 1}}},
                self.update({"notes": ["x"], "ramp_rise": {"a": 1}}),
                self.update({"notes": "a\0b \ud800"}),
                self.update({"ramp_rise": 30}),
            )
        self.assertEqual(
            [result["status"] for result in results],
            ["error", "error", "error", "error", "applied", "applied", "applied"],
        )
        self.assertEqual((self.ramp.notes, self.ramp.ramp_rise), ("ab ?", 30))
        self.assertEqual(self.visit.accessibility_assessment_ids, self.ramp)
        visit = self.visit.with_user(self.field_rep)
        for key in ("a\0b", "\ud800", "line\nline"):
            [result] = visit._apply_ops([{"uuid": key, **self.update({"ramp_rise": 24})}])
            self.assertEqual(result["error"], "bad_op")

    def test_calls_that_are_no_list_or_too_large(self):
        visit = self.visit.with_user(self.field_rep)
        op = self.update({"ramp_rise": 24})
        calls = (
            None, "ops", {"a": 1}, [{"uuid": str(n), **op} for n in range(201)],
            [{"uuid": "large", **self.update({"notes": "x" * 1_000_001})}],
        )  # fmt: skip
        for ops in calls:
            with self.assertRaises(UserError):
                visit._apply_ops(ops)
        self.assertEqual(self.ramp.ramp_rise, 0)
        for op in (None, 7, "op", {}, {"uuid": ""}, {"uuid": "x" * 65}, {"uuid": 5}):
            self.assertEqual(visit._apply_ops([op])[0]["error"], "bad_op")

    def test_a_closed_visit_answers_closed(self):
        self.visit.action_cancel("Moved")
        [result] = self.send(self.update({"ramp_rise": 24}))
        self.assertEqual((result["error"], self.ramp.ramp_rise), ("closed", 0))

    def test_a_cancelled_item_takes_no_change(self):
        results = self.send(
            {"type": "cancel", "target": "accessibility", "ref": "ramp"},
            self.update({"ramp_rise": 24}),
        )
        self.assertEqual([result.get("error") for result in results], [None, "closed"])
        self.assertEqual((self.ramp.state, self.ramp.ramp_rise), ("cancelled", 0))

    def test_a_deleted_item_is_gone(self):
        self.ramp.unlink()
        [result] = self.send(self.update({"ramp_rise": 24}))
        self.assertEqual(result["error"], "gone")

    def test_client_data_once(self):
        values = {"client_name": "Nora N.", "city": "Fergus", "income_under_threshold": "yes",
                  "authorizer_id": self.authorizer.id}  # fmt: skip
        [result] = self.send(self.update(values, target="visit", ref=None))
        self.assertEqual(result["status"], "applied")
        self.assertEqual((self.visit.client_name, self.visit.city), ("Nora N.", "Fergus"))
        self.assertEqual(self.visit.authorizer_id, self.authorizer)
        [result] = self.send(
            self.update({"client_name": "Other"}, target="visit", ref=None, base_rev=0)
        )
        self.assertEqual(result["conflicts"]["client_name"]["theirs"], "Nora N.")

    def test_only_contacts_one_may_choose(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        for values in ({"partner_id": stranger.id}, {"authorizer_id": stranger.id},
                       {"partner_id": "1 OR 1"}):  # fmt: skip
            [result] = self.send(self.update(values, target="visit", ref=None, base_rev=99))
            self.assertEqual(result["status"], "error")
        self.new_visit(sales_rep_id=self.field_rep.id, partner_id=self.client.id)
        [result] = self.send(
            self.update({"partner_id": self.client.id}, target="visit", ref=None, base_rev=99)
        )
        self.assertEqual(result["status"], "applied")
        self.assertEqual(self.visit.client_name, "Clara Client")
        [result] = self.send(
            self.update({"client_name": "X"}, target="visit", ref=None, base_rev=99)
        )
        self.assertEqual(result["errors"], {"client_name": "not allowed"})

    def test_the_rail_of_a_curved_lift(self):
        def part(ref, **values):
            return {"type": "create", "target": "segment", "ref": ref,
                    "values": {"accessibility_id": "curve", **values}}  # fmt: skip

        results = self.send(
            {"type": "create", "target": "accessibility", "ref": "curve",
             "item_type": "stairlift_curved",
             "values": {"stair_width": 36, "stair_side": "left", "user_weight_lb": 180}},
            part("s1", segment_type="straight", length=100),
            part("s2", segment_type="bend", bend_angle=90, bend_radius=12),
            part("s3", segment_type="straight", length=60),
            part("s4", segment_type="bend"),
        )  # fmt: skip
        self.assertEqual({result["status"] for result in results}, {"applied"})
        curve = self.visit.accessibility_assessment_ids - self.ramp
        self.assertIn("A bend has 15", curve._measure_errors()["segment_ids"])
        self.send({"type": "cancel", "target": "segment", "ref": "s4"})
        self.assertAlmostEqual(curve.stair_rail_length, 200.85, 2)
        self.assertEqual((curve.state, len(curve.segment_ids)), ("measured", 3))
        [result] = self.send(
            self.update({"length": "about a yard"}, ref="s1", target="segment", base_rev=1)
        )
        self.assertEqual(result["errors"], {"length": "“about a yard” is no length."})
        self.assertEqual(curve.state, "draft")
        self.assertEqual(curve.segment_ids[0].raw_values, {"length": "about a yard"})

    def test_the_therapist_measures_devices_and_nothing_else(self):
        rollator = self.visit._add_item("adp", "rollator", client_uuid="rollator")
        [result] = self.send(
            self.update(ROLLATOR, ref="rollator", target="adp"), user=self.therapist
        )
        self.assertEqual((result["status"], rollator.state), ("applied", "measured"))
        refused = self.send(
            self.update({"ramp_rise": 24}),
            self.update({"client_name": "X"}, target="visit", ref=None),
            self.update({"odsp_recipient": True}, ref="rollator", target="adp"),
            {"type": "cancel", "target": "adp", "ref": "rollator"},
            {"type": "create", "target": "accessibility", "ref": "n", "item_type": "ramp"},
            user=self.therapist,
        )
        self.assertEqual({result["status"] for result in refused}, {"error"})
        self.assertEqual((self.ramp.ramp_rise, rollator.odsp_recipient), (0, False))

    def test_home_access_is_asked_before_it_counts_as_measured(self):
        answered = dict(SCOOTER)
        answer = answered.pop("home_accessible")
        self.send({"type": "create", "target": "adp", "ref": "s", "item_type": "scooter",
                   "values": answered})  # fmt: skip
        scooter = self.visit.adp_assessment_ids
        self.assertEqual(scooter.state, "draft")
        self.send(self.update({"home_accessible": answer}, ref="s", target="adp", base_rev=1))
        self.assertEqual((scooter.state, self.visit.accessibility_need), ("measured", True))

    def test_old_answers_are_purged(self):
        self.send(self.update({"ramp_rise": 24}))
        ops = self.env["fusion.visit.op"].search([("visit_id", "=", self.visit.id)])
        ops.date = "2020-01-01"
        self.env["fusion.visit.op"]._cron_purge()
        self.assertTrue(ops.exists())
        self.visit.action_cancel("Moved")
        with self.enter_registry_test_mode():
            self.env.ref("fusion_portal.cron_purge_visit_ops").method_direct_trigger()
        self.assertFalse(ops.exists())

    def test_fifty_changes_together_cost_less(self):
        def ops(turn):
            return [
                {"uuid": f"{turn}-{n}", **self.update({"ramp_rise": 20 + n}, base_rev=999)}
                for n in range(50)
            ]

        visit = self.visit.with_user(self.field_rep)
        visit._apply_ops(ops("warm"))
        before = self.env.cr.sql_log_count
        for op in ops("single"):
            visit._apply_ops([op])
        single = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        visit._apply_ops(ops("together"))
        together = self.env.cr.sql_log_count - before
        self.assertLessEqual(together, 0.7 * single)

    def test_portal_fields_exist_and_hold_nothing_of_the_server(self):
        never = {"name", "state", "sales_rep_id", "team_id", "company_id", "rev", "visit_id",
                 "sale_order_id", "client_uuid", "sale_type", "equipment_type",
                 "assessment_type", "booking_source", "image"}  # fmt: skip
        for model in (
            "fusion.assessment.visit",
            "fusion.assessment",
            "fusion.assessment.photo",
            "fusion.accessibility.assessment",
            "fusion.accessibility.segment",
        ):
            names = set(self.env[model]._PORTAL_FIELDS)
            self.assertLessEqual(names, set(self.env[model]._fields))
            self.assertFalse(names & never)
            self.assertFalse([n for n in names if "_signed_" in n or n.endswith("_signature")])

    def test_the_state_says_what_an_item_requires_as_it_stands(self):
        item = self.add(self.visit, "ceiling_lift", {}, measured=False)

        def required():
            rows = self.visit.with_user(self.field_rep)._get_state()["items"]
            [row] = [row for row in rows if (row["kind"], row["id"]) == ("accessibility", item.id)]
            return {name for name in row["required"] if "track_length" in name or "room" in name}

        self.assertEqual(required(), {"ceil_track_length"})
        item.ceil_track_layout = "room_covering"
        self.assertEqual(required(), {"ceil_room_length", "ceil_room_width"})

    def test_the_state_is_what_the_workspace_needs(self):
        self.send(self.update({"ramp_rise": "abc"}))
        self.visit.accessibility_assessment_ids.segment_ids = [Command.clear()]
        state = self.visit.with_user(self.field_rep)._get_state()
        [item] = state["items"]
        self.assertEqual((item["values"]["ramp_rise"], item["funding"]), ("abc", "direct_private"))
        self.assertEqual(item["errors"]["ramp_rise"], "“abc” is no length.")
        self.assertEqual(state["blocked_types"], {})
        self.assertEqual(
            state["will_create"],
            [{"sale_type": "direct_private", "label": "Private Pay (Direct)", "count": 1}],
        )
