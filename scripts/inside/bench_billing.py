"""Run by ``scripts/bench billing`` in Odoo's shell: prints ROW=what|ours|baseline|limit|unit."""

import json
import os
import time
from datetime import datetime, timedelta, timezone

ROWS, BATCH, SUBSCRIPTIONS = 10_000, 1000, 500
LARGE = 10_000_000 if os.environ.get("FUSION_HEAVY") else 1_000_000
SMALL = 100_000
NOW = datetime.now(timezone.utc).replace(tzinfo=None)
env = env  # noqa: F821 - the shell's


def row(what, ours, baseline, limit, unit):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def make_catalogue():
    month = env.ref("sale_subscription.subscription_plan_month")
    products = env["product.product"]
    values = {"type": "service", "invoice_policy": "order", "taxes_id": [(5,)]}
    flat = products.create({**values, "name": "Flat", "recurring_invoice": True})
    usage = products.create({**values, "name": "Usage"})
    service = env["fusion.billing.service"].create({"name": "Bench", "code": "bench"})
    metric = env["fusion.billing.metric"].create({"name": "Calls", "code": "calls"})
    env["fusion.billing.plan"].create(
        {"service_id": service.id, "code": "p", "name": "P", "product_id": flat.id,
         "plan_id": month.id, "amount": 10}
    )  # fmt: skip
    env["fusion.billing.charge"].create(
        {"name": "Calls", "service_id": service.id, "plan_code": "p", "plan_id": month.id,
         "metric_id": metric.id, "product_id": usage.id, "price_per_unit": 1,
         "currency_id": service.currency_id.id}
    )  # fmt: skip
    return service, metric


def subscribe(service, count):
    start = (NOW - timedelta(days=70)).date()
    orders = env["sale.order"]
    for number in range(count):
        service._api_upsert_customer({"external_id": f"c{number}", "name": f"C {number}"})
        orders |= service._api_create_subscription(
            {"external_customer_id": f"c{number}", "external_id": f"s{number}", "plan_code": "p",
             "subscription_at": str(start)}
        )  # fmt: skip
    env.cr.commit()
    return orders


def counters(prefix):
    start = NOW - timedelta(days=60)
    for number in range(ROWS):
        begin = start + timedelta(minutes=number % 1000)
        yield {
            "external_subscription_id": f"s{number % SUBSCRIPTIONS}",
            "metric_code": "calls",
            "quantity": number % 7 + 1,
            "period_start": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
            "period_end": f"{begin + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
            "idempotency_key": f"{prefix}{number}",
        }


def batches(rows):
    rows = list(rows)
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def timed(work, *arguments):
    begin = time.perf_counter()
    for argument in arguments:
        work(argument)
    return time.perf_counter() - begin


def measure_ingestion(service, metric, orders):
    ids = {order.x_fc_billing_external_id: order.id for order in orders}
    company = service.company_id.id

    def plain(rows):
        env.cr.execute_values(
            """INSERT INTO fusion_billing_usage (subscription_id, metric_id, period_start,
                   period_end, quantity, idempotency_key, company_id)
               VALUES %s ON CONFLICT (subscription_id, metric_id, idempotency_key) DO NOTHING""",
            [
                (ids[one["external_subscription_id"]], metric.id, one["period_start"][:-1],
                 one["period_end"][:-1], one["quantity"], one["idempotency_key"], company)
                for one in rows
            ],
            page_size=len(rows),
        )  # fmt: skip

    def orm(rows):
        env["fusion.billing.usage"].create(
            [
                {"subscription_id": ids[one["external_subscription_id"]], "metric_id": metric.id,
                 "period_start": one["period_start"][:-1].replace("T", " "),
                 "period_end": one["period_end"][:-1].replace("T", " "),
                 "quantity": one["quantity"], "idempotency_key": one["idempotency_key"]}
                for one in rows
            ]
        )  # fmt: skip
        env.flush_all()

    def ours(rows):
        service._api_record_usage({"usage": rows})

    ours(next(iter(batches(counters("warm")))))
    mine = timed(ours, *batches(counters("a")))
    raw = timed(plain, *batches(counters("b")))
    slow = timed(orm, *batches(counters("c"))[:2]) * 5
    row("10,000 counters beside plain INSERT", mine * 1000, raw * 1000, 2.5, "ms")
    row("10,000 counters beside ORM create", mine * 1000, slow * 1000, 1 / 15, "ms")
    before = env.cr.sql_log_count
    ours(batches(counters("d"))[0])
    row("statements of a batch of 1,000", env.cr.sql_log_count - before, 6, 1, "")
    env.cr.commit()


def measure_rating(orders):
    usage = env["fusion.billing.usage"]
    env.invalidate_all()
    before = env.cr.sql_log_count
    found = usage._cron_rate_open_periods()
    env.flush_all()
    spent = env.cr.sql_log_count - before
    row(f"statements for each of {found['lines']} new lines", spent / found["lines"], 8, 1, "")
    env.cr.commit()
    env.invalidate_all()
    before = env.cr.sql_log_count
    usage._cron_rate_open_periods()
    row(
        "statements of 500 subscriptions, nothing to change",
        env.cr.sql_log_count - before,
        15,
        1,
        "",
    )


def fill(metric, order, until):
    env.cr.execute("SELECT COUNT(*) FROM fusion_billing_usage")
    missing = until - env.cr.fetchone()[0]
    env.cr.execute(
        """INSERT INTO fusion_billing_usage (subscription_id, metric_id, period_start, period_end,
               quantity, idempotency_key)
           SELECT %s, %s, now() - interval '5 years' + n * interval '1 minute',
                  now() - interval '5 years' + n * interval '1 minute' + interval '1 s', 1,
                  'fill' || %s || n
             FROM generate_series(1, %s) n""",
        [order.id, metric.id, f"{until}-", max(missing, 0)],
    )
    env.cr.commit()
    env.cr.execute("ANALYZE fusion_billing_usage")


def buffers(metric, order):
    """:return: buffers that the aggregate of one subscription's month touches"""
    end = NOW - timedelta(days=40)
    env.cr.execute(
        """EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
           SELECT SUM(quantity) FROM fusion_billing_usage
            WHERE subscription_id = %s AND metric_id = %s
              AND period_start >= %s AND period_start < %s""",
        [order.id, metric.id, end - timedelta(days=31), end],
    )
    answer = env.cr.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    assert "Seq Scan" not in json.dumps(plan), "the table is read whole"
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


service, metric = make_catalogue()
orders = subscribe(service, SUBSCRIPTIONS)
measure_ingestion(service, metric, orders)
measure_rating(orders)
fill(metric, orders[1], SMALL)
small = buffers(metric, orders[0])
fill(metric, orders[1], LARGE)
row(
    f"buffers of a month, {LARGE:,} rows beside {SMALL:,}",
    buffers(metric, orders[0]),
    small,
    1.5,
    "",
)
