"""One winner per slot: many bookers at the same moment, over real HTTP and in plain SQL."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import psycopg2

from .support import Client, ServerCase, size

#: A Monday far away. The working hours are set to UTC.
MONDAY = date(2031, 3, 17)
TASK = "fusion.technician.task"
OPENING = "fusion.technician.task.opening"
LOST = "odoo.addons.fusion_tasks.exceptions.SlotUnavailable"


def at(day, hour=15):
    moment = datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour) + timedelta(days=day)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


class BookingCase:
    """The proofs; the classes below run them on threads and on worker processes."""

    at_once = 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendars = cls.rpc("resource.calendar", "search", [])
        cls.rpc("resource.calendar", "write", calendars, {"tz": "UTC"})
        cls.technician = cls.new_user("racer", "group_technician", x_fc_is_technician=True)
        cls.new_user("booker", "group_dispatcher")
        cls.booker = Client(cls.server, cls.name, "booker")

    @classmethod
    def new_user(cls, login, group, **values):
        groups = [(6, 0, [cls.ref(f"fusion_tasks.{group}")])]
        values |= {"name": login, "login": login, "password": login, "group_ids": groups}
        return cls.rpc("res.users", "create", values)

    def new_openings(self, slots, bookers):
        """:return: one opening for each booker of each slot, all of one technician"""
        values = [
            {"summary": f"Booker {number}", "duration_hours": 1.0}
            for number in range(len(slots) * bookers)
        ]
        tasks = self.rpc(TASK, "create", values)
        params = [
            {
                "task_id": task,
                "technician_id": self.technician,
                "start": slots[number % len(slots)][0],
                "end": slots[number % len(slots)][1],
            }
            for number, task in enumerate(tasks)
        ]
        answer = self.booker.call(
            "/web/dataset/call_kw",
            model=OPENING, method="create", args=[params], kwargs={},
        )  # fmt: skip
        return answer, tasks

    def book(self, opening):
        """:return: empty, or the name of the refusal"""
        try:
            self.booker.call(
                "/web/dataset/call_kw",
                model=OPENING, method="action_book", args=[[opening]], kwargs={},
            )  # fmt: skip
        except AssertionError as error:
            return error.args[0]["data"]["name"]
        return ""

    def assertOneWinnerEach(self, slots, bookers):
        openings, tasks = self.new_openings(slots, bookers)
        with ThreadPoolExecutor(min(len(openings), self.at_once)) as pool:
            refusals = list(pool.map(self.book, openings))
        self.assertEqual(refusals.count(""), len(slots))
        self.assertEqual({name for name in refusals if name}, {LOST} if bookers > 1 else set())
        domain = [("id", "in", tasks), ("status", "=", "scheduled")]
        found = self.rpc(TASK, "search_read", domain, ["datetime_start"])
        starts = sorted(task["datetime_start"] for task in found)
        self.assertEqual(starts, sorted(start for start, _end in slots))
        self.assertCleanLog()

    def test_one_slot_has_one_winner(self):
        for repeat in range(size(1, 5)):
            day = 7 * repeat
            self.assertOneWinnerEach([(at(day), at(day, 16))], size(10, 50))

    def test_ten_slots_have_ten_winners(self):
        """Five days, two slots a day: bookers of one day share its guard."""
        slots = [
            (at(100 * 7 + day, hour), at(100 * 7 + day, hour + 1))
            for day in range(5)
            for hour in (9, 14)
        ]
        self.assertOneWinnerEach(slots, size(3, 20))

    def test_plain_sql_cannot_overlap_either(self):
        task = self.rpc(TASK, "create", {"summary": "SQL"})
        values = (task, self.technician, at(200 * 7), at(200 * 7, 16))

        def insert(_number):
            connection = psycopg2.connect(
                dbname=self.name,
                host=os.environ["PGHOST"],
                port=os.environ["PGPORT"],
                user=os.environ["PGUSER"],
            )
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(
                        """INSERT INTO fusion_technician_booking
                           (task_id, technician_id, start, stop, blocking)
                           VALUES (%s, %s, %s, %s, TRUE)""",
                        values,
                    )
            except psycopg2.errors.ExclusionViolation:
                return False
            except psycopg2.errors.DeadlockDetected:
                return False  # two that each wait for the other: PostgreSQL refuses one
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(size(10, 50)) as pool:
            won = list(pool.map(insert, range(size(10, 50))))
        self.assertEqual(won.count(True), 1)


class TestBookingsOnWorkers(BookingCase, ServerCase):
    workers = 2


class TestBookingsOnThreads(BookingCase, ServerCase):
    workers = 0
    at_once = 50  # each request holds a connection, and a process has 64 (Odoo's db_maxconn)
