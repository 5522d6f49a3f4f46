from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import ChromeBrowser

KIOSK = "/fusion_clock/kiosk/nfc"
CARD = "04:A2:B5:62:C1:80"
STATE = "document.querySelector('.o_fusion_clock_kiosk')?.dataset.state"
READY = f"['setup', 'idle'].includes({STATE})"
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@tagged("post_install", "-at_install")
class TestKioskBrowser(HttpCase):
    """The kiosk page in a real browser with a camera, driven by an injected NDEFReader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.partner_id.lang = "en_US"
        cls.company.x_fclk_take_photos = True
        cls.location = cls.env["fusion.clock.location"].create({"name": "Front door"})
        cls.company.x_fclk_nfc_kiosk_location_id = cls.location
        set_param = cls.env["ir.config_parameter"].set_param
        set_param("fusion_clock.enable_nfc_kiosk", "True")
        set_param("fusion_clock.nfc_photo_required", "True")
        set_param("fusion_clock.nfc_enroll_password", "2468")
        set_param("fusion_clock.tap_debounce_seconds", "5")
        groups = "base.group_portal,fusion_clock.group_fusion_clock_kiosk"
        new_test_user(cls.env, login="wall_kiosk", groups=groups)
        cls.maya = cls.env["hr.employee"].create({"name": "Maya Tester"})

    def setUp(self):
        super().setUp()
        spawn = ChromeBrowser._spawn_chrome

        def spawn_with_camera(browser, command):
            return spawn(browser, [command[0], *FAKE_CAMERA, *command[1:]])

        patcher = patch.object(ChromeBrowser, "_spawn_chrome", spawn_with_camera)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_first_day_of_a_tablet(self):
        self.play("kiosk_story.js")

        attendance = self.maya.attendance_ids
        self.assertEqual(len(attendance), 1)
        self.assertTrue(attendance.check_out)
        self.assertEqual(attendance.x_fclk_clock_source, "nfc_kiosk")
        self.assertEqual(attendance.x_fclk_clock_out_source, "nfc_kiosk")
        self.assertEqual(attendance.x_fclk_location_id, self.location)
        self.assertEqual(attendance.x_fclk_out_location_id, self.location)
        self.assertEqual(self.maya.x_fclk_nfc_card_uid, CARD)
        for photo in (attendance.x_fclk_check_in_photo, attendance.x_fclk_check_out_photo):
            self.assertTrue(photo, "the silent photo is missing")
        events = self.env["fusion.clock.activity.log"].search([("card_uid", "=", CARD)])
        self.assertEqual(
            sorted(events.mapped("event")),
            ["clock_in", "clock_out", "enroll", "tap_unknown", "unscheduled_shift"],
        )
        failed = self.env["fusion.clock.activity.log"].search_count(
            [("event", "=", "unlock_failed")]
        )
        self.assertEqual(failed, 1)

    def play(self, name, url=KIOSK, **values):
        """Run a story in the page, put after the steps that stories share."""
        texts = [Path(__file__).with_name(file).read_text() for file in ("kiosk_lib.js", name)]
        given = "".join(
            f"localStorage.setItem('{key}', '{value}');" for key, value in values.items()
        )
        self.browser_js(url, given + "\n".join(texts), ready=READY, login="wall_kiosk", timeout=120)

    def test_taps_wait_for_the_connection(self):
        set_param = self.env["ir.config_parameter"].set_param
        set_param("fusion_clock.nfc_offline_queue", "True")
        self.maya.x_fclk_nfc_card_uid = CARD

        self.play("offline_story.js")

        self.env.invalidate_all()
        # in (answer lost, sent again), out (saved), in (live)
        first, second = self.maya.attendance_ids.sorted("check_in")
        self.assertTrue(first.check_out and first.x_fclk_check_in_photo)
        self.assertTrue(first.x_fclk_check_out_photo, "the photo waited with the tap")
        self.assertFalse(second.check_out)
        log = self.env["fusion.clock.activity.log"]
        replayed = log.search([("event", "=", "offline_replayed")])
        self.assertCountEqual(replayed.mapped("card_uid"), [CARD, "04:77:77:77:77"])
        hers = log.search([("employee_id", "=", self.maya.id)]).mapped("event")
        self.assertEqual((hers.count("clock_in"), hers.count("clock_out")), (2, 1))

    def test_pin_kiosk(self):
        self.maya.pin = "2580"
        self.env["ir.config_parameter"].set_param("fusion_clock.enable_nfc_kiosk", False)

        self.play("pin_story.js", "/fusion_clock/kiosk")

        attendance = self.maya.attendance_ids
        self.assertEqual(len(attendance), 1)
        self.assertEqual(attendance.x_fclk_clock_source, "kiosk")
        self.assertEqual(attendance.x_fclk_location_id, self.location)
        self.assertTrue(attendance.x_fclk_check_in_photo)
        events = self.env["fusion.clock.activity.log"].search([("employee_id", "=", self.maya.id)])
        self.assertEqual(
            sorted(events.mapped("event")), ["clock_in", "pin_failed", "unscheduled_shift"]
        )

    def test_manager_pairs_the_tablet_and_takes_a_profile_photo(self):
        back = self.env["fusion.clock.location"].create({"name": "Back door"})
        station = self.env["fusion.clock.station"].create({"name": "South", "location_id": back.id})
        before = self.maya.image_1920

        self.play("manager_story.js", code=station._new_pairing_code())

        self.env.invalidate_all()
        self.assertTrue(station.is_paired)
        self.assertNotEqual(self.maya.image_1920, before)
        log = self.env["fusion.clock.activity.log"]
        self.assertEqual(log.search_count([("event", "=", "profile_photo")]), 1)

    def test_mock_tap_shortcut_only_in_debug_mode(self):
        self.maya.x_fclk_nfc_card_uid = CARD
        script = """
            const root = document.querySelector(".o_fusion_clock_kiosk");
            localStorage.setItem("fclk_mock_uid", "04a2b562c180");
            root.dataset.state = "idle";
            const key = { ctrlKey: true, shiftKey: true, code: "KeyT", bubbles: true };
            document.dispatchEvent(new KeyboardEvent("keydown", key));
            setTimeout(() => {
                const seen = root.dataset.state;
                seen === "%s" ? console.log("test successful") : console.error(seen);
            }, 1500);
        """
        self.env["ir.config_parameter"].set_param("fusion_clock.nfc_photo_required", False)

        self.browser_js(KIOSK, script % "idle", ready=READY, login="wall_kiosk")
        self.assertFalse(self.maya.attendance_ids)

        self.env["ir.config_parameter"].set_param("fusion_clock.nfc_kiosk_debug", "True")
        self.browser_js(KIOSK, script % "result", ready=READY, login="wall_kiosk")
        self.assertEqual(len(self.maya.attendance_ids), 1)

    def test_page_speaks_the_company_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        clock = self.env["ir.module.module"].search([("name", "=", "fusion_clock")])
        clock._update_translations("fr_CA")
        self.company.partner_id.lang = "fr_CA"
        self.authenticate("wall_kiosk", "wall_kiosk")

        page = self.url_open(KIOSK).text

        self.assertIn('lang="fr-CA"', page)
        self.assertIn("Passez votre carte", page)

    def test_page_is_for_kiosk_and_managers_and_only_when_on(self):
        new_test_user(self.env, login="plain_user", groups="base.group_user")
        self.authenticate("plain_user", "plain_user")
        self.assertTrue(
            self.url_open(KIOSK, allow_redirects=False).headers["Location"].endswith("/my")
        )
        self.authenticate("wall_kiosk", "wall_kiosk")
        self.assertEqual(self.url_open(KIOSK, allow_redirects=False).status_code, 200)
        self.env["ir.config_parameter"].set_param("fusion_clock.enable_nfc_kiosk", False)
        self.assertEqual(self.url_open(KIOSK, allow_redirects=False).status_code, 303)
        self.authenticate(None, None)
        answer = self.url_open(KIOSK, allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
