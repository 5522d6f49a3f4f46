import random
from datetime import datetime, timedelta

from odoo.tests import BaseCase, new_test_user, tagged

from ..services.break_policy import BreakTiers, gross_hours, net_hours
from ..services.explain import explain_hours, replay
from .common import ClockCase

TIERS = ("break1_after_hours", "break1_minutes", "break2_after_hours", "break2_minutes")


@tagged("post_install", "-at_install")
class TestExplainCore(BaseCase):
    def test_ten_thousand_days_replay_to_the_same_hours(self):
        chance = random.Random(20260601)
        for number in range(10_000):
            tiers = self.draw_tiers(chance)
            check_in = datetime(2026, 1, 1) + timedelta(seconds=chance.randrange(365 * 86400))
            seconds = chance.choice((0, 18000, 36000, chance.randrange(60 * 3600)))
            check_out = chance.random() < 0.97 and check_in + timedelta(seconds=seconds)
            penalties = [
                chance.choice((15.0, chance.randrange(0, 90)))
                for _n in range(chance.choice((0, 0, 0, 1, 2)))
            ]
            is_on, is_waived = chance.random() < 0.9, chance.random() < 0.1
            gross = gross_hours(check_in, check_out)
            counts = is_on and check_out and not is_waived
            minutes = (BreakTiers(*tiers).minutes_for(gross) if counts else 0.0) + sum(penalties)
            snapshot = dict(zip(TIERS, tiers, strict=True)) | {
                "auto_deduct_break": is_on,
                "break_waived": is_waived,
            }

            steps = explain_hours(gross, snapshot, penalties, minutes)

            self.assertAlmostEqual(replay(steps), net_hours(gross, minutes), 9, msg=number)
            self.assertEqual(steps[-1].value, replay(steps), number)
            self.assertAlmostEqual(steps[-2].value, minutes, 9, msg=number)

    def draw_tiers(self, chance):
        first = chance.choice((5.0, 4.5, chance.uniform(0, 9)))
        return (
            first,
            chance.choice((0.0, 30.0, 60.0, 20.0)),
            first + chance.choice((5.0, 0.25, chance.uniform(0.1, 7))),
            chance.choice((0.0, 30.0, 60.0)),
        )

    def test_the_steps_of_a_long_day(self):
        snapshot = dict(zip(TIERS, (5, 30, 10, 30), strict=True)) | {"auto_deduct_break": True}
        steps = explain_hours(10.0, snapshot, [15.0], 75.0)
        self.assertEqual(
            [(step.code, step.value, step.reason, step.unit) for step in steps],
            [
                ("gross", 10.0, "", "h"),
                ("break1", 30, "reached", "min"),
                ("break2", 30, "reached", "min"),
                ("penalty", 15.0, "", "min"),
                ("break", 75.0, "", "min"),
                ("net", 8.75, "", "h"),
            ],
        )

    def test_a_row_without_snapshot_shows_what_is_recorded(self):
        steps = explain_hours(8.0, None, [15.0], 45.0)
        self.assertEqual([step.code for step in steps], ["gross", "recorded_break", "break", "net"])
        self.assertEqual(replay(steps), 7.25)


@tagged("post_install", "-at_install")
class TestExplain(ClockCase):
    def test_shape_and_figures(self):
        row = self.make_attendance("2026-06-01 13:00:00", "2026-06-01 19:00:00")
        answer = row._fclk_explain()
        self.assertEqual(set(answer), {"result", "inputs", "rule", "steps"})
        self.assertEqual(answer["result"], 5.5)
        self.assertEqual(
            answer["inputs"],
            {
                "check_in": "2026-06-01 13:00:00",
                "check_out": "2026-06-01 19:00:00",
                "gross_hours": 6.0,
                "auto_deduct_break": True,
                "break_waived": False,
                "penalties": [],
            },
        )
        self.assertEqual(answer["rule"]["name"], "Ontario")
        self.assertEqual(answer["rule"]["version"], "5 h: 30 min, 10 h: 30 min")
        self.assertIn("Employment Standards Act", answer["rule"]["source"])
        self.assertEqual(
            [(step["label"], step["value"]) for step in answer["steps"][2:]],
            [
                ("Time at work", 6.0),
                ("Break 1: 5 h at work reached", 30.0),
                ("Break 2: less than 10 h at work", 0.0),
                ("Taken off in total", 30.0),
                ("Paid hours", 5.5),
            ],
        )
        self.assertEqual(answer["steps"][0]["label"], "Clocked in (Manual)")
        self.assertIn("9:00", answer["steps"][0]["value"])
        self.assertEqual(replay(answer["steps"]), 5.5)

    def test_a_later_rule_does_not_change_an_explanation(self):
        row = self.make_attendance("2026-06-01 13:00:00", "2026-06-01 19:00:00")
        before = row._fclk_explain()
        rule = self.env.ref("fusion_clock.break_rule_ontario")
        rule.write({"break1_minutes": 45, "name": "Ontario 2027"})
        self.env.invalidate_all()
        self.assertEqual(row._fclk_explain(), before)

    def test_penalties_a_waived_break_and_the_switch(self):
        row = self.make_attendance("2026-06-01 13:00:00", "2026-06-01 19:00:00")
        self.env["fusion.clock.penalty"].create(
            [
                {
                    "attendance_id": row.id,
                    "employee_id": row.employee_id.id,
                    "penalty_type": kind,
                    "date": "2026-06-01",
                    "minutes_off": 12,
                    "penalty_minutes": 15,
                    "state": state,
                }
                for kind, state in (("late_in", "applied"), ("early_out", "waived"))
            ]
        )
        labels = [step["label"] for step in row._fclk_explain()["steps"]]
        self.assertIn("Penalty: Late, 12 min", labels)
        self.assertEqual(len(labels), 8)
        self.assertEqual(replay(row._fclk_explain()["steps"]), 5.25)
        row.x_fclk_break_waived = True
        answer = row._fclk_explain()
        self.assertEqual((answer["result"], replay(answer["steps"])), (5.75, 5.75))
        self.assertIn("worked through", answer["steps"][3]["label"])
        row.x_fclk_break_waived = False
        self.env.flush_all()
        self.set_config(auto_deduct_break=False)
        other = self.make_attendance("2026-06-02 13:00:00", "2026-06-02 19:00:00")
        self.assertEqual(
            other._fclk_explain()["steps"][3]["label"], "Break: no automatic deduction"
        )
        running = self.make_attendance("2026-06-03 13:00:00")
        self.assertEqual((running._fclk_explain()["result"]), 0.0)
        self.assertFalse(running._fclk_explain()["inputs"]["check_out"])

    def test_real_rows_replay(self):
        chance = random.Random(7)
        start = datetime(2026, 1, 5, 13)
        for number in range(40):
            came = start + timedelta(days=number)
            row = self.make_attendance(came, came + timedelta(seconds=chance.randrange(16 * 3600)))
            answer = row._fclk_explain()
            self.assertAlmostEqual(replay(answer["steps"]), row.x_fclk_net_hours, 6)
            self.assertEqual(answer["result"], row.x_fclk_net_hours)

    def test_the_dialog(self):
        user = new_test_user(
            self.env,
            "fclk_explain",
            groups="base.group_user,fusion_clock.group_fusion_clock_manager",
            company_id=self.company.id,
        )
        row = self.make_attendance("2026-06-01 13:00:00", "2026-06-01 19:00:00").with_user(user)
        action = row.action_fclk_explain()
        self.assertEqual((action["target"], action["res_id"]), ("new", row.id))
        self.assertIn("5:30 (5.50 h)", row.x_fclk_explanation)
        self.assertIn("Ontario", row.x_fclk_explanation)
