from datetime import datetime
from pathlib import Path

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ClockCase

HERE = Path(__file__).parent


def read_story(name):
    """:return: a story of this folder with the steps it uses"""
    return HERE.joinpath("browser_steps.js").read_text() + HERE.joinpath(name).read_text()


@tagged("post_install", "-at_install")
class TestPortalBrowser(HttpCase, ClockCase):
    """The pages in a real browser, 390 px wide; the position is put in the browser's mouth."""

    browser_size = "390x844"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "fclk_phone",
            groups="base.group_portal",
            company_id=cls.company.id,
            tz="America/Toronto",
        )
        cls.employee.user_id = cls.user
        cls.location.write({"latitude": 43.6532, "longitude": -79.3832})

    def play(self, url, story, ready, login="fclk_phone"):
        self.env.flush_all()
        self.browser_js(url, read_story(story), ready=ready, login=login, timeout=60)

    def test_clocking_on_a_phone(self):
        self.play(
            "/my/clock",
            "portal_clock_story.js",
            "document.querySelector('.o_fusion_clock_now')?.getAttribute('aria-busy') === 'false'",
        )
        row = self.employee.attendance_ids
        self.assertEqual(len(row), 1)
        self.assertEqual((row.x_fclk_clock_source, row.in_mode), ("portal", "portal"))
        self.assertEqual(row.x_fclk_location_id, self.location)
        self.assertFalse(row.check_out)
        self.assertEqual(
            self.events(self.employee), ["geofence_reject", "clock_in", "unscheduled_shift"]
        )

    def test_asking_for_a_correction(self):
        row = self.make_attendance("2026-06-01 13:00:00", "2026-06-01 21:00:00")
        self.play(
            f"/my/clock/requests?attendance_id={row.id}",
            "portal_request_story.js",
            "document.querySelector('.o_fusion_clock_correction [data-field=check_out]') && "
            "document.querySelector('.o_fusion_clock_correction [name=check_out]').value !== ''",
        )
        correction = self.env["fusion.clock.correction"].search([("attendance_id", "=", row.id)])
        self.assertEqual(correction.kind, "missed_out")
        self.assertEqual(correction.requested_check_out, datetime(2026, 6, 1, 22, 30))
        self.assertEqual(correction.reason, "Inventory")


@tagged("post_install", "-at_install")
class TestSystrayBrowser(HttpCase, ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee.user_id = new_test_user(
            cls.env,
            "fclk_desk",
            groups="base.group_user",
            company_id=cls.company.id,
            tz="America/Toronto",
        )
        cls.company.attendance_from_systray = True
        cls.location.write({"latitude": 43.6532, "longitude": -79.3832})
        shift = {"name": "Every day", "start_time": 8, "end_time": 16.5, "break_minutes": 30}
        days = {f"day_{day}": True for day in ("sat", "sun")}
        cls.employee.x_fclk_shift_id = cls.env["fusion.clock.shift"].create(shift | days)

    def test_the_systray(self):
        row = self.make_attendance("2026-06-01 13:00:00", "2026-06-02 05:00:00")
        row.x_fclk_pending_reason = True
        self.env.flush_all()

        self.browser_js(
            "/odoo",
            read_story("systray_story.js"),
            ready="!!document.querySelector('.o_menu_systray .fa-circle')",
            login="fclk_desk",
            timeout=60,
        )

        row.invalidate_recordset()
        self.assertEqual(row.x_fclk_close_reason, "The battery was empty")
        self.assertFalse(row.x_fclk_pending_reason)
        opened = self.employee.attendance_ids - row
        self.assertEqual((len(opened), opened.x_fclk_clock_source), (1, "systray"))
        self.assertEqual(opened.check_in.date(), fields.Datetime.now().date())
        self.assertIn("geofence_reject", self.events(self.employee))
