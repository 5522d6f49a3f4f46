import json

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .common import ClockHttpCase
from .planner_common import PlannerCase

WEEK = "2026-06-01"
ROUTES = {
    "/fusion_clock/shift_planner/data": {"week_start": WEEK},
    "/fusion_clock/shift_planner/save": {"changes": []},
    "/fusion_clock/shift_planner/copy_week": {"from_week": WEEK, "to_week": "2026-06-08"},
    "/fusion_clock/shift_planner/post_week": {"week_start": WEEK},
    "/fusion_clock/dashboard/data": {},
}


@tagged("post_install", "-at_install")
class TestPlanningRoutes(ClockHttpCase, PlannerCase):
    """Over HTTP, as each role."""

    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.portal_user = new_test_user(
            cls.env, "fclk_portal", groups="base.group_portal", password="fclk_portal",
            company_id=cls.company.id,
        )  # fmt: skip
        return result

    def sign_in(self, user):
        self.authenticate(user.login, user.login)

    def refusal(self, path, params):
        answer = self.call_raw(path, **params)
        return answer.get("error", {}).get("data", {}).get("name")

    def test_planner_and_dashboard_are_for_leads_and_managers(self):
        entry = self.make_entry(WEEK)
        for user in (self.plain_user, self.portal_user, self.kiosk_user):
            self.sign_in(user)
            for path, params in ROUTES.items():
                with self.subTest(user=user.login, path=path):
                    self.assertEqual(self.refusal(path, params), "odoo.exceptions.AccessError")
        self.assertEqual(entry.state, "draft")
        self.authenticate(None, None)
        for path, params in ROUTES.items():
            self.assertEqual(self.refusal(path, params), "odoo.http.SessionExpiredException")

    def test_a_lead_plans_and_posts_over_http(self):
        self.sign_in(self.lead_user)
        change = {"employee_id": self.employee.id, "date": WEEK, "shift_id": self.shift.id}
        foreign = {**change, "employee_id": self.colleague.id}
        answer = self.call("/fusion_clock/shift_planner/save", changes=[change, foreign])
        self.assertEqual((answer["saved"], answer["errors"][0]["error"]), (1, "out_of_scope"))
        data = self.call("/fusion_clock/shift_planner/data", week_start=WEEK)
        self.assertEqual((data["draft_count"], len(data["employees"])), (1, 1))
        refused = self.refusal(
            "/fusion_clock/shift_planner/post_week",
            {"week_start": WEEK, "employee_ids": self.colleague.ids},
        )
        self.assertEqual(refused, "odoo.exceptions.AccessError")
        answer = self.call("/fusion_clock/shift_planner/post_week", week_start=WEEK)
        self.assertEqual((answer["posted"], answer["emails"]), (1, 1))
        copied = self.call(
            "/fusion_clock/shift_planner/copy_week", from_week=WEEK, to_week="2026-06-08"
        )
        self.assertEqual(copied, {"success": True, "saved": 1, "skipped": 0})
        self.assertEqual(self.call("/fusion_clock/dashboard/data")["counts"]["in_now"], 0)

    def test_a_week_that_is_none(self):
        self.sign_in(self.manager_user)
        refused = self.refusal("/fusion_clock/shift_planner/data", {"week_start": "soon"})
        self.assertEqual(refused, "odoo.exceptions.UserError")
        for url, params, error in (
            ("data", {"week_start": {"a": 1}}, "UserError"),
            ("copy_week", {"from_week": WEEK, "to_week": WEEK, "employee_ids": 1}, "AccessError"),
            (
                "copy_week",
                {"from_week": WEEK, "to_week": WEEK, "employee_ids": [{}]},
                "AccessError",
            ),
        ):
            refused = self.refusal(f"/fusion_clock/shift_planner/{url}", params)
            self.assertEqual(refused, f"odoo.exceptions.{error}")
        self.assertEqual(
            self.refusal("/fusion_clock/dashboard/data", {"date": "soon"}),
            "odoo.exceptions.UserError",
        )

    # -- board ------------------------------------------------------------------------------

    def test_the_board_and_the_emergency_list(self):
        self.make_attendance("2026-06-01 12:00:00")
        self.make_attendance("2026-06-01 12:00:00", employee=self.colleague)
        seen = {
            self.lead_user: (True, False),
            self.manager_user: (True, True),
            self.kiosk_user: (True, True),
        }
        for user, (mine, other) in seen.items():
            self.sign_in(user)
            for path in ("/fusion_clock/board", "/fusion_clock/board/muster"):
                with self.subTest(user=user.login, path=path):
                    response = self.url_open(path)
                    self.assertEqual(response.status_code, 200)
                    self.assertEqual("Amira Tremblay" in response.text, mine)
                    self.assertEqual("Ben Singh" in response.text, other)
                    self.assertIn("08:00", response.text)

    def test_the_board_is_hidden_from_others(self):
        for user in (self.plain_user, self.portal_user):
            self.sign_in(user)
            for path in ("/fusion_clock/board", "/fusion_clock/board/muster"):
                self.assertEqual(self.url_open(path).status_code, 404)

    def test_without_an_open_board_a_tap_sends_nothing(self):
        for user in (self.plain_user, self.portal_user):
            self.sign_in(user)
            refused = self.refusal("/fusion_clock/board/watch", {})
            self.assertEqual(refused, "odoo.exceptions.AccessError")
        with freeze_time("2026-06-01 12:00:00"):
            self.env["fusion.clock.board"].with_user(self.lead_user)._mark_watched()
            self.assertTrue(self.env["fusion.clock.board"]._is_watched())
        with freeze_time("2026-06-03 12:00:00"):
            self.assertFalse(self.env["fusion.clock.board"]._is_watched())
            self.tap()
        self.env.cr.precommit.run()
        self.assertFalse(self.board_messages())

    def board_messages(self):
        """:return: messages to the boards of this test's company"""
        messages = self.env["bus.bus"].search([("message", "like", "fusion_clock.board")])
        return messages.filtered(lambda row: json.loads(row.channel)[2] == self.company.id)

    def test_a_tap_tells_the_boards_of_its_company_and_names_nobody(self):
        self.sign_in(self.kiosk_user)
        self.assertEqual(self.call("/fusion_clock/board/watch"), {"success": True})
        self.tap()
        self.env.cr.precommit.run()
        message = self.board_messages()
        self.assertEqual(len(message), 1)
        self.assertEqual(
            json.loads(message.channel)[1:],
            ["res.company", self.company.id, "fusion_clock_board"],
        )
        self.assertEqual(json.loads(message.message)["payload"], {})
        board = self.env["fusion.clock.board"]
        for user, channels in (
            (self.lead_user, 1), (self.kiosk_user, 1), (self.plain_user, 0), (self.portal_user, 0)
        ):  # fmt: skip
            self.assertEqual(len(board.with_user(user)._get_channels()), channels)
