from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers import kiosk_gate
from .common import CARD, CARD_B, ClockHttpCase, make_photo

TAP = "/fusion_clock/kiosk/nfc/tap"
ENROLL = "/fusion_clock/kiosk/nfc/enroll"
UNLOCK = "/fusion_clock/kiosk/nfc/unlock"
ROUTES = {
    "/fusion_clock/kiosk/search": {"query": "amira"},
    "/fusion_clock/kiosk/nfc/employee_search": {"query": "amira"},
    TAP: {"card_uid": CARD},
    ENROLL: {"employee_id": 1, "card_uid": CARD},
    UNLOCK: {"enroll_password": "door-open"},
    "/fusion_clock/kiosk/nfc/lock": {},
    "/fusion_clock/kiosk/nfc/manager_data": {},
    "/fusion_clock/kiosk/nfc/profile_photo": {"employee_id": 1, "photo_b64": ""},
    "/fusion_clock/kiosk/heartbeat": {},
}


@tagged("post_install", "-at_install")
class TestKioskRoutes(ClockHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_config(nfc_enroll_password="door-open")

    def setUp(self):
        super().setUp()
        self.authenticate("fclk_kiosk", "fclk_kiosk")

    def test_the_tablet_s_portal_user_clocks_people(self):
        answer = self.call(TAP, card_uid=CARD)
        self.assertEqual(
            (answer["action"], answer["employee_name"]), ("clock_in", "Amira Tremblay")
        )
        self.assertEqual(self.call(TAP, card_uid=CARD)["error"], "debounce")
        self.employee.invalidate_recordset()
        row = self.employee.last_attendance_id
        self.assertEqual(row.create_uid, self.kiosk_user)
        self.assertEqual(row.x_fclk_clock_source, "nfc_kiosk")

    def test_a_tap_with_photo(self):
        self.set_config(nfc_photo_required=True)
        self.env.flush_all()
        self.assertEqual(self.call(TAP, card_uid=CARD)["error"], "photo_required")
        answer = self.call(TAP, card_uid=CARD, photo_b64=make_photo())
        row = self.Attendance.browse(answer["attendance_id"])
        self.assertTrue(row.x_fclk_check_in_photo)

    @mute_logger("odoo.http")
    def test_nobody_else_may_call(self):
        new_test_user(self.env, "fclk_plain", groups="base.group_user", password="fclk_plain")
        new_test_user(self.env, "fclk_portal", groups="base.group_portal", password="fclk_portal")
        for login in ("fclk_plain", "fclk_portal", None):
            self.authenticate(login, login)
            for path, params in ROUTES.items():
                with self.subTest(login=login, path=path):
                    answer = self.call_raw(path, **params)
                    name = answer["error"]["data"]["name"]
                    self.assertIn(
                        name,
                        ("odoo.exceptions.AccessError", "odoo.http.SessionExpiredException"),
                    )
        self.assertFalse(self.employee.attendance_ids)

    def test_another_company_s_kiosk_knows_nobody(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.kiosk_user.write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.env.flush_all()
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        self.assertEqual(self.call(TAP, card_uid=CARD)["error"], "card_unknown")
        self.assertEqual(self.call("/fusion_clock/kiosk/search", query="am"), {"employees": []})
        self.call(UNLOCK, enroll_password="door-open")
        answer = self.call(ENROLL, employee_id=self.colleague.id, card_uid=CARD_B)
        self.assertEqual(answer["error"], "employee_not_found")
        self.assertEqual(
            self.url_open(f"/fusion_clock/kiosk/avatar/{self.employee.id}").status_code, 404
        )

    def test_search_routes_agree(self):
        one, two = (
            self.call(path, query="amira")
            for path in ("/fusion_clock/kiosk/search", "/fusion_clock/kiosk/nfc/employee_search")
        )
        self.assertEqual(one, two)
        self.assertEqual([row["id"] for row in one["employees"]], [self.employee.id])

    def test_enrolment_needs_the_password(self):
        params = {"employee_id": self.colleague.id, "card_uid": CARD_B}
        for password in (None, "", "wrong", 5, ["door-open"]):
            answer = self.call(ENROLL, **params, enroll_password=password)
            self.assertEqual(answer["error"], "wrong_password", password)
            self.assertEqual(answer["code"], 403)
            self.env["fusion.clock.rate"].sudo().search([]).unlink()
        self.assertFalse(self.colleague.x_fclk_nfc_card_uid)
        done = self.call(ENROLL, **params, enroll_password="door-open")
        self.assertEqual(done, {"success": True, "employee_name": "Ben Singh", "card_uid": CARD_B})
        self.assertEqual(self.call(TAP, card_uid=CARD_B)["action"], "clock_in")

    def test_an_unlocked_session_enrols_and_expires(self):
        self.assertEqual(self.call("/fusion_clock/kiosk/nfc/manager_data")["error"], "locked")
        self.assertEqual(
            self.call(UNLOCK, enroll_password="door-open"), {"success": True, "expires_in": 60}
        )
        self.assertIn("unknown_cards", self.call("/fusion_clock/kiosk/nfc/manager_data"))
        params = {"employee_id": self.colleague.id, "card_uid": CARD_B}
        self.assertTrue(self.call(ENROLL, **params)["success"])
        self.assertEqual(self.call("/fusion_clock/kiosk/nfc/lock"), {"success": True})
        self.assertEqual(self.call(ENROLL, **params)["error"], "wrong_password")

        self.call(UNLOCK, enroll_password="door-open")
        later = kiosk_gate.time.time() + 61
        with patch.object(kiosk_gate.time, "time", return_value=later):
            self.assertEqual(self.call("/fusion_clock/kiosk/nfc/manager_data")["error"], "locked")

    def test_each_manager_call_renews_the_minute(self):
        start = kiosk_gate.time.time()
        self.call(UNLOCK, enroll_password="door-open")
        for seconds in (50, 100, 150):
            with patch.object(kiosk_gate.time, "time", return_value=start + seconds):
                data = self.call("/fusion_clock/kiosk/nfc/manager_data")
                self.assertNotIn("error", data, seconds)

    def test_five_wrong_passwords_lock_out(self):
        now = fields.Datetime.now().replace(minute=1, second=0)  # early in a 5-minute window
        with self.freeze(now):
            for _try in range(5):
                answer = self.call(UNLOCK, enroll_password="wrong")
                self.assertEqual((answer["error"], answer["code"]), ("wrong_password", 403))
            answer = self.call(UNLOCK, enroll_password="door-open")
            self.assertEqual(answer["error"], "locked_out")
            self.assertEqual(answer["retry_after"], 240)
            enrol = self.call(ENROLL, employee_id=1, card_uid=CARD_B, enroll_password="door-open")
            self.assertEqual(enrol["error"], "locked_out")
        with self.freeze(now + timedelta(minutes=4)):
            self.assertTrue(self.call(UNLOCK, enroll_password="door-open")["success"])
        self.assertEqual(
            self.events(user_id=self.kiosk_user.id), ["unlock_failed"] * 5 + ["unlock"]
        )

    def freeze(self, moment):
        return patch.object(
            self.registry["fusion.clock.rate"],
            "_get_window",
            lambda _self, window_s: (
                moment.replace(minute=moment.minute // 5 * 5),
                window_s - moment.minute % 5 * 60,
            ),
        )

    def test_without_a_password_a_kiosk_cannot_be_opened(self):
        self.set_config(nfc_enroll_password=False)
        self.env.flush_all()
        params = {"employee_id": self.colleague.id, "card_uid": CARD_B}
        self.assertEqual(self.call(UNLOCK, enroll_password="")["error"], "enroll_locked")
        self.assertEqual(self.call(ENROLL, **params)["error"], "enroll_locked")
        new_test_user(
            self.env,
            "fclk_boss",
            groups="fusion_clock.group_fusion_clock_manager",
            password="fclk_boss",
            company_id=self.company.id,
        )
        self.authenticate("fclk_boss", "fclk_boss")
        self.assertTrue(self.call(ENROLL, **params)["success"])

    def test_profile_photo(self):
        path = "/fusion_clock/kiosk/nfc/profile_photo"
        params = {"employee_id": self.colleague.id, "photo_b64": make_photo()}
        self.assertEqual(self.call(path, **params)["error"], "locked")
        self.call(UNLOCK, enroll_password="door-open")
        before = self.colleague.image_1920
        answer = self.call(path, employee_id=self.colleague.id, photo_b64="nonsense")
        self.assertEqual(answer["error"], "photo_invalid")
        self.assertEqual(self.colleague.image_1920, before)
        self.assertEqual(self.call(path, **params), {"success": True})
        self.colleague.invalidate_recordset()
        self.assertNotEqual(self.colleague.image_1920, before)
        self.assertEqual(self.events(self.colleague), ["profile_photo"])

    def test_avatar(self):
        response = self.url_open(f"/fusion_clock/kiosk/avatar/{self.employee.id}")
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.headers["Content-Type"].startswith("image/"))
        self.assertEqual(self.url_open("/fusion_clock/kiosk/avatar/999999").status_code, 404)
        new_test_user(self.env, "fclk_plain", groups="base.group_user", password="fclk_plain")
        self.authenticate("fclk_plain", "fclk_plain")
        response = self.url_open(f"/fusion_clock/kiosk/avatar/{self.employee.id}")
        self.assertEqual(response.status_code, 404)

    def test_heartbeat(self):
        answer = self.call("/fusion_clock/kiosk/heartbeat", queue_length=3, battery=80)
        self.assertEqual((answer["success"], answer["messages"]), (True, []))
        self.assertTrue(fields.Datetime.to_datetime(answer["server_time"]))

    def test_the_kiosk_speaks_the_company_s_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        self.company.partner_id.lang = "fr_CA"
        self.assertEqual(self.company.x_fclk_kiosk_lang, "fr_CA")

    def test_answers_carry_no_more_than_needed(self):
        answer = self.call(TAP, card_uid=CARD)
        text = str(answer)
        self.assertNotIn("4711", text)
        self.assertNotIn(CARD, text)


@tagged("post_install", "-at_install")
class TestOwnClockRoutes(ClockHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "fclk_worker",
            groups="base.group_portal",
            password="fclk_worker",
            company_id=cls.company.id,
        )
        cls.employee.user_id = cls.user

    def test_portal_users_clock_themselves(self):
        self.authenticate("fclk_worker", "fclk_worker")
        answer = self.call("/fusion_clock/clock", expected="clock_in")
        self.assertEqual((answer["action"], answer["employee_id"]), ("clock_in", self.employee.id))
        self.assertEqual(
            self.call("/fusion_clock/clock", expected="clock_in")["error"], "state_changed"
        )
        status = self.call("/fusion_clock/status")
        self.assertEqual(status["state"], "checked_in")
        self.assertEqual(
            set(status),
            {"state", "since", "net_hours_today", "week_net_hours", "today", "pending_reason"},
        )
        self.employee.invalidate_recordset()
        row = self.employee.last_attendance_id
        self.assertEqual((row.in_mode, row.x_fclk_clock_source), ("portal", "portal"))
        self.assertEqual(len(self.employee.attendance_ids), 1)

    def test_a_user_without_employee_is_told(self):
        self.authenticate("fclk_kiosk", "fclk_kiosk")
        for path in ("/fusion_clock/clock", "/fusion_clock/status"):
            answer = self.call(path)
            self.assertEqual(answer["error"], "no_employee")
            self.assertEqual(answer["message"], "No employee is linked to your account.")

    def test_a_refusal_changes_nothing_and_stays_logged(self):
        self.location.write({"latitude": 43.6532, "longitude": -79.3832})
        self.env.flush_all()
        self.authenticate("fclk_worker", "fclk_worker")
        for params, code in [
            ({}, "location_required"),
            ({"latitude": "abc", "longitude": 1}, "location_invalid"),
            ({"latitude": 0, "longitude": 0}, "location_invalid"),
            ({"latitude": 45, "longitude": -79}, "outside_geofence"),
        ]:
            self.assertEqual(self.call("/fusion_clock/clock", **params)["error"], code)
        self.assertFalse(self.employee.attendance_ids)
        self.assertEqual(self.events(self.employee), ["clock_refused"] * 3 + ["geofence_reject"])

    @mute_logger("odoo.http")
    def test_anonymous_may_not(self):
        self.authenticate(None, None)
        for path in ("/fusion_clock/clock", "/fusion_clock/status"):
            self.assertIn("error", self.call_raw(path))
