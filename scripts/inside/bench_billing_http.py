"""Run by ``scripts/bench billing_http`` in Odoo's shell: a service, its key, 50 subscriptions."""

from datetime import timedelta

from odoo import fields

env = env  # noqa: F821 - the shell's
products = env["product.product"]
values = {"type": "service", "invoice_policy": "order", "taxes_id": [(5,)]}
flat = products.create({**values, "name": "Flat", "recurring_invoice": True})
service = env["fusion.billing.service"].create(
    {"name": "Bench", "code": "bench", "rate_limit_per_minute": 0, "usage_rate_limit_per_minute": 0}
)
metric = env["fusion.billing.metric"].create({"name": "Calls", "code": "calls"})
env["fusion.billing.plan"].create(
    {"service_id": service.id, "code": "p", "name": "P", "product_id": flat.id, "amount": 10,
     "plan_id": env.ref("sale_subscription.subscription_plan_month").id}
)  # fmt: skip
service._api_upsert_customer({"external_id": "c", "name": "C"})
start = str(fields.Date.today() - timedelta(days=70))
for number in range(50):
    order = service._api_create_subscription(
        {"external_customer_id": "c", "external_id": f"s{number}", "plan_code": "p",
         "subscription_at": start}
    )  # fmt: skip
print(f"KEY={service._generate_api_key()}")
print(f"ORDER={order.id}")
print(f"METRIC={metric.id}")
env.cr.commit()
