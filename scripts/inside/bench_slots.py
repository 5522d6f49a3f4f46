# ruff: noqa: F821
"""Run by scripts/bench slots in Odoo's shell: fills a company, measures, prints ROW= lines."""

import os
import statistics
import time
from datetime import date, datetime, timedelta

import pytz

MONDAY = date(2031, 3, 17)
LAST = MONDAY + timedelta(days=14)
PLACE = (43.70, -79.40)
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
OLD = int(os.environ.get("BENCH_OLD_TASKS", "20000"))

quiet = env(context={**env.context, "tracking_disable": True, "fusion_tasks_sync": True})
Task = quiet["fusion.technician.task"]
company = quiet.company
company.resource_calendar_id.tz = "America/Toronto"


def technicians(count):
    users = quiet["res.users"].with_context(no_reset_password=True)
    values = [
        {"name": f"Tech {number}", "login": f"tech_{number}", "x_fc_is_technician": True}
        for number in range(count)
    ]
    return users.create(values)


def fill(people, tasks, events):
    """Rows by SQL: only what the search reads."""
    days = [MONDAY + timedelta(days=number) for number in range(15)]
    for number in range(tasks):
        user = people[number % len(people)]
        slot = number // len(people)
        start = datetime.combine(days[slot % 15], datetime.min.time())
        start += timedelta(hours=13 + 2 * (slot // 15 % 4))
        add_task(user, start)
    quiet["calendar.event"].with_context(no_mail_to_attendees=True, dont_notify=True).create(
        [
            {
                "name": "Busy",
                "start": datetime.combine(days[number % 15], datetime.min.time())
                + timedelta(hours=20),
                "stop": datetime.combine(days[number % 15], datetime.min.time())
                + timedelta(hours=20, minutes=30),
                "partner_ids": [(6, 0, people[number % len(people)].partner_id.ids)],
            }
            for number in range(events)
        ]
    )


def add_task(user, start, status="scheduled"):
    env.cr.execute(
        """INSERT INTO fusion_technician_task
           (name, summary, task_type, status, technician_id, datetime_start, datetime_end,
            duration_hours, latitude, longitude, company_id, active)
           VALUES ('T', 'Bench', 'other', %s, %s, %s, %s, 1, 43.6, -79.5, %s, TRUE)
           RETURNING id""",
        (status, user.id, start, start + timedelta(hours=1), company.id),
    )
    env.cr.execute(
        """INSERT INTO fusion_technician_booking (task_id, technician_id, start, stop, blocking)
           VALUES (%s, %s, %s, %s, %s)""",
        (env.cr.fetchone()[0], user.id, start, start + timedelta(hours=1), status == "scheduled"),
    )


def search(people):
    return Task._find_slots(1.0, MONDAY, LAST, people.ids, latitude=PLACE[0], longitude=PLACE[1])


def one_by_one(people):
    for user in people:
        for number in range(15):
            Task._get_available_gaps(user.id, MONDAY + timedelta(days=number), 1.0, *PLACE)


def core_hours(people):
    resources = people.employee_ids.resource_id
    bounds = [
        pytz.utc.localize(datetime.combine(day, datetime.min.time())) for day in (MONDAY, LAST)
    ]
    return company.resource_calendar_id._work_intervals_batch(*bounds, resources=resources)


def measure(work, people, rounds=ROUNDS):
    """:return: (median milliseconds, queries of a cold call)"""
    times, queries = [], 0
    for _round in range(rounds):
        env.flush_all()
        env.invalidate_all()
        before, begin = env.cr.sql_log_count, time.perf_counter()
        work(people)
        times.append((time.perf_counter() - begin) * 1000)
        queries = env.cr.sql_log_count - before
    return statistics.median(times), queries


def row(what, ours, baseline, limit, unit):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


everybody = technicians(200)
twenty = everybody[:20]
fill(twenty, 1500, 500)
env.flush_all()
env.cr.execute("ANALYZE")
search(twenty)  # what is cached for good is in

ms, queries = measure(search, twenty)
_ms, of_five = measure(search, twenty[:5], 1)
row("queries, 20 technicians x 15 days", queries, 30, 1.0, "q")
row("queries of 20 technicians beside 5 and three more", queries, of_five + 3, 1.0, "q")
slow, _queries = measure(one_by_one, twenty, 1)
row("one search beside a call per technician and day", ms, slow, 1 / 8, "ms")
for count in (1, 10, 50, 200):
    people = everybody[:count]
    ours, of_count = measure(search, people)
    hours, _queries = measure(core_hours, people)
    row(f"queries of {count} technicians", of_count, queries, 1.0, "q")
    row(f"{count} technicians beside core's working hours", ours, hours, 4.0, "ms")

for number in range(OLD):
    start = datetime(2020, 1, 1) + timedelta(hours=2 * (number // 20))
    add_task(twenty[number % 20], start, "completed")
env.cr.execute("ANALYZE")
with_old, _queries = measure(search, twenty)
row(f"with {OLD} old tasks beside without", with_old, ms, 1.3, "ms")
