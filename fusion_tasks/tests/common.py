from datetime import date, datetime, timedelta

import pytz

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable

TORONTO = pytz.timezone("America/Toronto")
#: A Monday far enough away for every test to be about the future.
MONDAY = date(2031, 3, 17)
DEPOT = (43.65, -79.38)
NEAR = (43.70, -79.40)  # 5.79 km from DEPOT as the crow flies
FAR = (43.25, -79.87)


def utc(day, hour, minute=0, tz=TORONTO):
    """:return: naive UTC of a wall-clock time"""
    local = tz.localize(
        datetime.combine(day, datetime.min.time()).replace(hour=hour, minute=minute)
    )
    return local.astimezone(pytz.utc).replace(tzinfo=None)


class TasksCase(TransactionCase):
    """A company in Toronto, Monday to Friday 8 to 12 and 13 to 17, and two technicians."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Field week",
                "tz": "America/Toronto",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": period,
                        }
                    )
                    for day in range(5)
                    for start, end, period in ((8, 12, "morning"), (13, 17, "afternoon"))
                ],
            }
        )
        cls.company = cls.env["res.company"].create(
            {"name": "Field Co", "resource_calendar_id": cls.calendar.id}
        )
        cls.calendar.company_id = cls.company
        cls.company.partner_id.write({"partner_latitude": DEPOT[0], "partner_longitude": DEPOT[1]})
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        cls.Task = cls.env["fusion.technician.task"]
        cls.ann = cls.new_technician("Ann")
        cls.bob = cls.new_technician("Bob")

    @classmethod
    def new_user(cls, name, *groups, **values):
        return cls.env["res.users"].create(
            {
                "name": name,
                "login": f"tasks_{name.lower()}",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "tz": "America/Toronto",
                "group_ids": [Command.set([cls.env.ref(group).id for group in groups])],
                **values,
            }
        )

    @classmethod
    def new_technician(cls, name):
        group = "fusion_tasks.group_technician"
        user = cls.new_user(name, group, x_fc_is_technician=True)
        user.employee_ids.write({"resource_calendar_id": cls.calendar.id, "tz": "America/Toronto"})
        return user

    @classmethod
    def new_task(cls, technician, hour, hours=1.0, day=MONDAY, place=NEAR, **values):
        return cls.Task.create(
            {
                "summary": f"Visit at {hour}",
                "technician_id": technician.id,
                "datetime_start": utc(day, hour),
                "datetime_end": utc(day, hour) + timedelta(hours=hours),
                "latitude": place[0],
                "longitude": place[1],
                **values,
            }
        )

    def find(self, hours=1.0, day=MONDAY, place=NEAR, people=None, **asked):
        """:return: wall-clock starts of that day's openings for Ann alone, unless told"""
        slots = self.Task._find_slots(
            duration_hours=hours,
            date_from=day,
            date_to=day,
            technician_ids=(people or self.ann).ids,
            latitude=place[0],
            longitude=place[1],
            **asked,
        )
        return [slot["start_local"][11:16] for slot in slots]

    def assertLost(self, reason, **values):
        """Booking is refused for that reason, and leaves nothing behind."""
        before = self.Task.search_count([])
        with self.assertRaises(SlotUnavailable) as caught:
            self.book(**values)
        self.assertEqual(caught.exception.reason, reason)
        self.assertEqual(self.Task.search_count([]), before)

    def book(self, technician=None, hour=9, hours=1.0, day=MONDAY, place=NEAR, **values):
        return self.Task._book_slot(
            {
                "summary": "Booked",
                "technician_id": (technician or self.ann).id,
                "datetime_start": utc(day, hour),
                "duration_hours": hours,
                "latitude": place[0],
                "longitude": place[1],
                **values,
            }
        )
