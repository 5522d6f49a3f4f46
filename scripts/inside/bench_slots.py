"""Run by ``scripts/bench slots`` in Odoo's shell: prints ROW=what|ours|baseline|limit|unit. Nothing
is committed. 1,500 jobs and 500 appointments; with 100,000 earlier jobs at the end."""

import time
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median

import pytz

from odoo.fields import Command

env = env  # noqa: F821 - the shell's
ZONE = pytz.timezone("America/Toronto")
MONDAY = date(2031, 3, 17)
DAYS, LAST = 15, MONDAY + timedelta(days=14)
HERE = (43.70, -79.40)
OLD_JOBS = 100_000


def at(day, hour):
    """:return: naive UTC of an hour in Toronto"""
    local = ZONE.localize(datetime.combine(day, datetime.min.time()).replace(hour=hour))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def row(what, ours, baseline, limit, unit=""):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def settle():
    env.flush_all()
    env.invalidate_all()


def queries(call):
    settle()
    before = env.cr.sql_log_count
    call()
    return env.cr.sql_log_count - before


def seconds(*calls, rounds=5):
    """:return: median of each call; they take turns, so that a busy moment meets all of them"""
    took = [[] for _call in calls]
    for _round in range(rounds):
        for call, times in zip(calls, took, strict=True):
            settle()
            begin = time.perf_counter()
            call()
            times.append(time.perf_counter() - begin)
    return [median(times) for times in took]


company = env.company
company.partner_id.write({"partner_latitude": 43.65, "partner_longitude": -79.38})
calendar = company.resource_calendar_id
calendar.tz = "America/Toronto"
env = env(context={**env.context, "tracking_disable": True})
users = env["res.users"].create(
    [
        {"name": f"Tech {number}", "login": f"bench_{number}", "x_fc_is_technician": True,
         "tz": "America/Toronto",
         "group_ids": [Command.set([env.ref("fusion_tasks.group_technician").id])]}
        for number in range(200)
    ]
)  # fmt: skip
users.employee_ids.write({"resource_calendar_id": calendar.id, "tz": "America/Toronto"})
weekdays = [
    MONDAY + timedelta(days=number) for number in range(DAYS)
    if (MONDAY + timedelta(days=number)).weekday() < 5
]  # fmt: skip
# 136 jobs for each of the first 11 days, no technician twice in one hour: 1,496.
jobs = [
    {"summary": "Job", "technician_id": users[(number * 7 + index) % 200].id,
     "datetime_start": at(day, 9), "datetime_end": at(day, 10), "latitude": HERE[0],
     "longitude": HERE[1]}
    for index, day in enumerate(weekdays) for number in range(136)
]  # fmt: skip
env["fusion.technician.task"].create(jobs)
env["calendar.event"].create(
    [
        {"name": "Busy", "start": at(weekdays[number % len(weekdays)], 14),
         "stop": at(weekdays[number % len(weekdays)], 15),
         "partner_ids": [Command.set(users[number % 200].partner_id.ids)]}
        for number in range(500)
    ]
)  # fmt: skip
Task = env["fusion.technician.task"]


def find(people):
    return Task._find_slots(1.0, MONDAY, LAST, people.ids, latitude=HERE[0], longitude=HERE[1])


def core_hours(people):
    begin = ZONE.localize(datetime.combine(MONDAY, datetime.min.time()))
    return calendar._work_intervals_batch(
        begin, begin + timedelta(days=DAYS), people.employee_ids.resource_id, tz=ZONE
    )


def ask_each(people):
    for user in people:
        for number in range(DAYS):
            Task._get_available_gaps(
                user.id, MONDAY + timedelta(days=number), 1.0, HERE[0], HERE[1]
            )


find(users)  # what is cached for good is in
counts = {size: queries(lambda s=size: find(users[:s])) for size in (1, 5, 10, 20, 50, 200)}
row("slots of 20 technicians, 15 days: queries, limit 30", counts[20], 30, 1)
row("slots of 20 technicians: queries above 5, limit 3", 1 + counts[20] - counts[5], 4, 1)
for size in (10, 50, 200):
    row(f"slots of {size} technicians against one: queries", counts[size], counts[1], 1)
for size in (1, 10, 50, 200):
    people = users[:size]
    ours, core = seconds(partial(find, people), partial(core_hours, people), rounds=9)
    row(f"slots of {size} technicians beside Odoo's working hours", ours * 1000, core * 1000, 4,
        "ms")  # fmt: skip
few = users[:20]
[ours] = seconds(lambda: find(few))
[each] = seconds(lambda: ask_each(few), rounds=1)
row("slots beside the gaps of each technician and day", ours * 1000, each * 1000, 1 / 8, "ms")
sample = Task.search([], limit=1)
settle()
columns = [
    name for name, field in Task._fields.items()
    if field.store and field.column_type and name not in ("id", "datetime_start", "datetime_end",
                                                          "status", "name")
]  # fmt: skip
names = ", ".join(columns)
env.cr.execute(
    f"""INSERT INTO fusion_technician_task
            (name, status, datetime_start, datetime_end, {names})
        SELECT 'OLD' || n, 'completed', '2020-01-01'::timestamp + n * interval '20 minutes',
               '2020-01-01'::timestamp + n * interval '20 minutes' + interval '15 minutes', {names}
          FROM fusion_technician_task, generate_series(1, {OLD_JOBS}) n WHERE id = %s""",
    [sample.id],
)
env.cr.execute("ANALYZE fusion_technician_task")
[many] = seconds(lambda: find(few))
row("slots with 100,000 earlier jobs beside 1,500", many * 1000, ours * 1000, 1.3, "ms")
env.cr.rollback()
