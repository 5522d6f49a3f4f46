from datetime import datetime, timedelta
from itertools import chain

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CARD, CARD_B, ClockCase, make_photo

START = datetime(2026, 6, 1, 12)


@tagged("post_install", "-at_install")
class TestTap(ClockCase):
    def tap_at(self, seconds, uid=CARD, **kw):
        with freeze_time(START + timedelta(seconds=seconds)):
            return self.tap(uid, **kw)

    def test_a_known_card_clocks(self):
        answer = self.tap_at(0, "04a2b562c180", ip="192.0.2.9")
        self.assertEqual((answer["action"], answer["employee_id"]), ("clock_in", self.employee.id))
        self.assertEqual(
            answer["employee_avatar_url"], f"/fusion_clock/kiosk/avatar/{self.employee.id}"
        )
        row = self.employee.last_attendance_id
        self.assertEqual((row.x_fclk_clock_source, row.in_mode), ("nfc_kiosk", "kiosk"))
        self.assertEqual(row.x_fclk_location_id, self.location)
        log = self.Log.search([("employee_id", "=", self.employee.id), ("event", "=", "clock_in")])
        self.assertEqual((log.card_uid, log.ip_address), (CARD, "192.0.2.9"))
        self.assertEqual((log.attendance_id, log.source), (row, "nfc_kiosk"))

    def test_the_window_slides(self):
        self.assertEqual(self.tap_at(0)["action"], "clock_in")
        for second in range(3, 40, 3):  # a card resting on the reader
            answer = self.tap_at(second)
            self.assertEqual(answer["error"], "debounce", second)
        self.assertEqual(self.tap_at(44)["action"], "clock_out")  # 5 s after the last one
        self.assertEqual(len(self.employee.attendance_ids), 1)
        self.assertEqual(
            self.events(self.employee),
            ["clock_in", "unscheduled_shift", "clock_out"],
        )

    def test_five_fast_taps_change_once(self):
        answers = [self.tap_at(0.2 * n) for n in range(5)]
        self.assertEqual([bool(answer.get("success")) for answer in answers], [True] + [False] * 4)
        self.assertEqual(self.employee.attendance_state, "checked_in")

    def test_no_debounce_when_set_to_zero(self):
        self.set_config(tap_debounce_seconds=0)
        actions = [self.tap_at(0)["action"] for _tap in range(8)]
        self.assertEqual(actions, ["clock_in", "clock_out"] * 4)

    def test_a_refused_tap_starts_no_window(self):
        self.set_config(nfc_photo_required=True)
        self.assertEqual(self.tap_at(0)["error"], "photo_required")
        self.assertFalse(self.employee.x_fclk_last_tap_at)
        self.assertFalse(self.employee.attendance_ids)
        self.assertEqual(self.tap_at(1, photo_b64=make_photo())["action"], "clock_in")

    def test_a_conflict_starts_no_window(self):
        self.make_attendance("2026-06-01 11:00", "2026-06-01 18:00")
        self.assertEqual(self.tap_at(0)["error"], "attendance_conflict")
        self.employee.invalidate_recordset()
        self.assertFalse(self.employee.x_fclk_last_tap_at)
        self.assertEqual(self.events(self.employee), ["clock_refused"])

    def test_order_of_the_refusals(self):
        stranger = "04:00:00:00:00:01"
        self.assertEqual(self.tap("nonsense")["error"], "invalid_uid")
        self.assertEqual(self.tap(stranger)["error"], "card_unknown")
        self.employee.x_fclk_enable_clock = False
        self.company.x_fclk_nfc_kiosk_location_id = False
        self.assertEqual(self.tap()["error"], "clock_disabled")
        self.employee.x_fclk_enable_clock = True
        self.assertEqual(self.tap()["error"], "no_location_configured")
        self.set_config(enable_nfc_kiosk=False)
        self.assertEqual(self.tap("nonsense")["error"], "kiosk_disabled")
        self.assertFalse(self.employee.attendance_ids)

    def test_bad_numbers_are_no_unknown_cards(self):
        for uid in ("", "04A", "ZZ:ZZ:ZZ:ZZ", "04A2B5", "00" * 11, None, 17):
            answer = self.tap(uid)
            self.assertEqual(answer["error"], "invalid_uid", uid)
            self.assertTrue(answer["message"])
        self.assertNotIn("tap_unknown", self.events())

    def test_unknown_cards(self):
        before = self.Log.search_count([("event", "=", "tap_unknown")])
        first = self.tap_at(0, "04a2b562c1ff")
        self.assertEqual(first["error"], "card_unknown")
        self.assertEqual(first["card_uid"], "04:A2:B5:62:C1:FF")
        self.assertEqual(first["message"], "Card not recognised. See your manager.")
        for second in (1, 2, 4):
            self.tap_at(second, "04a2b562c1ff")
        self.tap_at(3, CARD_B)
        self.tap_at(5, "04a2b562c1ff")
        rows = self.Log.search([("event", "=", "tap_unknown")], order="id")
        self.assertEqual(
            rows.mapped("card_uid")[before:],
            ["04:A2:B5:62:C1:FF", CARD_B, "04:A2:B5:62:C1:FF"],
        )
        self.assertEqual(rows[-1].company_id, self.company)

    def test_another_company_s_card_and_an_archived_holder_are_unknown(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["hr.employee"].create(
            {"name": "Guest", "company_id": other.id, "x_fclk_nfc_card_uid": CARD_B}
        )
        self.assertEqual(self.tap(CARD_B)["error"], "card_unknown")
        self.employee.active = False
        self.assertEqual(self.tap()["error"], "card_unknown")
        rows = self.Log.search([("event", "=", "tap_unknown")])
        self.assertEqual(rows.company_id, self.company)

    def test_any_write_path_stores_the_canonical_number(self):
        self.colleague.x_fclk_nfc_card_uid = "04-a2-b5-62-c1-81"
        self.assertEqual(self.colleague.x_fclk_nfc_card_uid, CARD_B)
        made = self.make_employee("New", x_fclk_nfc_card_uid="deadbeef")
        self.assertEqual(made.x_fclk_nfc_card_uid, "DE:AD:BE:EF")
        with self.assertRaises(ValidationError):
            made.x_fclk_nfc_card_uid = "not a card"

    def test_an_empty_number_is_null(self):
        (self.employee | self.colleague).write({"x_fclk_nfc_card_uid": ""})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT x_fclk_nfc_card_uid FROM hr_employee WHERE id IN %s",
            [(self.employee.id, self.colleague.id)],
        )
        self.assertEqual(list(chain.from_iterable(self.env.cr.fetchall())), [None, None])

    @mute_logger("odoo.sql_db")
    def test_one_card_one_employee(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.colleague.x_fclk_nfc_card_uid = "04a2b562c180"
            self.env.flush_all()
        self.assertNotIn("x_fclk_nfc_card_uid", self.employee.copy_data()[0])

    def test_archiving_frees_the_card(self):
        self.employee.active = False
        self.assertFalse(self.employee.x_fclk_nfc_card_uid)
        log = self.Log.search([("event", "=", "unenroll")])
        self.assertEqual((log.employee_id, log.card_uid), (self.employee, CARD))

    def test_enrol(self):
        enrol = self.Employee._fclk_enroll
        done = enrol(self.colleague.id, "04a2b562c181", self.company)
        self.assertEqual(done, {"success": True, "employee_name": "Ben Singh", "card_uid": CARD_B})
        self.assertEqual(self.colleague.x_fclk_nfc_card_uid, CARD_B)
        self.assertTrue(enrol(self.colleague.id, CARD_B, self.company)["success"])
        self.assertEqual(self.events(self.colleague), ["enroll"])
        renewed = enrol(self.colleague.id, "04a2b562c182", self.company)
        self.assertTrue(renewed["success"])
        log = self.Log.search([("employee_id", "=", self.colleague.id)], limit=1)
        self.assertEqual(log.details, {"replaced_card": CARD_B})
        self.assertEqual(log.card_uid, "04:A2:B5:62:C1:82")

    def test_refused_enrolments(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        guest = self.env["hr.employee"].create(
            {"name": "Guest", "company_id": other.id, "x_fclk_nfc_card_uid": "AA:BB:CC:DD"}
        )
        enrol = self.Employee._fclk_enroll
        for employee_id, uid, code in [
            (self.colleague.id, "xyz", "invalid_uid"),
            (self.colleague.id, "08123456", "random_uid"),
            (guest.id, CARD_B, "employee_not_found"),
            (0, CARD_B, "employee_not_found"),
            ("1 OR 1=1", CARD_B, "employee_not_found"),
            (self.colleague.id, CARD, "card_already_assigned"),
            (self.colleague.id, "AABBCCDD", "card_already_assigned"),
        ]:
            with self.subTest(code=code, uid=uid):
                answer = enrol(employee_id, uid, self.company)
                self.assertEqual(answer["error"], code)
                self.assertTrue(answer["message"])
        named = enrol(self.colleague.id, CARD, self.company)
        self.assertEqual(named["existing_employee"], "Amira Tremblay")
        self.assertIn("Amira Tremblay", named["message"])
        foreign = enrol(self.colleague.id, "AABBCCDD", self.company)
        self.assertEqual(foreign["existing_employee"], "")
        self.assertNotIn("Guest", foreign["message"])
        self.assertFalse(self.colleague.x_fclk_nfc_card_uid)
        self.assertEqual(self.employee.x_fclk_nfc_card_uid, CARD)

    def test_search(self):
        search = self.Employee._fclk_search
        self.make_employee("100% Sure_thing")
        self.make_employee("Disabled Singh", x_fclk_enable_clock=False)
        self.make_employee("Gone Singh", active=False)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["hr.employee"].create({"name": "Foreign Singh", "company_id": other.id})
        self.assertEqual(search("s", self.company), [])
        self.assertEqual(search(None, self.company), [])
        found = search("singh", self.company)
        self.assertEqual(
            found,
            [
                {
                    "id": self.colleague.id,
                    "name": "Ben Singh",
                    "job": "",
                    "avatar_url": f"/fusion_clock/kiosk/avatar/{self.colleague.id}",
                    "state": "checked_out",
                }
            ],
        )
        self.assertEqual(search("%%", self.company), [])
        self.assertEqual(search("__", self.company), [])
        self.assertEqual(search("0% ", self.company)[0]["name"], "100% Sure_thing")
        self.assertEqual(search("e_t", self.company)[0]["name"], "100% Sure_thing")
        self.assertEqual(search("\\\\", self.company), [])
        self.tap()
        self.assertEqual(search("amira", self.company)[0]["state"], "checked_in")

    def test_search_is_bounded(self):
        self.env["hr.employee"].create(
            [{"name": f"Many {n:02d}", "company_id": self.company.id} for n in range(25)]
        )
        self.assertEqual(len(self.Employee._fclk_search("many", self.company)), 20)

    def test_manager_data(self):
        self.tap("04a2b562c1ff")
        self.tap()
        data = self.Employee._fclk_manager_data(self.company)
        self.assertEqual(
            [card["card_uid"] for card in data["unknown_cards"]], ["04:A2:B5:62:C1:FF"]
        )
        self.assertEqual(data["in_now"], 1)
        self.Employee._fclk_enroll(self.colleague.id, "04a2b562c1ff", self.company)
        self.assertEqual(self.Employee._fclk_manager_data(self.company)["unknown_cards"], [])
