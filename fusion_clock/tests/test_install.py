from odoo.tests import tagged

from ..hooks import post_init_hook
from .common import ClockCase


@tagged("post_install", "-at_install")
class TestInstall(ClockCase):
    def test_hook_activates_the_provinces_of_existing_companies(self):
        alberta = self.env.ref("fusion_clock.break_rule_alberta")
        yukon = self.env.ref("fusion_clock.break_rule_yukon")
        (alberta | yukon).active = False
        self.company.state_id = self.env.ref("base.state_ca_ab")
        self.env["res.company"].create(
            {"name": "North", "state_id": self.env.ref("base.state_ca_yt").id}
        )

        post_init_hook(self.env)

        self.assertTrue(alberta.active)
        self.assertFalse(yukon.active)  # needs a person's review
        self.assertTrue(self.env.ref("fusion_clock.break_rule_ontario").active)

    def test_hook_fills_old_attendances_without_chatter(self):
        rows = self.Attendance.create(
            [
                {
                    "employee_id": self.employee.id,
                    "check_in": f"2026-03-{day:02d} 14:00",
                    "check_out": f"2026-03-{day:02d} 20:00",
                }
                for day in range(2, 8)
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE hr_attendance SET x_fclk_gross_hours = NULL, x_fclk_net_hours = NULL,
                      x_fclk_break_minutes = 99, x_fclk_break_snapshot = NULL"""
        )
        self.env.invalidate_all()
        messages = self.env["mail.message"].search_count([("model", "=", "hr.attendance")])

        post_init_hook(self.env)

        self.assertEqual(set(rows.mapped("x_fclk_break_minutes")), {30.0})
        self.assertEqual(set(rows.mapped("x_fclk_gross_hours")), {6.0})
        self.assertEqual(set(rows.mapped("x_fclk_net_hours")), {5.5})
        self.assertTrue(rows[0].x_fclk_break_snapshot["rule"])
        self.env.flush_all()
        self.assertEqual(
            self.env["mail.message"].search_count([("model", "=", "hr.attendance")]), messages
        )
