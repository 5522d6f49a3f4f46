"""Run by ``scripts/bench billing_migration`` in Odoo's shell: prints
ROW=what|ours|baseline|limit|unit."""

import os
import resource
import time
from datetime import datetime, timezone

from odoo.fields import Command

HEAVY = bool(os.environ.get("FUSION_HEAVY"))
PEOPLE, PLANS, MONTHS = (10_000, 200, 5000) if HEAVY else (1000, 50, 5000)
INVOICES = 2000 if HEAVY else 200
SILENT = {
    "tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True,
    "mail_notrack": True,
}  # fmt: skip
env = env  # noqa: F821 - the shell's


def row(what, ours, baseline, limit, unit):
    print(f"ROW={what}|{ours}|{baseline}|{limit}|{unit}")


def timed(work, *arguments):
    begin = time.perf_counter()
    work(*arguments)
    env.flush_all()
    spent = (time.perf_counter() - begin) * 1000
    env.cr.commit()
    env.invalidate_all()
    return spent


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


DATA = {
    "users": [
        {"id": f"u-{number}", "email": f"u{number}@example.com", "full_name": f"Customer {number}",
         "billing_city": "Toronto", "billing_country": "CA", "billing_state": "ON"}
        for number in range(PEOPLE)
    ],
    "plans": [
        {"id": f"p-{number}", "name": f"Plan {number}", "price_monthly": "20.0000",
         "price_yearly": "200.0000", "cpu_seconds_quota": "18000", "is_active": True}
        for number in range(PLANS)
    ],
    "subscriptions": [
        {"id": f"s-{number}", "user_id": f"u-{number}", "deployment_id": f"d-{number}",
         "plan_id": f"p-{number % PLANS}", "status": "active", "billing_cycle": "monthly",
         "current_period_start": datetime(2026, 5, 1, 12, tzinfo=timezone.utc)}
        for number in range(PEOPLE)
    ],
}  # fmt: skip


def plain_records():
    """The same partners and draft orders, created one after the other."""
    quiet = env(context={**env.context, **SILENT})
    month = quiet.ref("sale_subscription.subscription_plan_month")
    country, state = quiet.ref("base.ca"), quiet.ref("base.state_ca_on")
    product = quiet["product.product"].create(
        {"name": "Plain", "type": "service", "recurring_invoice": True, "list_price": 20}
    )
    for number in range(PEOPLE):
        partner = quiet["res.partner"].create(
            {"name": f"Plain {number}", "email": f"plain{number}@example.com", "city": "Toronto",
             "country_id": country.id, "state_id": state.id}
        )  # fmt: skip
        quiet["sale.order"].create(
            {"partner_id": partner.id, "plan_id": month.id, "start_date": "2026-05-01",
             "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})]}
        )  # fmt: skip


def measure_import():
    wizard = env["fusion.billing.import.wizard"]
    before = memory()
    first = timed(wizard._import_rows, DATA)
    grown = memory() - before
    second = timed(wizard._import_rows, DATA)
    plain = timed(plain_records)
    row(f"import of {PEOPLE:,} customers beside plain create", first, plain, 2, "ms")
    row("second import beside the first", second, first, 0.6, "ms")
    row("memory that the import adds", grown, 300, 1, "MB")


def measure_reconciliation():
    count = env["sale.order"].search_count([("x_fc_nexacloud_subscription_id", "!=", False)])
    rows = [
        {"subscription_external_id": f"s-{number % count}",
         "period": f"20{20 + number // count:02}-05", "cpu_seconds": 25200.0,
         "external_amount": 20.02}
        for number in range(MONTHS)
    ]  # fmt: skip
    before = env.cr.sql_log_count
    env["fusion.billing.reconciliation"]._reconcile_rows(rows)
    spent = env.cr.sql_log_count - before
    row(f"statements for {MONTHS:,} months", spent, 12 + MONTHS / 1000, 1, "")
    env.cr.commit()


def invoices(prefix):
    return [
        {"id": f"{prefix}-{number}", "stripe_invoice_id": f"in_{prefix}{number}",
         "invoice_number": f"{prefix}-{number}", "user_external_id": f"u-{number}",
         "partner_name": f"Customer {number}", "partner_email": f"u{number}@example.com",
         "invoice_date": datetime(2026, 5, 9, 12, tzinfo=timezone.utc), "currency": "CAD",
         "status": "open", "subtotal": "100.00", "tax": "13.00", "amount_paid": "0",
         "paid_at": None,
         "items": [{"description": "Managed hosting", "quantity": "1", "unit_price": "100.00",
                    "amount": "100.00"}]}
        for number in range(INVOICES)
    ]  # fmt: skip


def plain_invoices():
    """What Odoo does anyway: the same moves, created and posted one after the other, with the
    notes in their chatter that the ledger's have, too."""
    ours = [("email", "=like", "u%@example.com")]
    partners = env["res.partner"].search(ours, limit=INVOICES)
    tax = env["account.tax"].search(
        [("type_tax_use", "=", "sale"), ("amount", "=", 13), ("amount_type", "=", "percent")],
        limit=1,
    )
    account = env["account.account"].search([("account_type", "=", "income")], limit=1)
    for partner in partners:
        move = env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-05-09",
             "invoice_line_ids": [Command.create(
                 {"name": "Managed hosting", "quantity": 1, "price_unit": 100,
                  "account_id": account.id, "tax_ids": [Command.set(tax.ids)]}
             )]}
        )  # fmt: skip
        move.action_post()


def measure_ledger():
    wizard = env["fusion.billing.invoice.ledger.wizard"]
    wizard._ingest_invoices(invoices("warm")[:5], post=True)
    env.cr.commit()
    ours = timed(lambda: wizard._ingest_invoices(invoices("a"), post=True))
    plain = timed(plain_invoices)
    row(f"{INVOICES} invoices of the ledger beside create and post", ours, plain, 1.3, "ms")


env["account.chart.template"].try_loading("ca_2023", env.company)
env.cr.commit()
measure_import()
measure_reconciliation()
measure_ledger()
