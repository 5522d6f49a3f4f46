from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestContract(RepairsCase):
    def roll(self, contract, done):
        cycle = contract.booking_cycle
        contract.write({"last_reminder_band": "7"})
        self.assertIs(contract.roll_next_due_date(date.fromisoformat(done)), True)
        self.assertNotEqual(contract.booking_cycle, cycle)
        self.assertFalse(contract.last_reminder_band)
        self.assertEqual(contract.last_service_date, date.fromisoformat(done))
        return contract.next_due_date.isoformat()

    def test_rolling_forward(self):
        for due, months, done, expected in (
            ("2031-03-31", 6, "2031-03-31", "2031-09-30"),  # on time
            ("2031-03-31", 6, "2031-03-10", "2031-09-30"),  # early counts for that due date
            ("2031-03-31", 6, "2031-04-30", "2031-09-30"),  # 30 days late: still on time
            ("2031-03-31", 6, "2031-05-01", "2031-11-01"),  # too late: a new cadence
            ("2031-03-31", 1, "2031-04-16", "2031-05-16"),  # half an interval is the tolerance
            ("2031-03-31", 1, "2031-04-15", "2031-04-28"),  # counted from 28 February
        ):
            with self.subTest(due=due, done=done):
                contract = self.new_contract(
                    next_due_date=date.fromisoformat(due), interval_months=months
                )
                self.assertEqual(self.roll(contract, done), expected)

    def test_month_ends_do_not_drift(self):
        contract = self.new_contract(
            next_due_date=date(2031, 1, 31), x_fc_anchor_date=date(2030, 12, 31), interval_months=1
        )
        self.assertEqual(self.roll(contract, "2031-01-31"), "2031-02-28")
        self.assertEqual(self.roll(contract, "2031-02-28"), "2031-03-31")

    def test_the_anchor_is_an_interval_before(self):
        contract = self.new_contract(next_due_date=date(2031, 3, 31), interval_months=6)
        self.assertEqual(contract.x_fc_anchor_date, date(2030, 9, 30))
        contract.next_due_date = date(2031, 5, 1)
        self.assertEqual(contract.x_fc_anchor_date, date(2030, 9, 30))

    def test_states(self):
        contract = self.new_contract(state="draft")
        contract.action_activate()
        cycle = contract.booking_cycle
        contract.action_pause()
        self.assertEqual(contract.state, "paused")
        self.assertNotEqual(contract.booking_cycle, cycle)
        contract.action_resume()
        self.assertEqual(contract.state, "active")
        contract.action_cancel("deceased")
        self.assertEqual((contract.state, contract.x_fc_cancel_reason), ("cancelled", "deceased"))
        contract.action_activate()
        self.assertEqual((contract.state, contract.x_fc_cancel_reason), ("active", False))
        with self.assertRaises(ValidationError):
            contract.write({"state": "cancelled"})

    @freeze_time("2031-06-01 15:00:00")
    def test_resuming_late_may_move_the_date(self):
        contract = self.new_contract()
        contract.action_pause()
        self.assertTrue(contract.is_overdue_date)
        contract.action_resume_later()
        self.assertEqual(contract.next_due_date, date(2031, 7, 2))

    def test_one_live_contract_per_serial(self):
        self.new_contract(x_fc_device_serial="AB-1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                self.new_contract(x_fc_device_serial="ab 1")
                self.env.flush_all()
        paused = self.new_contract(x_fc_device_serial="AB-2")
        paused.action_pause()
        paused.action_cancel()
        again = self.new_contract(x_fc_device_serial="ab2")
        with self.assertRaises(UserError):
            paused.action_activate()
        again.action_cancel()
        paused.action_activate()

    def test_the_unit_is_found_again(self):
        first = self.new_contract(x_fc_device_serial="AB-1")
        first.action_cancel()
        self.assertEqual(
            self.new_contract(x_fc_device_serial="ab1").equipment_id, first.equipment_id
        )

    def test_cores_serial_number_is_unique_in_the_database(self):
        self.env["maintenance.equipment"].create({"name": "Truck", "serial_no": "Z-1"})
        self.lift.default_code = "L900"
        found = []
        for name in ("Ada", "Bea"):
            contract = self.new_contract(
                x_fc_device_serial="Z-1", partner_id=self.new_client(name).id
            )
            found.append((contract.equipment_id.serial_no, contract.equipment_id.x_fc_serial))
            contract.action_cancel()
            contract.equipment_id.write({"x_fc_product_id": self.new_product("Other").id})
        self.assertEqual(found, [("Z-1 (L900)", "Z-1"), ("Z-1 (L900) 2", "Z-1")])
