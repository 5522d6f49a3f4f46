"""Run by ``tests/test_backfill_volume.py`` in Odoo's shell: enrols LINES sale lines of an installed
base, prints each figure as FIGURE=name|number. Nothing is committed.

Of 20 lines: 12 lifts (no serial number), 4 wheelchairs of which one has no serial number and each
hundredth has one that was sold again later, 2 rails, 1 remote that is never enrolled, 1 of no type.
"""

import gc
import os
import time
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

env = env(context={**env.context, "tracking_disable": True})  # noqa: F821 - the shell's
LINES = int(os.environ["LINES"])
A_TENTH, PER_ORDER = LINES // 10, 20
CHUNK = 1000
RUN, UNIT = "fusion.repair.backfill.run", "fusion.repair.backfill.line"
Contract = env["fusion.repair.maintenance.contract"].sudo()
HAS_SERIALS = "x_fc_serial_number" in env["sale.order.line"]._fields


def say(name, number):
    print(f"FIGURE={name}|{number}", flush=True)


def settle():
    env.flush_all()
    env.invalidate_all()
    gc.collect()


def read_memory(key):
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith(key)).split()[1]) / 1024


class Watch:
    """Seconds, queries and the most memory (MB) that a piece of work added."""

    def __enter__(self):
        settle()
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")  # the peak begins anew
        self.memory, self.queries = read_memory("VmRSS"), env.cr.sql_log_count
        self.begin = time.perf_counter()
        return self

    def __exit__(self, *_error):
        env.flush_all()
        self.seconds = time.perf_counter() - self.begin
        self.queries = env.cr.sql_log_count - self.queries
        self.memory = max(read_memory("VmHWM") - self.memory, 0)


def count_written():
    """:return: {table: rows written in this transaction}"""
    env.flush_all()
    env.cr.execute(
        """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
            WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"""
    )
    return dict(env.cr.fetchall())


def multiply(table, first, count, **values):
    """Copy row ``first``; ``values`` are expressions of SQL, ``n`` counts from 1."""
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name != 'id' AND is_generated = 'NEVER'",
        (table,),
    )
    names = [name for (name,) in env.cr.fetchall()]
    picked = ", ".join(values.get(name, f'one."{name}"').replace("%", "%%") for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {picked} FROM {table} one,"
        " generate_series(1, %s) n WHERE one.id = %s RETURNING id",
        (count, first),
    )
    return [row_id for (row_id,) in env.cr.fetchall()]


def enable(name, months):
    category = env.ref(f"fusion_repairs.category_{name}")
    category.write(
        {"x_fc_maintenance_enabled": True, "x_fc_maintenance_interval_months": months,
         "x_fc_maintenance_fee": 149}
    )  # fmt: skip
    return category


lift, chair = enable("stair_lift", 6), enable("power_wheelchair", 12)
products = env["product.product"].create(
    [
        {"name": "Stair Lift 260", "type": "consu", "x_fc_repair_category_id": lift.id},
        {"name": "Wheelchair 5", "type": "consu", "x_fc_repair_category_id": chair.id},
        {"name": "Extra Rail", "type": "consu", "x_fc_repair_category_id": lift.id},
        {"name": "Key Ring", "type": "consu", "x_fc_repair_category_id": lift.id,
         "x_fc_maintenance_mode": "excluded"},
        {"name": "Bath Mat", "type": "consu"},
    ]
)  # fmt: skip
partner = env["res.partner"].create({"name": "Client", "email": "client@example.com"})
order = env["sale.order"].create(
    {"partner_id": partner.id,
     "order_line": [Command.create({"product_id": product.id}) for product in products]}
)  # fmt: skip
order.with_context(fusion_repairs_no_spawn=True).write({"state": "sale"})
sold = dict(zip(products, order.order_line, strict=True))
env.flush_all()
partners = multiply("res_partner", partner.id, 500, name="'Client ' || n")
orders = multiply(
    "sale_order", order.id, LINES // PER_ORDER,
    name="'OLD' || n", access_token="NULL",
    partner_id=f"{partners[0]} + n % 500",
    date_order=f"timestamp '2014-01-06 15:00' + n * (interval '12 years' / {LINES // PER_ORDER})",
    commitment_date="NULL",
)  # fmt: skip
base = {
    "order_id": f"{orders[0]} + (n - 1) % {len(orders)}",
    "qty_delivered": "1",
    "state": "'sale'",
    "qty_delivered_method": "'manual'",
}
# a wheelchair of the last hundredth of the orders has the number of one sold before
again = f"(n - 1) % {len(orders)} % 100"
serial = f"'SN-' || (n - CASE WHEN {again} = 99 THEN 99 ELSE 0 END)"
kinds = ((12, 0, None), (3, 1, serial), (1, 1, None), (2, 2, None), (1, 3, None), (1, 4, None))
for copies, index, number in kinds:
    values = dict(base)
    if HAS_SERIALS:
        values["x_fc_serial_number"] = number or "NULL"
    multiply("sale_order_line", sold[products[index]].id, copies * len(orders), **values)
order.action_cancel()
env.flush_all()
env.cr.execute("ANALYZE sale_order; ANALYZE sale_order_line; ANALYZE res_partner")
settle()


def new_run(**values):
    asked = {"company_id": env.company.id, **values}
    return env["fusion.repair.maintenance.backfill.wizard"].create(asked)._create_run()


def read_lines(run):
    """The baseline: read the same lines in chunks."""
    last, lines = 0, env["sale.order.line"].sudo()
    names = ["order_id", "product_id", "product_uom_qty", "qty_delivered", "state"]
    while found := lines.search_read(
        [*run._get_sale_domain(), ("id", ">", last)], names, order="id", limit=CHUNK
    ):
        last = found[-1]["id"]
        env.invalidate_all()


new_run(date_to="2014-02-01")._scan()  # what is loaded once is loaded
until = fields.Date.to_string(fields.Date.to_date("2014-01-06") + timedelta(days=int(1.2 * 365.25)))
few, many = new_run(date_to=until), new_run()
with Watch() as reading:
    read_lines(many)
with Watch() as a_tenth:
    few._scan()
before = count_written()
with Watch() as whole:
    many._scan()
after = count_written()
say("scanned_few", few.scanned_count)
say("scanned", many.scanned_count)
say("tables_written", " ".join(sorted(name for name in after if after[name] != before.get(name))))
say("contracts_after_scan", Contract.search_count([("x_fc_source", "=", "backfill")]))
say("scan_against_reading", whole.seconds / reading.seconds)
say("whole_against_tenth", whole.seconds / a_tenth.seconds)
say("scan_seconds", whole.seconds)
say("memory_tenth", a_tenth.memory)
say("memory", whole.memory)
say("queries_per_1000", whole.queries / (many.scanned_count / 1000))
with Watch() as reporting:
    report = many._report()
say("report_memory", reporting.memory)
say("report_queries", reporting.queries)
for name in ("create", "already", "skip"):
    say(name, report[name])
for reason, count in report["by_reason"].items():
    say(f"reason_{reason}", count)
env.cr.execute(
    """SELECT max(n), count(*) FILTER (WHERE extract(isodow FROM due_date) > 5), min(due_date)
         FROM (SELECT due_date, count(*) AS n FROM fusion_repair_backfill_line
                WHERE run_id = %s AND is_staggered GROUP BY due_date) AS days""",
    [many.id],
)
most, weekends, first = env.cr.fetchone()
say("most_of_a_day", most)
say("weekend_days", weekends)
say("first_due_in_days", (first - env.company._fc_today()).days)

twin = new_run()
twin._scan()
twin.confirm_count = twin.create_count
env["ir.config_parameter"].set_param("fusion_repairs.backfill_inline_limit", "1000000")
lines = env[UNIT].search(many._get_missing_domain(), limit=100, order="id desc")
with Watch() as one_by_one:
    for line in lines:
        many._create_contracts(line.with_context(fusion_repairs_scan=True)._recheck())
        env.flush_all()
many.confirm_count = many.create_count - len(lines)
with Watch() as executing:
    created = many.action_execute()
say("created", created + len(lines))
say("created_again", many.action_execute())
say("batch_against_one_by_one",
    (one_by_one.seconds / len(lines)) / (executing.seconds / max(created, 1)))  # fmt: skip
say("execute_seconds", executing.seconds)
say("execute_memory", executing.memory)
say("created_by_twin", twin.action_execute())
say("contracts", Contract.search_count([("x_fc_source", "=", "backfill")]))
again = new_run()
again._scan()
report = again._report()
say("already_afterwards", report["already"])
say("create_afterwards", report["create"])
env.cr.rollback()
