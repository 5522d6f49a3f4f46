from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ClockCase

NOON = datetime(2026, 6, 1, 12)


@tagged("post_install", "-at_install")
class TestPin(ClockCase):
    def clock(self, pin, minutes=0, employee=None):
        with freeze_time(NOON + timedelta(minutes=minutes)):
            return (employee or self.employee)._fclk_shared_clock(
                "native_kiosk", pin=pin, check_pin=True
            )

    def test_right_pin_clocks(self):
        self.assertEqual(self.clock("4711")["action"], "clock_in")
        self.assertEqual(self.clock("4711", minutes=0.05)["error"], "debounce")
        self.assertEqual(self.clock("4711", minutes=1)["action"], "clock_out")

    def test_no_pin_set(self):
        for pin in (None, False, "", "0000"):
            self.assertEqual(self.clock(pin, employee=self.colleague)["error"], "no_pin")
        self.assertFalse(self.colleague.attendance_ids)

    def test_five_wrong_in_a_row_lock_for_a_quarter_of_an_hour(self):
        for left in (4, 3, 2, 1):
            answer = self.clock("0000")
            self.assertEqual((answer["error"], answer["attempts_left"]), ("wrong_pin", left))
        self.assertEqual(self.clock("1111")["error"], "pin_locked")
        self.assertEqual(self.clock("4711", minutes=14)["error"], "pin_locked")
        self.assertFalse(self.employee.attendance_ids)
        self.assertEqual(
            self.events(self.employee), ["pin_failed"] * 5 + ["pin_locked", "clock_refused"]
        )
        self.assertEqual(self.clock("4711", minutes=15)["action"], "clock_in")

    def test_a_right_pin_forgets_the_failures(self):
        for _try in range(4):
            self.clock("0000")
        self.assertEqual(self.clock("4711")["action"], "clock_in")
        self.assertEqual(self.employee.x_fclk_pin_failures, 0)
        self.assertEqual(self.clock("0000", minutes=1)["attempts_left"], 4)

    def test_odd_pins_are_wrong(self):
        for pin in (4711, ["4711"], None, "4711 ", "٤٧١١"):
            self.employee.x_fclk_pin_failures = 0
            self.assertEqual(self.clock(pin)["error"], "wrong_pin", pin)

    def test_no_pin_is_ever_logged(self):
        self.clock("9876")
        self.clock("4711")
        texts = str(self.Log.search([]).read())
        self.assertNotIn("9876", texts)
        self.assertNotIn("4711", texts)
