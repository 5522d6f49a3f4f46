"""Two runners of one cron at once do not act twice, and one bad employee stops nobody."""

import os
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import psycopg2

from .support import ServerCase, size

CHUNK = 100


class TestClockCrons(ServerCase):
    workers = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rpc = cls.rpc
        cls.count = size(60, 2000)
        shift = {f"day_{day}": True for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        shift |= {"name": "Small hours", "start_time": 1.0, "end_time": 2.0, "break_minutes": 0}
        cls.shift = rpc("fusion.clock.shift", "create", shift)
        cls.lead = rpc("hr.employee", "create", {"name": "Lead", "work_email": "lead@example.com"})
        cls.people = cls.create_in_chunks(
            "hr.employee",
            [
                {
                    "name": f"Person {number}",
                    "work_email": f"p{number}@example.com",
                    "parent_id": cls.lead,
                }
                for number in range(cls.count)
            ],
        )
        model = rpc("ir.model", "search", [("model", "=", "hr.attendance")])[0]
        cls.actions = {
            name: rpc(
                "ir.actions.server",
                "create",
                {"name": name, "model_id": model, "state": "code", "code": f"model.{name}()"},
            )
            for name in ("_cron_fusion_check_absences", "_cron_fusion_auto_clock_out")
        }

    @classmethod
    def create_in_chunks(cls, model, values):
        """One call of thousands would outlast the time limit of a request."""
        chunks = [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]
        return [new for chunk in chunks for new in cls.rpc(model, "create", chunk)]

    def run_twice_at_once(self, name):
        """Two transactions; Odoo may have to run the loser of a race again, nothing else."""
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(self.run_once, name) for _runner in range(2)]
            return [call.result() for call in calls]

    def run_once(self, name):
        # A ServerProxy is not made for threads: one of its own for each runner.
        proxy = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object", allow_none=True)
        action = [[self.actions[name]]]
        return proxy.execute_kw(self.name, 2, "admin", "ir.actions.server", "run", action)

    def poison(self, employee):
        """A time zone no library knows, as an import might have left it."""
        calendar = self.rpc("resource.calendar", "create", {"name": "Broken"})
        self.rpc("hr.employee", "write", [employee], {"resource_calendar_id": calendar})
        with (
            psycopg2.connect(
                dbname=self.name,
                host=os.environ["PGHOST"],
                port=os.environ["PGPORT"],
                user=os.environ["PGUSER"],
            ) as connection,
            connection.cursor() as cr,
        ):
            cr.execute("UPDATE resource_calendar SET tz = 'Mars/Olympus' WHERE id = %s", [calendar])
        connection.close()

    def test_absences_once_and_without_the_poisoned_one(self):
        self.rpc("hr.employee", "write", self.people, {"x_fclk_shift_id": self.shift})
        self.addCleanup(self.rpc, "hr.employee", "write", self.people, {"x_fclk_shift_id": False})
        poisoned = self.people[self.count // 2]
        self.poison(poisoned)

        self.run_twice_at_once("_cron_fusion_check_absences")

        rows = self.rpc(
            "fusion.clock.activity.log",
            "search_read",
            [("event", "=", "absence"), ("employee_id", "in", self.people)],
            ["employee_id"],
        )
        found = sorted(row["employee_id"][0] for row in rows)
        self.assertEqual(found, sorted(set(self.people) - {poisoned}))
        mails = self.rpc("mail.mail", "search_count", [("email_to", "=", "lead@example.com")])
        self.assertEqual(mails, 1)

    def test_forgotten_attendances_are_closed_once(self):
        start = datetime.now(timezone.utc) - timedelta(hours=20)
        people = self.people[: self.count // 2]
        self.create_in_chunks(
            "hr.attendance",
            [
                {"employee_id": person, "check_in": start.strftime("%Y-%m-%d %H:%M:%S")}
                for person in people
            ],
        )
        still_open = [("employee_id", "in", people), ("check_out", "=", False)]
        rounds = 0
        while self.rpc("hr.attendance", "search_count", still_open):
            rounds += 1
            self.assertLess(rounds, 20)
            self.run_twice_at_once("_cron_fusion_auto_clock_out")

        closed = self.rpc(
            "fusion.clock.activity.log",
            "search_read",
            [("event", "=", "auto_clock_out"), ("employee_id", "in", people)],
            ["employee_id"],
        )
        self.assertEqual(sorted(row["employee_id"][0] for row in closed), sorted(people))
        mails = self.rpc(
            "mail.mail", "search_count", [("subject", "=like", "Clocked out automatically%")]
        )
        self.assertEqual(mails, len(people))
