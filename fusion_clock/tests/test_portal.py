from datetime import datetime

from freezegun import freeze_time
from lxml import html

from odoo.tests import new_test_user, tagged

from ..clock_format import ClockFormat
from .common import CARD, ClockHttpCase, make_photo

PAGES = ("/my/clock", "/my/clock/timesheet", "/my/clock/schedule", "/my/clock/requests")


@tagged("post_install", "-at_install")
class TestPortalPages(ClockHttpCase):
    """Two portal users of one company, each with hours; Wednesday 11:00 in Toronto."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, employee in (("fclk_amira", cls.employee), ("fclk_ben", cls.colleague)):
            employee.user_id = new_test_user(
                cls.env,
                login,
                groups="base.group_portal",
                password=login,
                company_id=cls.company.id,
                tz="America/Toronto",
            )
        rows = [
            {"employee_id": employee.id, "check_in": came, "check_out": left}
            for employee, came, left in (
                (cls.employee, "2026-06-01 13:00:00", "2026-06-01 21:00:00"),
                (cls.employee, "2026-06-02 13:00:00", "2026-06-02 17:00:00"),
                (cls.colleague, "2026-06-01 10:17:00", "2026-06-01 18:23:00"),
            )
        ]
        cls.rows = cls.Attendance.create(rows)
        cls.shift = cls.env["fusion.clock.shift"].create(
            {"name": "Day", "start_time": 8, "end_time": 16.5, "break_minutes": 30}
        )

    def setUp(self):
        super().setUp()
        self.authenticate("fclk_amira", "fclk_amira")
        frozen = freeze_time("2026-06-03 15:00:00", tick=True)
        frozen.start()
        self.addCleanup(frozen.stop)

    def page(self, path):
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200, path)
        return html.fromstring(response.text)

    def test_every_page_has_a_heading_and_the_navigation(self):
        for path in PAGES:
            with self.subTest(path=path):
                page = self.page(path)
                self.assertEqual(len(page.xpath("//main//h1")), 1)
                links = page.xpath("//nav[contains(@class, 'o_fusion_clock_nav')]//a")
                self.assertEqual([link.get("href") for link in links], list(PAGES))
                current = [link.get("href") for link in links if link.get("aria-current")]
                self.assertEqual(current, [path])

    def test_labels_belong_to_fields(self):
        page = self.page("/my/clock/requests")
        for label in page.xpath("//main//label"):
            self.assertEqual(len(page.xpath(f"//*[@id='{label.get('for')}']")), 1, label.text)
        for field in page.xpath("//main//*[self::input or self::select or self::textarea]"):
            if field.get("type") != "hidden":
                self.assertTrue(page.xpath(f"//label[@for='{field.get('id')}']"), field.get("name"))

    def test_the_clock_shows_today_and_the_week(self):
        self.assertIn("Not scheduled", self.page("/my/clock").text_content())
        self.employee.x_fclk_shift_id = self.shift
        self.env.flush_all()
        text = self.page("/my/clock").text_content()
        self.assertIn("(8 h)", text)
        self.assertIn("11:30", text)  # 7.5 h and 4 h net

    def test_the_timesheet_is_one_s_own(self):
        text = self.page("/my/clock/timesheet").text_content()
        self.assertIn("12:00 h", text)  # at work
        self.assertIn("11:30 h", text)  # paid
        self.assertIn("7:30 h paid", text)
        self.assertNotIn("8:06", text)
        self.authenticate("fclk_ben", "fclk_ben")
        text = self.page("/my/clock/timesheet").text_content()
        self.assertIn("8:06", text)
        self.assertNotIn("12:00 h", text)

    def test_weeks_and_bad_weeks(self):
        empty = self.page("/my/clock/timesheet?week=2026-05-20").text_content()
        self.assertIn("No hours in this week", empty)
        for bad in ("", "x", "9999-12-31", "0001-01-01", "2026-02-30", "%00"):
            with self.subTest(week=bad):
                text = self.page(f"/my/clock/timesheet?week={bad}").text_content()
                self.assertIn("11:30 h", text)
                self.page(f"/my/clock/schedule?week={bad}")

    def test_a_foreign_attendance_is_not_preselected(self):
        own = self.page(f"/my/clock/requests?attendance_id={self.rows[0].id}")
        self.assertEqual(
            own.xpath("//select[@name='attendance_id']/option[@selected]/@value"),
            [str(self.rows[0].id)],
        )
        for bad in (self.rows[2].id, 10**12, "x", "-1"):
            page = self.page(f"/my/clock/requests?attendance_id={bad}")
            self.assertFalse(page.xpath("//select[@name='attendance_id']/option[@selected]"))
            values = page.xpath("//select[@name='attendance_id']/option/@value")
            self.assertNotIn(str(self.rows[2].id), values)

    def test_only_posted_days_are_shown(self):
        entries = self.env["fusion.clock.schedule"].create(
            [
                {
                    "employee_id": self.employee.id,
                    "date": "2026-06-04",
                    "state": state,
                    "start_time": start,
                    "end_time": start + 4,
                    "note": f"note {state}",
                }
                for state, start in (("draft", 5), ("posted", 6))
            ]
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Town day",
                "company_id": self.company.id,
                "date_from": "2026-06-05 04:00:00",
                "date_to": "2026-06-06 03:59:59",
            }
        )
        text = self.page("/my/clock/schedule").text_content()
        self.assertIn("note posted", text)
        self.assertNotIn("note draft", text)
        self.assertEqual(text.count("Town day"), 1)
        entries.unlink()
        self.env.flush_all()
        self.assertIn("Nothing is posted", self.page("/my/clock/schedule").text_content())

    def test_photos_of_oneself_only(self):
        for row in self.rows[::2]:
            row.x_fclk_check_in_photo = make_photo((20, 20)).encode()
        self.env.flush_all()
        mine, theirs = self.rows[0].id, self.rows[2].id
        response = self.url_open(f"/my/clock/photo/{mine}/in")
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.headers["Content-Type"].startswith("image/"))
        self.assertEqual(response.headers["Cache-Control"], "private, no-store")
        for path in (f"{theirs}/in", f"{mine}/out", f"{mine}/x", "999999999999/in"):
            self.assertEqual(self.url_open(f"/my/clock/photo/{path}").status_code, 404, path)
        page = self.page("/my/clock/timesheet")
        self.assertEqual(page.xpath("//article//img/@src"), [f"/my/clock/photo/{mine}/in"])
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        self.assertEqual(self.url_open(f"/my/clock/photo/{mine}/in").status_code, 404)

    def test_one_s_own_data_to_take_away(self):
        self.env["fusion.clock.activity.log"]._fclk_log("clock_in", self.colleague, message="Ben's")
        self.env["fusion.clock.activity.log"]._fclk_log("clock_in", self.employee, message="mine")
        self.env.flush_all()
        response = self.url_open("/my/clock/data.json")
        self.assertEqual(response.headers["Cache-Control"], "private, no-store")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        answer = response.json()
        self.assertEqual(answer["employee"]["name"], "Amira Tremblay")
        self.assertEqual(answer["employee"]["card_uid"], CARD)
        self.assertEqual(
            [(row["check_in"], row["x_fclk_net_hours"]) for row in answer["attendances"]],
            [("2026-06-01 13:00:00", 7.5), ("2026-06-02 13:00:00", 4.0)],
        )
        self.assertEqual([row["message"] for row in answer["activity"]], ["mine"])
        self.assertEqual((answer["penalties"], answer["corrections"]), ([], []))
        self.assertNotIn("4711", response.text)  # the PIN
        self.assertNotIn("Ben", response.text)
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        self.assertEqual(self.url_open("/my/clock/data.json").status_code, 404)

    def test_without_an_employee_the_pages_say_so(self):
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        for path in PAGES:
            page = self.page(path)
            self.assertIn("No employee is linked to your account", page.text_content())
            self.assertFalse(page.xpath("//form[@data-route]"))
        self.assertNotIn("/my/clock", self.url_open("/my/home").text)

    def test_the_home_page_has_a_card(self):
        links = self.page("/my/home").xpath("//div[contains(@class, 'o_portal_docs')]//a/@href")
        self.assertIn("/my/clock", links)

    def test_a_person_whose_clock_is_off_is_told(self):
        self.employee.x_fclk_enable_clock = False
        self.env.flush_all()
        page = self.page("/my/clock")
        self.assertIn("Clocking is switched off for you", page.text_content())
        self.assertFalse(page.xpath("//button[contains(@class, 'o_fusion_clock_button')]"))

    def test_days_follow_the_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        french = self.env["base"].with_context(lang="fr_CA").env
        moment = datetime(2026, 6, 1, 13)
        self.assertEqual(ClockFormat(self.env, "America/Toronto").day(moment.date()), "Mon, Jun 1")
        self.assertEqual(ClockFormat(french, "America/Toronto").day(moment.date()), "lun. 1 juin")
        self.assertEqual(
            ClockFormat(french, "America/Toronto").local_input(moment), "2026-06-01T09:00"
        )
        self.assertEqual(ClockFormat(french, "America/Toronto").moment(False), "")

    def test_internal_users_too(self):
        self.employee.user_id = new_test_user(
            self.env,
            "fclk_internal",
            groups="base.group_user",
            password="fclk_internal",
            company_id=self.company.id,
        )
        self.env.flush_all()
        self.authenticate("fclk_internal", "fclk_internal")
        for path in PAGES:
            self.assertEqual(len(self.page(path).xpath("//main//h1")), 1)

    def test_anonymous_signs_in_first(self):
        self.authenticate(None, None)
        for path in PAGES:
            response = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])

    def test_a_position_is_asked_for_only_where_it_is_needed(self):
        def needs():
            self.env.flush_all()
            section = self.page("/my/clock").xpath("//section[@data-state]")[0]
            return section.get("data-needs-position")

        self.assertIsNone(needs())
        self.location.write({"latitude": 43.6532, "longitude": -79.3832})
        self.assertEqual(needs(), "1")
        self.assertIn("Front Door", self.page("/my/clock").text_content())
        self.location.allowed_ip_ranges = "127.0.0.0/8"
        self.assertIsNone(needs())
        self.location.allowed_ip_ranges = False
        self.set_config(enable_geofence=False)
        self.assertIsNone(needs())

    def test_the_timesheet_costs_the_same_for_more_days(self):
        own = self.employee.with_user(self.employee.user_id).sudo()

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            own._fclk_prepare_timesheet_page()
            return self.env.cr.sql_log_count - before

        few = count()
        for day in (3, 4, 5):
            self.make_attendance(f"2026-06-0{day} 10:00:00", f"2026-06-0{day} 12:00:00")
        self.assertLessEqual(count(), few)


@tagged("post_install", "-at_install")
class TestCalendarFeed(ClockHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee.user_id = new_test_user(
            cls.env,
            "fclk_feed",
            groups="base.group_portal",
            password="fclk_feed",
            company_id=cls.company.id,
        )
        cls.env["fusion.clock.schedule"].create(
            [
                {"employee_id": cls.employee.id, "date": date, "state": state, **values}
                for date, state, values in (
                    ("2026-06-04", "posted", {"start_time": 22, "end_time": 6, "note": "Gate B"}),
                    ("2026-06-05", "posted", {"is_off": True}),
                    ("2026-06-08", "draft", {"start_time": 8, "end_time": 16}),
                )
            ]
        )

    def setUp(self):
        super().setUp()
        self.authenticate("fclk_feed", "fclk_feed")
        frozen = freeze_time("2026-06-03 15:00:00", tick=True)
        frozen.start()
        self.addCleanup(frozen.stop)

    def renew(self):
        return self.call("/fusion_clock/schedule/renew_feed")["url"]

    def test_the_feed_holds_the_posted_shifts(self):
        url = self.renew()
        self.authenticate(None, None)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "text/calendar; charset=utf-8")
        text = response.text
        self.assertEqual(text.count("BEGIN:VEVENT"), 1)
        self.assertIn("DTSTART:20260605T020000Z", text)
        self.assertIn("DTEND:20260605T100000Z", text)
        self.assertIn("Gate B", text)
        self.assertIn("SUMMARY:Work at Maple Widgets", text)

    def test_a_new_link_ends_the_old_one(self):
        old = self.renew()
        new = self.renew()
        self.assertNotEqual(old, new)
        self.assertEqual(self.url_open(old).status_code, 404)
        self.assertEqual(self.url_open(new).status_code, 200)

    def test_only_the_hash_is_kept(self):
        token = self.renew().split("token=")[1]
        user = self.employee.user_id
        user.invalidate_recordset()
        self.assertEqual(len(user.x_fclk_ics_token), 64)
        self.assertNotIn(token, user.x_fclk_ics_token)
        self.assertNotIn("x_fclk_ics_token", user.with_user(user).fields_get())

    def test_bad_tokens(self):
        self.renew()
        stored = self.employee.user_id.sudo().x_fclk_ics_token
        for query in ("", "?token=", "?token=x", f"?token={stored}", "?token=%00", "?other=1"):
            with self.subTest(query=query):
                response = self.url_open(f"/my/clock/schedule.ics{query}")
                self.assertEqual(response.status_code, 404)

    def test_an_archived_person_s_link_is_dead(self):
        url = self.renew()
        self.employee.active = False
        self.env.flush_all()
        self.assertEqual(self.url_open(url).status_code, 404)
        self.employee.active = True
        self.employee.user_id.active = False
        self.env.flush_all()
        self.assertEqual(self.url_open(url).status_code, 404)
