from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import make_photo
from .planner_common import MONDAY, PlannerCase

NOON = datetime(2026, 6, 1, 16)  # 12:00 in Toronto
UID = "04:99:88:77:66:80"


@tagged("post_install", "-at_install")
class TestDashboard(PlannerCase):
    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.third = cls.make_employee("Chloe Wong", parent_id=cls.lead_employee.id)
        return result

    def data(self, user=None, now=NOON, date=None):
        with freeze_time(now):
            return (
                self.env["fusion.clock.dashboard"]
                .with_user(user or self.manager_user)
                ._get_day(date)
            )

    def names(self, rows):
        return [row["name"] for row in rows]

    def test_a_day_in_figures_and_lists(self):
        for employee in (self.employee, self.colleague, self.third):
            self.make_entry(MONDAY, employee, state="posted", start_time=9, end_time=17)
        self.make_attendance("2026-06-01 13:05:00")  # 9:05, at the grace
        self.make_attendance("2026-06-01 13:06:00", employee=self.colleague)
        self.make_attendance("2026-06-01 12:00:00", "2026-06-01 14:00:00", self.lead_employee)

        data = self.data()

        self.assertEqual(
            data["counts"],
            {
                "in_now": 2,
                "late": 1,
                "absent": 1,
                "on_leave": 0,
                "unscheduled": 1,
                "pending_corrections": 0,
                "pending_reasons": 0,
                "unknown_cards": 0,
            },
        )
        self.assertEqual(self.names(data["in_now"]), ["Amira Tremblay", "Ben Singh"])
        self.assertEqual(data["in_now"][0]["since"], "2026-06-01 13:05:00")
        [late] = data["late"]
        self.assertEqual((late["name"], late["minutes"]), ("Ben Singh", 6))
        [absent] = data["absent"]
        self.assertEqual(
            (absent["name"], absent["expected"], absent["is_over"]),
            ("Chloe Wong", "2026-06-01 13:00:00", False),
        )
        week = data["week"]
        self.assertEqual((week["planned_hours"], week["net_hours"]), (24.0, 2.0))
        self.assertEqual(week["days"][0]["date"], "2026-06-01")

    def test_absent_only_after_the_grace(self):
        self.make_entry(MONDAY, state="posted", start_time=9, end_time=17)
        self.assertEqual(self.data(now=datetime(2026, 6, 1, 13, 5))["counts"]["absent"], 0)
        self.assertEqual(self.data(now=datetime(2026, 6, 1, 13, 6))["counts"]["absent"], 1)
        over = self.data(now=datetime(2026, 6, 2, 13), date="2026-06-01")
        self.assertTrue(over["absent"][0]["is_over"])

    def test_an_overnight_shift_of_yesterday_still_counts(self):
        self.make_entry("2026-05-31", state="posted", start_time=22, end_time=6)
        data = self.data(now=datetime(2026, 6, 1, 7))  # 3:00 in Toronto
        self.assertEqual(self.names(data["absent"]), ["Amira Tremblay"])

    def test_a_holiday_excuses(self):
        self.make_entry(MONDAY, state="posted", start_time=9, end_time=17)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Founders' Day",
                "company_id": self.company.id,
                "calendar_id": False,
                "date_from": "2026-06-01 04:00:00",
                "date_to": "2026-06-02 03:59:59",
            }
        )
        self.assertEqual(self.data()["absent"], [])

    def test_a_lead_sees_the_team(self):
        self.make_attendance("2026-06-01 13:00:00")
        self.make_attendance("2026-06-01 13:00:00", employee=self.colleague)
        self.env["fusion.clock.activity.log"]._fclk_log("tap_unknown", card_uid=UID)
        data = self.data(self.lead_user)
        self.assertEqual(self.names(data["in_now"]), ["Amira Tremblay"])
        self.assertEqual((data["unknown_cards"], data["is_manager"]), ([], False))
        with self.assertRaises(AccessError):
            self.data(self.plain_user)

    def test_an_unknown_card_is_assigned(self):
        with freeze_time(NOON):
            self.Log._fclk_log("tap_unknown", card_uid=UID)
        self.assertEqual([row["card_uid"] for row in self.data()["unknown_cards"]], [UID])
        board = self.env["fusion.clock.dashboard"]
        with self.assertRaises(AccessError):
            board.with_user(self.lead_user)._assign_card(self.third.id, UID)
        self.assertFalse(self.third.x_fclk_nfc_card_uid)
        answer = board.with_user(self.manager_user)._assign_card(self.third.id, UID)
        self.assertEqual(answer["employee_name"], "Chloe Wong")
        self.assertEqual(self.third.x_fclk_nfc_card_uid, UID)
        self.assertEqual(self.data()["counts"]["unknown_cards"], 0)

    # -- photos -----------------------------------------------------------------------------

    def photographed(self, employee=None):
        attendance = self.make_attendance("2026-06-01 13:00:00", employee=employee)
        attendance.x_fclk_check_in_photo = make_photo().encode()
        return attendance

    def views(self, user):
        domain = [("event", "=", "photo_viewed"), ("user_id", "=", user.id)]
        return self.Log.search_count(domain)

    def test_the_wall_and_who_looked_at_it(self):
        attendance = self.photographed()
        self.photographed(self.colleague)
        self.make_attendance("2026-06-01 13:00:00", employee=self.third)

        photos = self.data(self.lead_user)["photos"]

        self.assertEqual(self.names(photos), ["Amira Tremblay"])
        [shot] = photos[0]["shots"]
        self.assertEqual((shot["kind"], shot["time"]), ("in", "2026-06-01 13:00:00"))
        self.assertIn(
            f"/web/image/hr.attendance/{attendance.id}/x_fclk_check_in_photo", shot["url"]
        )
        self.assertEqual((self.views(self.lead_user), self.views(self.manager_user)), (1, 0))
        self.data(self.lead_user, now=datetime(2026, 6, 1, 16, 59))
        self.assertEqual(self.views(self.lead_user), 1, "once an hour")
        self.data(self.lead_user, now=datetime(2026, 6, 1, 17, 1))
        self.assertEqual(self.views(self.lead_user), 2)
        self.data()
        self.assertEqual(self.views(self.manager_user), 2)

    def test_the_form_counts_as_a_view(self):
        attendance = self.photographed()
        record = attendance.with_user(self.lead_user)
        record.web_read({"check_in": {}})
        self.assertEqual(self.views(self.lead_user), 0)
        record.web_read({"x_fclk_check_in_photo": {}})
        record.web_read({"x_fclk_check_in_photo": {}})
        self.assertEqual(self.views(self.lead_user), 1)

    def test_a_lead_reviews_a_photo_of_the_team_only(self):
        mine, other = self.photographed(), self.photographed(self.colleague)
        mine.with_user(self.lead_user).x_fclk_photo_review = "suspect"
        with self.assertRaises(AccessError):
            other.with_user(self.lead_user).x_fclk_photo_review = "ok"
        self.assertEqual((mine.x_fclk_photo_review, other.x_fclk_photo_review), ("suspect", "none"))

    # -- performance ------------------------------------------------------------------------

    def test_queries_do_not_grow(self):
        few = self.queries_for(20)
        many = self.queries_for(200)
        self.assertEqual(many, few)
        self.assertLessEqual(many, 30)

    def queries_for(self, count):
        existing = self.env["hr.employee"].search_count([("company_id", "=", self.company.id)])
        crowd = self.env["hr.employee"].create(
            [
                {
                    "name": f"Crowd {number}",
                    "company_id": self.company.id,
                    "tz": "America/Toronto",
                    "resource_calendar_id": self.company.resource_calendar_id.id,
                    "x_fclk_shift_id": self.shift.id,
                }
                for number in range(existing, count)
            ]
        )
        attendances = self.Attendance.create(
            [{"employee_id": row.id, "check_in": "2026-06-01 13:00:00"} for row in crowd]
        )
        attendances[:5].write({"x_fclk_check_in_photo": make_photo().encode()})
        self.data()  # the views of this hour, the open screen
        self.data()  # caches
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        data = self.data()
        queries = self.env.cr.sql_log_count - before
        self.assertGreaterEqual(data["counts"]["in_now"], len(crowd))
        return queries
