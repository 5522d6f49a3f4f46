from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CARD, ClockHttpCase


@tagged("post_install", "-at_install")
class TestStation(ClockHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.back_door = cls.env["fusion.clock.location"].create(
            {"name": "Back Door", "company_id": cls.company.id}
        )
        cls.station = cls.env["fusion.clock.station"].create(
            {"name": "South", "company_id": cls.company.id, "location_id": cls.back_door.id}
        )
        cls.set_config(nfc_enroll_password="2468", tap_debounce_seconds=0)

    def pair(self):
        code = self.station._new_pairing_code()
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        self.call("/fusion_clock/kiosk/nfc/unlock", enroll_password="2468")
        return self.call("/fusion_clock/kiosk/pair", code=f" {code[:4]} {code[4:]}")

    def test_pairing_and_a_tap_at_the_station(self):
        answer = self.pair()
        self.assertEqual((answer["station"], answer["location"]), ("South", "Back Door"))
        token = answer["station_token"]
        self.assertNotEqual(self.station.token_hash, token)
        self.assertEqual(self.station.state, "online")

        tap = self.call("/fusion_clock/kiosk/nfc/tap", card_uid=CARD, station_token=token)

        row = self.Attendance.browse(tap["attendance_id"])
        self.assertEqual(row.x_fclk_location_id, self.back_door)
        self.assertEqual(row.x_fclk_station_id, self.station)
        log = self.Log.search([("event", "=", "clock_in")])
        self.assertEqual(log.station_id, self.station)
        self.assertEqual(self.events(event="station_paired"), ["station_paired"])

    def test_without_a_token_the_company_s_location_counts(self):
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        tap = self.call("/fusion_clock/kiosk/nfc/tap", card_uid=CARD)
        row = self.Attendance.browse(tap["attendance_id"])
        self.assertEqual(row.x_fclk_location_id, self.location)
        self.assertFalse(row.x_fclk_station_id)

    def test_revoked_at_once_on_every_route(self):
        token = self.pair()["station_token"]
        self.station.action_revoke()
        for route, params in (
            ("/fusion_clock/kiosk/nfc/tap", {"card_uid": CARD}),
            ("/fusion_clock/kiosk/clock", {"employee_id": self.employee.id, "pin": "4711"}),
            ("/fusion_clock/kiosk/nfc/replay", {"taps": [], "client_now": "2026-06-01 12:00:00"}),
            ("/fusion_clock/kiosk/heartbeat", {}),
        ):
            answer = self.call(route, station_token=token, **params)
            self.assertEqual(answer["error"], "station_revoked", route)
        self.assertFalse(self.Attendance.search([("employee_id", "=", self.employee.id)]))
        with self.assertRaises(UserError):
            self.station._new_pairing_code()

    def test_a_code_works_once_for_ten_minutes_in_its_company(self):
        code = self.station._new_pairing_code()
        Station = self.env["fusion.clock.station"]
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(Station._pair(code, other)[0])
        with freeze_time(fields.Datetime.now() + timedelta(minutes=10, seconds=1)):
            self.assertFalse(Station._pair(code, self.company)[0])
        self.assertEqual(Station._pair(code, self.company)[0], self.station)
        self.assertFalse(Station._pair(code, self.company)[0])
        for nothing in (None, "", False, 5, "%"):
            self.assertFalse(Station._pair(nothing, self.company)[0])

    def test_pairing_needs_an_unlocked_kiosk_and_is_limited(self):
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        code = self.station._new_pairing_code()
        self.assertEqual(self.call("/fusion_clock/kiosk/pair", code=code)["error"], "locked")
        self.call("/fusion_clock/kiosk/nfc/unlock", enroll_password="2468")
        for _round in range(5):
            self.assertEqual(
                self.call("/fusion_clock/kiosk/pair", code="WRONG234")["error"], "not_found"
            )
        self.assertEqual(self.call("/fusion_clock/kiosk/pair", code=code)["error"], "locked_out")
        self.assertFalse(self.station.token_hash)

    def test_a_heartbeat_is_the_station_s_health(self):
        token = self.pair()["station_token"]
        self.call("/fusion_clock/kiosk/heartbeat", station_token=token, queue_length=3, battery=81)
        self.station.invalidate_recordset()
        self.assertEqual((self.station.queue_length, self.station.battery_percent), (3, 81))
        for queue, battery in (("many", "full"), (-1, 400), (10**9, None)):
            self.call(
                "/fusion_clock/kiosk/heartbeat",
                station_token=token,
                queue_length=queue,
                battery=battery,
            )
            self.station.invalidate_recordset()
            self.assertEqual((self.station.queue_length, self.station.battery_percent), (0, 0))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=11)):
            self.station.invalidate_recordset()
            self.assertEqual(self.station.state, "silent")
            checks = {row["code"]: row for row in self.env["fusion.health"]._fusion_health_checks()}
            self.assertEqual(checks["fusion_clock.silent_stations"]["state"], "warning")

    def test_messages(self):
        self.env["fusion.clock.message"].create(
            [
                {"body": "Stocktaking on Friday", "company_id": self.company.id},
                {
                    "body": "See Lena",
                    "company_id": self.company.id,
                    "employee_ids": [(6, 0, self.employee.ids)],
                },
                {
                    "body": "Over",
                    "company_id": self.company.id,
                    "date_from": "2020-01-01",
                    "date_to": "2020-01-02",
                },
            ]
        )
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        beat = self.call("/fusion_clock/kiosk/heartbeat")
        self.assertEqual(beat["messages"], ["Stocktaking on Friday"])
        self.assertIn("See Lena", self.call("/fusion_clock/kiosk/nfc/tap", card_uid=CARD)["notes"])
        again = self.call("/fusion_clock/kiosk/nfc/tap", card_uid=CARD)
        self.assertNotIn("See Lena", again["notes"])

    def test_only_managers_see_stations_and_messages(self):
        lead = new_test_user(
            self.env, "st_lead", groups="fusion_clock.group_fusion_clock_team_lead"
        )
        manager = new_test_user(
            self.env,
            "st_man",
            groups="fusion_clock.group_fusion_clock_manager",
            company_id=self.company.id,
        )
        for model in ("fusion.clock.station", "fusion.clock.message"):
            for user in (lead, self.kiosk_user):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        self.assertTrue(self.station.with_user(manager).name)
        with self.assertRaises(AccessError):
            self.station.with_user(manager).read(["token_hash"])
        other = self.env["res.company"].create({"name": "Other"})
        place = self.env["fusion.clock.location"].create({"name": "Far", "company_id": other.id})
        self.env["fusion.clock.station"].create(
            {"name": "Far", "company_id": other.id, "location_id": place.id}
        )
        seen = self.env["fusion.clock.station"].with_user(manager).search([])
        self.assertEqual(seen, self.station)
