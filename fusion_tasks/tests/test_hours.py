from datetime import date, timedelta

import pytz

from odoo.fields import Command
from odoo.tests import tagged

from .common import MONDAY, TasksCase


@tagged("post_install", "-at_install")
class TestHours(TasksCase):
    """Working time as ``hr`` knows it."""

    def test_an_employee_without_hours_works_those_of_the_company(self):
        usual = self.find()
        self.ann.employee_ids.resource_calendar_id = False
        self.assertEqual(self.find(), usual)

    def test_two_weeks_that_alternate(self):
        self.calendar.switch_calendar_type()
        odd = self.calendar.attendance_ids.filtered(
            lambda hours: hours.week_type == "1" and hours.dayofweek == "0"
        )
        odd.filtered(lambda hours: not hours.display_type).unlink()
        found = [bool(self.find(day=MONDAY + timedelta(weeks=number))) for number in range(4)]
        self.assertIn(found, ([True, False, True, False], [False, True, False, True]))

    def test_a_contract_that_ended(self):
        self.ann.employee_ids.version_id.write(
            {"contract_date_start": date(2030, 1, 1), "contract_date_end": MONDAY}
        )
        self.assertTrue(self.find())
        self.assertEqual(self.find(day=MONDAY + timedelta(days=1)), [])

    def test_a_technician_in_another_zone(self):
        """Eight in the morning in Vancouver is eleven in Toronto."""
        west = self.calendar.copy({"name": "West", "tz": "America/Vancouver"})
        self.ann.employee_ids.write({"resource_calendar_id": west.id, "tz": "America/Vancouver"})
        starts = self.find()
        self.assertEqual((starts[0], starts[-1]), ("11:30", "19:00"))

    def test_offsets_tell_the_two_hours_of_autumn_apart(self):
        night = self.calendar.copy(
            {
                "attendance_ids": [
                    Command.clear(),
                    Command.create(
                        {"name": "Night", "dayofweek": "6", "hour_from": 0, "hour_to": 4,
                         "day_period": "morning"}
                    ),
                ]
            }
        )  # fmt: skip
        self.ann.employee_ids.resource_calendar_id = night
        slots = self.Task._find_slots(
            1.0, date(2027, 11, 7), date(2027, 11, 7), technician_ids=self.ann.ids
        )
        found = [slot["start_local"] for slot in slots if "T01:00" in slot["start_local"]]
        self.assertEqual(found, ["2027-11-07T01:00:00-04:00", "2027-11-07T01:00:00-05:00"])
        self.assertEqual(slots[0]["tz"], pytz.timezone("America/Toronto").zone)
