from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import convert_file

from .common import ClockCase

KEY = "fusion_clock.nfc_enroll_password"


@tagged("post_install", "-at_install")
class TestSettings(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Parameter = cls.env["ir.config_parameter"].sudo()
        cls.Settings = cls.env["res.config.settings"]

    def test_install_values(self):
        read = self.Parameter
        self.set_config(enable_nfc_kiosk=False)
        for key, value in {
            "auto_deduct_break": "True",
            "default_break_minutes": "30.0",
            "max_shift_hours": "16.0",
            "late_grace_minutes": "5",
            "penalty_minutes": "15",
            "penalty_mode": "fixed",
            "tap_debounce_seconds": "5",
            "geofence_policy": "block",
            "geofence_max_accuracy_m": "500",
            "log_retention_days": "730",
            "offline_max_hours": "24",
        }.items():
            self.assertEqual(read.get_param(f"fusion_clock.{key}"), value, key)
        for key in ("enable_nfc_kiosk", "enable_penalties", "nfc_enroll_password"):
            self.assertFalse(read.get_param(f"fusion_clock.{key}"), key)
        self.assertFalse(read.get_param("fusion_clock.break_threshold_hours"))
        self.assertNotIn("fclk_break_threshold_hours", self.Settings._fields)

    def test_false_and_zero_stay_off_through_the_screen(self):
        with Form(self.Settings) as form:
            form.fclk_auto_deduct_break = False
            form.fclk_default_break_minutes = 0
            form.fclk_late_grace_minutes = 0
        form.record.execute()

        self.assertFalse(self.Parameter._fclk_get_bool("auto_deduct_break"))
        self.assertEqual(self.Parameter._fclk_get_float("default_break_minutes"), 0.0)
        again = Form(self.Settings)
        self.assertFalse(again.fclk_auto_deduct_break)
        self.assertEqual(again.fclk_default_break_minutes, 0.0)
        self.assertEqual(again.fclk_late_grace_minutes, 0)

    def test_an_update_brings_nothing_back(self):
        """The data rows say forcecreate=0: what was deleted stays deleted."""
        self.set_config(auto_deduct_break=False)
        self.Parameter.set_param("fusion_clock.break_threshold_hours", "5")

        for name in ("data", "cleanup"):
            path = f"data/ir_config_parameter_{name}.xml"
            convert_file(self.env, "fusion_clock", path, {}, "update")

        self.assertFalse(self.Parameter.get_param("fusion_clock.break_threshold_hours"))
        self.assertFalse(self.Parameter._fclk_get_bool("auto_deduct_break"))

    def test_texts_are_read_strictly(self):
        for text, expected in [
            ("True", True),
            ("1", True),
            ("true", True),
            ("False", False),
            ("0", False),
            ("yes", False),
        ]:
            self.Parameter.set_param("fusion_clock.enable_penalties", text)
            self.assertIs(self.Parameter._fclk_get_bool("enable_penalties"), expected, text)
            values = self.Settings.default_get(["fclk_enable_penalties"])
            self.assertIs(values["fclk_enable_penalties"], expected, text)
        for text, expected in [("abc", 0.0), ("-5", 0.0), ("nan", 0.0), ("inf", 0.0), ("7", 7.0)]:
            self.Parameter.set_param("fusion_clock.penalty_minutes", text)
            self.assertEqual(self.Parameter._fclk_get_float("penalty_minutes"), expected, text)

    def test_the_password_is_hashed_whoever_writes_it(self):
        self.Parameter.set_param(KEY, "door-open")
        first = self.Parameter.get_param(KEY)
        self.assertTrue(first.startswith("$pbkdf2-sha512$"))
        self.assertTrue(self.Parameter._fclk_is_enroll_password("door-open"))
        self.assertFalse(self.Parameter._fclk_is_enroll_password("door-shut"))
        self.assertFalse(self.Parameter._fclk_is_enroll_password(""))
        self.assertFalse(self.Parameter._fclk_is_enroll_password(first))

        row = self.Parameter.search([("key", "=", KEY)])
        row.value = "second-door"
        self.assertNotIn("second-door", row.value)
        self.assertTrue(self.Parameter._fclk_is_enroll_password("second-door"))
        row.unlink()
        self.Parameter.create([{"key": KEY, "value": "third-door"}])
        self.assertTrue(self.Parameter._fclk_is_enroll_password("third-door"))
        other = self.Parameter.create({"key": "fusion_clock.other", "value": "plain text"})
        other.key = KEY + "2"
        self.assertEqual(other.value, "plain text")

    def test_a_short_password_is_refused_and_an_empty_one_removes(self):
        self.Parameter.set_param(KEY, "good-one")
        with self.assertRaises(ValidationError):
            self.Parameter.set_param(KEY, "abc")
        self.assertTrue(self.Parameter._fclk_is_enroll_password("good-one"))

        self.Parameter.set_param(KEY, "")
        self.assertFalse(self.Parameter.search([("key", "=", KEY)]))

    def test_the_password_field_is_write_only(self):
        self.Settings.create({"fclk_nfc_enroll_password": "good-one"}).execute()
        stored = self.Parameter.get_param(KEY)
        self.assertTrue(self.Parameter._fclk_is_enroll_password("good-one"))

        shown = self.Settings.default_get(["fclk_nfc_enroll_password"])
        self.assertEqual(shown["fclk_nfc_enroll_password"], "••••••••")
        self.Settings.create({}).execute()
        self.assertEqual(self.Parameter.get_param(KEY), stored)

        self.Settings.create({"fclk_nfc_enroll_password": ""}).execute()
        self.assertFalse(self.Parameter.get_param(KEY))

    def test_quebec_takes_no_photos_until_switched_on(self):
        quebec = self.env["res.company"].create(
            {"name": "Érable", "state_id": self.env.ref("base.state_ca_qc").id}
        )
        self.assertFalse(quebec.x_fclk_take_photos)
        self.assertTrue(self.company.x_fclk_take_photos)
        quebec.x_fclk_take_photos = True
        self.assertTrue(quebec.x_fclk_take_photos)
