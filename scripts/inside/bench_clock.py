# Fed to Odoo's shell: measures the claims of fusion_clock that need no HTTP, and prints each as
# ROW=<what>|<ours>|<baseline>|<limit>|<unit>. Nothing is committed.
import time
from datetime import date, datetime, timedelta
from statistics import median

PEOPLE, DAYS = 100, 100  # 10,000 attendances
company = env.company  # noqa: F821
Employee = env["hr.employee"]  # noqa: F821
Attendance = env["hr.attendance"]  # noqa: F821
company.state_id = env.ref("base.state_ca_on")  # noqa: F821
silent = {"tracking_disable": True}


def flush():
    env.flush_all()  # noqa: F821
    env.cr.flush()  # noqa: F821  what was tracked before is written before, too
    env.invalidate_all()  # noqa: F821


def queries(call):
    flush()
    before = env.cr.sql_log_count  # noqa: F821
    call()
    env.flush_all()  # noqa: F821
    return env.cr.sql_log_count - before  # noqa: F821


def seconds(call, rounds=5):
    took = []
    for _round in range(rounds):
        flush()
        begin = time.perf_counter()
        call()
        took.append(time.perf_counter() - begin)
    return median(took)


def row(what, ours, baseline, limit, unit=""):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def make_people(count, name):
    values = [{"name": f"{name} {number}", "company_id": company.id} for number in range(count)]
    return Employee.with_context(**silent).create(values)


# Day plans: 200 employees against 20, 14 days.
shift = env["fusion.clock.shift"].create({"name": "Day"})  # noqa: F821
few, many = make_people(20, "Few"), make_people(200, "Many")
(few | many).x_fclk_shift_id = shift
first, last = date(2026, 6, 1), date(2026, 6, 14)
counts = [queries(lambda s=some: s._get_fclk_day_plans(first, last)) for some in (few, few, many)]
row("day plans of 200 against 20 employees: queries", counts[2], counts[1], 1.0)
row("day plans of 200 employees, 14 days: queries, limit 8", counts[2], 8, 1.0)

# Breaks in batch against the rule of each row.
people = make_people(PEOPLE, "Worker")
start = datetime(2026, 1, 5, 13)
# By SQL: core's overtime of 10,000 attendances would take minutes, and is not measured here.
env.cr.execute_values(  # noqa: F821
    "INSERT INTO hr_attendance (employee_id, check_in, check_out, date) VALUES %s",
    [
        (person.id, moment, moment + timedelta(hours=8), moment.date())
        for number, person in enumerate(people)
        for moment in (start + timedelta(days=day, minutes=number) for day in range(DAYS))
    ],
)
env.invalidate_all()  # noqa: F821
attendances = Attendance.search([("employee_id", "in", people.ids)])
flush()
thousand, hundred = attendances[:1000], attendances[:100]


def recompute(rows):
    for name in ("x_fclk_gross_hours", "x_fclk_break_minutes", "x_fclk_net_hours"):
        env.add_to_compute(rows._fields[name], rows)  # noqa: F821
    rows._recompute_recordset()


def one_by_one(rows):
    for attendance in rows:
        attendance.invalidate_recordset()
        attendance.employee_id.invalidate_recordset()
        attendance.employee_id._get_fclk_break_rule().break_minutes_for(
            attendance.x_fclk_gross_hours
        )


batch = queries(lambda: recompute(thousand))
row(
    "breaks of 1,000 against 100 attendances: queries",
    batch,
    queries(lambda: recompute(hundred)) + 1,
    1.0,
)
row(
    "breaks of 1,000 in batch against row by row: queries",
    batch,
    queries(lambda: one_by_one(thousand)),
    0.1,
)

# CSV of 10,000 attendances against Odoo's own export of the same columns.
wizard = env["fusion.clock.report.wizard"].create(  # noqa: F821
    {
        "date_from": "2026-01-01",
        "date_to": "2026-12-31",
        "group_by": "day",
        "format": "csv",
        "employee_ids": [(6, 0, people.ids)],
    }
)
columns = [
    "employee_id/name",
    "employee_id/barcode",
    "employee_id/department_id/name",
    "date",
    "check_in",
    "check_out",
    "x_fclk_gross_hours",
    "x_fclk_break_minutes",
    "x_fclk_penalty_minutes",
    "x_fclk_net_hours",
    "validated_overtime_hours",
]
ours = seconds(wizard.action_export, 3)
native = seconds(lambda: attendances.export_data(columns), 3)
row("CSV of 10,000 attendances", ours * 1000, native * 1000, 1.0, "ms")
row("CSV of 10,000 attendances: queries, limit 20", queries(wizard.action_export), 20, 1.0)

# Automatic clock-out of 100 against writing the same rows one by one.
now = datetime.now().replace(microsecond=0)  # noqa: DTZ005
closers, writers = make_people(100, "Closer"), make_people(100, "Writer")
for person in closers:
    person.work_email = f"{person.id}@example.com"
opened = Attendance.with_context(**silent).create(
    [
        {"employee_id": person.id, "check_in": now - timedelta(hours=20)}
        for person in closers | writers
    ]
)
plain = opened.filtered(lambda attendance: attendance.employee_id in writers)


def close_plainly():
    for attendance in plain:
        attendance.write({"check_out": attendance.check_in + timedelta(hours=16)})
        env.flush_all()  # noqa: F821


baseline = queries(close_plainly)
closing = queries(Attendance._cron_fusion_auto_clock_out)
row(
    "automatic clock-out of 100: queries, limit 1.5 x plain + 10 each",
    closing,
    1.5 * baseline + 1000,
    1.0,
)
row(
    "automatic clock-out, nothing to close: queries, limit 5",
    queries(Attendance._cron_fusion_auto_clock_out),
    5,
    1.0,
)

# Search at the kiosk among 5,000.
make_people(5000 - Employee.search_count([]), "Crowd")
kiosk = Employee.sudo()
search = queries(lambda: kiosk._fclk_search("crowd 4", company))
row("kiosk search among 5,000 employees: queries, limit 3", search, 3, 1.0)
