from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import make_photo
from .planner_common import PlannerCase

PLANNER = "/odoo/action-fusion_clock.action_fusion_clock_shift_planner"
DASHBOARD = "/odoo/action-fusion_clock.action_fusion_clock_dashboard"
PLANNER_READY = "!!document.querySelector('.o_fusion_clock_planner_grid tbody tr')"
DASHBOARD_READY = "!!document.querySelector('.o_fusion_clock_wall_item')"
REVIEW = """
    const item = document.querySelector(".o_fusion_clock_wall_item");
    const button = [...item.querySelectorAll("button")].find((b) => b.textContent === "Suspect");
    button.click();
    (function look() {
        const loaded = [...item.querySelectorAll("img")].every((img) => img.naturalWidth > 0);
        item.dataset.review === "suspect" && loaded
            ? console.log("test successful")
            : setTimeout(look, 100);
    })();
"""


@tagged("post_install", "-at_install")
class TestPlannerBrowser(HttpCase, PlannerCase):
    def test_a_lead_plans_and_posts_a_week(self):
        story = Path(__file__).with_name("planner_story.js").read_text()

        self.browser_js(
            PLANNER, story, ready=PLANNER_READY, login=self.lead_user.login, timeout=120
        )

        entries = self.Schedule.search([("employee_id", "=", self.employee.id)], order="date")
        self.assertEqual(entries.mapped("state"), ["posted"] * 7)
        self.assertEqual(entries[0].shift_id, self.shift)
        self.assertEqual([entry.start_time for entry in entries], [8.0] + [10.0] * 6)
        self.assertEqual(set(entries[1:].mapped("note")), {"Bring safety boots"})
        plan = self.employee._get_fclk_day_plan(entries[1].date)
        self.assertEqual((plan["scheduled"], plan["end_time"]), (True, 18.5))
        mail = self.env["mail.mail"].search([("email_to", "=", "amira@example.com")])
        self.assertEqual(len(mail), 1)

    def test_a_lead_marks_a_photo(self):
        now = fields.Datetime.now()
        attendance = self.make_attendance(now - timedelta(minutes=1))
        attendance.x_fclk_check_in_photo = make_photo().encode()

        self.browser_js(DASHBOARD, REVIEW, ready=DASHBOARD_READY, login=self.lead_user.login)

        self.assertEqual(attendance.x_fclk_photo_review, "suspect")
        self.assertEqual(self.events(self.employee, event="photo_viewed"), ["photo_viewed"])
