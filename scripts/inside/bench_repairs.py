# Fed to Odoo's shell: measures the claims of fusion_repairs that need no HTTP, and prints each as
# ROW=<what>|<ours>|<baseline>|<limit>|<unit>. Nothing is committed.
import os
import time
from datetime import date, timedelta
from statistics import median

HEAVY = bool(os.environ.get("FUSION_HEAVY"))
JOBS, CONTRACTS = (100_000, 50_000) if HEAVY else (20_000, 10_000)
company = env.company  # noqa: F821
Contract = env["fusion.repair.maintenance.contract"]  # noqa: F821
category = env.ref("fusion_repairs.category_stair_lift")  # noqa: F821
category.write(
    {
        "x_fc_maintenance_enabled": True,
        "x_fc_maintenance_interval_months": 6,
        "x_fc_maintenance_fee": 149,
    }
)
today = company._fc_today()


def flush():
    env.flush_all()  # noqa: F821
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
        env.flush_all()  # noqa: F821
        took.append(time.perf_counter() - begin)
    return median(took)


def row(what, ours, baseline, limit, unit=""):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def multiply(table, count, **values):
    """Copy the newest row so many times; ``values`` are expressions of SQL, ``n`` is the number."""
    env.flush_all()  # noqa: F821
    env.cr.execute(  # noqa: F821
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name != 'id' AND is_generated = 'NEVER'",
        (table,),
    )
    names = [name for (name,) in env.cr.fetchall()]  # noqa: F821
    asked = {name: text.replace("%", "%%") for name, text in values.items()}
    picked = ", ".join(asked.get(name, f'one."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(  # noqa: F821
        f"INSERT INTO {table} ({columns}) SELECT {picked} FROM"
        f" (SELECT * FROM {table} ORDER BY id DESC LIMIT 1) one, generate_series(1, %s) n",
        (count,),
    )
    env.cr.execute(f"ANALYZE {table}")  # noqa: F821
    env.invalidate_all()  # noqa: F821


def make_products(count):
    return env["product.product"].create(  # noqa: F821
        [
            {"name": f"Lift {number}", "type": "consu", "x_fc_repair_category_id": category.id}
            for number in range(count)
        ]
    )


client = env["res.partner"].create(  # noqa: F821
    {
        "name": "Client",
        "email": "client@example.com",
        "street": "5 Elm Street",
        "city": "Toronto",
        "zip": "M5V 2T6",
        "partner_latitude": 43.65,
        "partner_longitude": -79.38,
    }
)
products = make_products(100)


orders = env["sale.order"]  # noqa: F821


def make_order(count):
    lines = [(0, 0, {"product_id": product.id}) for product in products[:count]]
    return orders.create({"partner_id": client.id, "order_line": lines})


def confirm(count, spawn):
    order = make_order(count)
    if not spawn:
        order = order.with_context(fusion_repairs_no_spawn=True)
    flush()
    begin, before = time.perf_counter(), env.cr.sql_log_count  # noqa: F821
    order.action_confirm()
    env.flush_all()  # noqa: F821
    return time.perf_counter() - begin, env.cr.sql_log_count - before  # noqa: F821


# Enrolment on sale.
confirm(10, True)
confirm(10, False)
runs = {
    (count, spawn): [confirm(count, spawn) for _round in range(3)]
    for count in (10, 100)
    for spawn in (True, False)
}
times = {key: median(took for took, _count in found) for key, found in runs.items()}
counts = {key: median(count for _took, count in found) for key, found in runs.items()}
row("confirm 100 lines against no enrolment", times[100, True], times[100, False], 1.35, "s")
extra = {count: counts[count, True] - counts[count, False] for count in (10, 100)}
row("enrolling 100 lines: queries beyond 10 lines, limit 40", max(extra[100] - extra[10], 1), 40, 1)

# Booking: 20 technicians, 21 days.
users = env["res.users"].create(  # noqa: F821
    [
        {
            "name": f"Technician {number}",
            "login": f"technician{number}",
            "group_ids": [(4, env.ref("fusion_tasks.group_technician").id)],  # noqa: F821
            "x_fc_is_technician": True,
        }
        for number in range(20)
    ]
)
contract = Contract.create(
    {
        "partner_id": client.id,
        "product_id": products[0].id,
        "next_due_date": today + timedelta(days=10),
        "x_fc_policy_category_id": category.id,
        "x_fc_maintenance_fee": 149,
        "state": "active",
    }
)
tasks = env["fusion.technician.task"]  # noqa: F821
row("openings of 20 technicians, 21 days: queries, limit 45",
    queries(contract._get_booking_slots), 45, 1)  # fmt: skip
site = contract._get_site()
bare = {
    "duration_hours": 1.0,
    "date_from": today + timedelta(days=1),
    "date_to": today + timedelta(days=21),
    "latitude": site.partner_latitude,
    "longitude": site.partner_longitude,
    "company_id": company.id,
    "per_day": 4,
    "limit": 60,
}
row("openings with keys against the bare search", seconds(contract._get_booking_slots),
    seconds(lambda: tasks._find_slots(**bare)), 2.5, "s")  # fmt: skip
first = contract.copy({"state": "active", "equipment_id": False})
first._confirm_booking(first._get_booking_slots()[-1]["key"])  # what a running server knows
slot = contract._get_booking_slots()[0]["key"]
row("confirm a booking: queries, limit 150",
    queries(lambda: contract._confirm_booking(slot)), 150, 1)  # fmt: skip

# History of a unit.
unit = contract.equipment_id
env["fusion.repair.inspection.certificate"].create(  # noqa: F821
    [
        {
            "equipment_id": unit.id,
            "technician_id": users[0].id,
            "inspection_date": date(2010 + number % 15, 3, 17),
            "expiry_date": date(2032, 3, 17),
            "result": "pass",
        }
        for number in range(200)
    ]
)
unit._fc_get_portal_page()
row("a unit's page with 200 entries: queries, limit 25", queries(unit._fc_get_portal_page), 25, 1)

# Dashboard.
job = env["repair.order"].create({"partner_id": client.id, "x_fc_problem": "Stuck"})  # noqa: F821
board = env["fusion.repair.dashboard"]  # noqa: F821
stamps = {
    "name": "one.name || '-' || n",
    "create_date": "now() - n * interval '10 minutes'",
    "x_fc_done_on": "CASE WHEN n % 4 = 0 THEN now() - n * interval '5 minutes' END",
    "state": "CASE WHEN n % 4 = 0 THEN 'done' ELSE 'draft' END",
    "x_fc_service_state": "CASE WHEN n % 4 = 0 THEN 'done' ELSE 'new' END",
    "x_fc_request_key": "NULL",
    "access_token": "NULL",
}
multiply("repair_order", 5000, **stamps)
board.get_dashboard_data()
few = seconds(board.get_dashboard_data)
multiply("repair_order", JOBS - 5000, **stamps)
row(f"dashboard of {JOBS:,} jobs against 5,000", seconds(board.get_dashboard_data), few, 4, "s")
row(f"dashboard of {JOBS:,} jobs: queries, limit 30", queries(board.get_dashboard_data), 30, 1)

# Reminders: the same 500 due among more contracts.
far = {
    "name": "one.name || '-' || n",
    "next_due_date": f"DATE '{today}' + 400 + (n % 300)::int",
    "booking_cycle": "md5(n::text)",
    "x_fc_source_sale_line_id": "NULL",
    "x_fc_device_serial": "NULL",
    "x_fc_serial_key": "NULL",
    "open_visit_id": "NULL",
    "booking_repair_id": "NULL",
    "access_token": "NULL",
}
domain = Contract._get_reminder_domain(company)


def choose():
    return Contract.search(domain, order="id", limit=500)  # as the cron does


due = {**far, "next_due_date": f"DATE '{today}' + 5"}
multiply("fusion_repair_maintenance_contract", 500, **due)
multiply("fusion_repair_maintenance_contract", CONTRACTS // 10, **far)
few = seconds(choose, rounds=15)
row("choosing 500 due contracts: queries, limit 1",
    queries(choose), 1, 1)  # fmt: skip
multiply("fusion_repair_maintenance_contract", CONTRACTS - CONTRACTS // 10, **far)
row(f"choosing 500 due among {CONTRACTS:,} against {CONTRACTS // 10:,}",
    seconds(choose, rounds=15), few, 1.2, "s")  # fmt: skip
