from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ClockCase

RULES = {  # xmlid: (province, tier 1 h, min, tier 2 h, min, to review)
    "ontario": ("ON", 5, 30, 10, 30, False),
    "quebec": ("QC", 5, 30, 10, 30, False),
    "british_columbia": ("BC", 5, 30, 10, 30, False),
    "alberta": ("AB", 5, 30, 10, 30, False),
    "saskatchewan": ("SK", 5, 30, 10, 30, True),
    "manitoba": ("MB", 5, 30, 10, 30, False),
    "new_brunswick": ("NB", 5, 30, 10, 30, False),
    "nova_scotia": ("NS", 5, 30, 10, 30, False),
    "prince_edward_island": ("PE", 5, 30, 10, 30, False),
    "newfoundland_labrador": ("NL", 5, 60, 10, 60, True),
    "yukon": ("YT", 5, 30, 12, 30, True),
    "northwest_territories": ("NT", 5, 30, 10, 30, True),
    "nunavut": ("NU", 5, 30, 10, 30, True),
    "federal": (False, 5, 30, 10, 30, False),
}


@tagged("post_install", "-at_install")
class TestBreakRule(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["fusion.clock.break.rule"].with_context(active_test=True)
        cls.ontario = cls.env.ref("fusion_clock.break_rule_ontario")

    def hours(self, check_in, check_out=False):
        row = self.make_attendance(check_in, check_out)
        return row.x_fclk_gross_hours, row.x_fclk_break_minutes, row.x_fclk_net_hours

    def test_shipped_rules(self):
        for name, (province, *figures, review) in RULES.items():
            with self.subTest(rule=name):
                rule = self.env.ref(f"fusion_clock.break_rule_{name}")
                self.assertEqual(rule.state_id.code or False, province)
                self.assertEqual(rule.country_id.code, "CA")
                self.assertEqual(
                    [
                        rule.break1_after_hours,
                        rule.break1_minutes,
                        rule.break2_after_hours,
                        rule.break2_minutes,
                    ],
                    figures,
                )
                self.assertEqual(rule.needs_review, review)
                self.assertEqual(rule.sequence, 100)
                self.assertTrue(rule.source)
                self.assertTrue(rule.source_note)
                self.assertEqual(rule.is_default, name == "ontario")
        self.assertTrue(self.ontario.active)

    def test_elapsed_hours_decide(self):
        self.assertEqual(self.hours("2026-03-02 14:00", "2026-03-02 20:00"), (6.0, 30.0, 5.5))
        self.assertEqual(self.hours("2026-03-03 14:00", "2026-03-04 00:00"), (10.0, 60.0, 9.0))
        self.assertEqual(self.hours("2026-03-04 14:00", "2026-03-04 18:00"), (4.0, 0.0, 4.0))
        self.assertEqual(self.hours("2026-03-05 14:00"), (0.0, 0.0, 0.0))

    def test_edited_times_recompute(self):
        row = self.make_attendance("2026-03-02 14:00", "2026-03-02 20:00")

        row.check_out = "2026-03-03 00:00"

        self.assertEqual((row.x_fclk_break_minutes, row.x_fclk_net_hours), (60.0, 9.0))

    def test_worked_hours_stay_core_s(self):
        row = self.make_attendance("2026-03-02 14:00", "2026-03-02 20:00")

        self.assertEqual(row.worked_hours, 5.0)  # the calendar's lunch, which is not our break

    def test_penalties_add_and_the_switch_turns_off_only_the_statute(self):
        row = self.make_attendance("2026-03-02 14:00", "2026-03-02 20:00")
        penalty = self.env["fusion.clock.penalty"].create(
            {
                "attendance_id": row.id,
                "employee_id": self.employee.id,
                "penalty_type": "late_in",
                "date": "2026-03-02",
                "penalty_minutes": 15,
            }
        )
        self.assertEqual(row.x_fclk_break_minutes, 45.0)
        self.assertEqual(row.x_fclk_net_hours, 5.25)

        self.set_config(auto_deduct_break=False)
        row.check_out = datetime(2026, 3, 2, 20, 30)
        self.assertEqual(row.x_fclk_break_minutes, 15.0)

        penalty.state = "waived"
        self.assertEqual(row.x_fclk_break_minutes, 0.0)

    def test_snapshot_keeps_what_was_used(self):
        row = self.make_attendance("2026-03-02 14:00", "2026-03-02 20:00")

        snapshot = row.x_fclk_break_snapshot

        self.assertEqual(snapshot["rule_id"], self.ontario.id)
        self.assertEqual(snapshot["rule"], "Ontario")
        self.assertEqual(snapshot["break1_after_hours"], 5.0)
        self.assertEqual(snapshot["statutory_minutes"], 30.0)
        self.assertEqual(snapshot["penalty_minutes"], 0.0)
        self.assertIs(snapshot["auto_deduct_break"], True)
        self.ontario.break1_minutes = 45
        row.invalidate_recordset()
        self.assertEqual(row.x_fclk_break_minutes, 30.0)
        self.assertEqual(row.x_fclk_break_snapshot["break1_minutes"], 30.0)

    def test_province_then_default_then_nothing(self):
        own = self.Rule.create(
            {
                "name": "House rule",
                "state_id": self.env.ref("base.state_ca_on").id,
                "break1_minutes": 20,
            }
        )
        self.assertEqual(self.employee._get_fclk_break_rule(), own)

        own.active = False
        self.assertEqual(self.employee._get_fclk_break_rule(), self.ontario)

        for state in (self.env.ref("base.state_ca_yt"), self.env["res.country.state"]):
            self.company.state_id = state
            self.assertEqual(self.employee._get_fclk_break_rule(), self.ontario)

        self.ontario.active = False
        self.assertFalse(self.employee._get_fclk_break_rule())
        self.assertEqual(self.employee._get_fclk_break_rule().break_minutes_for(8), 0.0)
        self.assertEqual(self.hours("2026-03-02 14:00", "2026-03-02 22:00"), (8.0, 0.0, 8.0))

    def test_two_companies_two_provinces(self):
        self.env.ref("fusion_clock.break_rule_newfoundland_labrador").action_activate()
        other = self.env["res.company"].create(
            {"name": "Rock Ltd", "state_id": self.env.ref("base.state_ca_nl").id}
        )
        cod = self.env["hr.employee"].create({"name": "Cod", "company_id": other.id})
        rows = self.Attendance.create(
            [
                {
                    "employee_id": employee.id,
                    "check_in": "2026-03-02 14:00",
                    "check_out": "2026-03-02 20:00",
                }
                for employee in (self.employee, cod)
            ]
        )

        self.assertEqual(rows.mapped("x_fclk_break_minutes"), [30.0, 60.0])

    def test_refused_figures(self):
        for values in (
            {"break1_minutes": -1},
            {"break1_after_hours": -0.5},
            {"break2_after_hours": 5},
            {"break1_after_hours": 6, "break2_after_hours": 5},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.Rule.create({"name": "Wrong", **values})
        self.Rule.create({"name": "One tier", "break2_after_hours": 0, "break2_minutes": 0})

    def test_one_active_default(self):
        with self.assertRaises(ValidationError):
            self.Rule.create({"name": "Second default", "is_default": True})
        second = self.Rule.create({"name": "Kept", "is_default": True, "active": False})
        with self.assertRaises(ValidationError):
            second.active = True

    def test_the_archived_rule_of_the_province_is_suggested(self):
        yukon = self.env.ref("fusion_clock.break_rule_yukon")
        self.assertFalse(self.Rule._fclk_archived_for(self.company))

        self.company.state_id = self.env.ref("base.state_ca_yt")
        self.assertEqual(self.Rule._fclk_archived_for(self.company), yukon)
        self.assertTrue(yukon.with_company(self.company).is_company_suggestion)

        yukon.action_activate()
        self.assertTrue(yukon.active)
        self.assertFalse(self.Rule._fclk_archived_for(self.company))
        self.assertEqual(self.employee._get_fclk_break_rule(), yukon)

    def test_only_managers_activate(self):
        user = new_test_user(self.env, "fclk_plain", groups="base.group_user")
        yukon = self.env.ref("fusion_clock.break_rule_yukon")

        with self.assertRaises(AccessError):
            yukon.with_user(user).action_activate()
        self.assertFalse(yukon.active)
