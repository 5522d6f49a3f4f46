"""Run by ``scripts/bench billing_http`` in Odoo's shell: prints OURS, PLAIN (ms) and STATEMENTS."""

import os
import time

import requests

env = env  # noqa: F821 - the shell's
count = int(os.environ["EVENTS"])
parameters = env["ir.config_parameter"].sudo()
parameters.set_param("fusion_billing.webhook_allowed_hosts", "127.0.0.1")
parameters.set_param("fusion_billing.webhook_batch", str(count))
service = env["fusion.billing.service"].search([("code", "=", "bench")])
service.webhook_url = os.environ["URL"]
orders = env["sale.order"].search([("x_fc_billing_service_id", "=", service.id)])
events = env["fusion.billing.webhook"]
for number in range(count):
    events |= service._emit("subscription.updated", subscription=orders[number % len(orders)])
env.cr.commit()
bodies = [event.payload.encode() for event in events]
begin = time.perf_counter()
for body in bodies:
    requests.post(os.environ["URL"], data=body, timeout=10).raise_for_status()
print(f"PLAIN={(time.perf_counter() - begin) * 1000}")
statements = env.cr.sql_log_count
begin = time.perf_counter()
sent = 0
while sent < count:
    told = events._cron_dispatch()
    env.cr.commit()
    assert told["sent"], told
    sent += told["sent"]
print(f"OURS={(time.perf_counter() - begin) * 1000}")
print(f"STATEMENTS={(env.cr.sql_log_count - statements) / count}")
