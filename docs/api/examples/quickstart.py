"""From nothing to a paid invoice, over HTTP, in the order in which an app meets the API.

    python quickstart.py --url http://127.0.0.1:8069 --key fbk_… --plan maps-standard \\
        --metric map_calls

It makes a customer, saves Odoo's demo card, subscribes from last month on, reports usage and shows
what the next invoice will be. Odoo's own jobs then invoice, charge and tell the app; ``--wait``
waits for the payment.
"""

import argparse
import json
import re
import time
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

from fusion_billing import Billing

CARD = re.compile(r'data-([a-z-]+)="([^"]*)"')


def make_customer(billing, name):
    customer = {
        "external_id": name, "name": "Quickstart Bakery", "email": f"{name}@example.com",
        "country": "CA", "state": "ON", "city": "Toronto", "zipcode": "M5V 1A1",
    }  # fmt: skip
    return billing.post("/customers", {"customer": customer})["customer"]


def save_demo_card(billing, name):
    """What a customer does in a browser on the checkout page, with the demo provider."""
    link = billing.post(f"/customers/{name}/checkout_url")["customer"]["checkout_url"]
    with urllib.request.urlopen(link, timeout=30) as page:
        found = dict(CARD.findall(page.read().decode()))
    server = link.split("/billing/")[0]
    values = {
        "provider_id": int(found["provider-id"]),
        "payment_method_id": int(found["payment-option-id"]),
        "token_id": None,
        "amount": None,
        "currency_id": None,
        "partner_id": int(found["partner-id"]),
        "access_token": found["access-token"],
        "landing_route": found["landing-route"],
        "flow": "direct",
        "tokenization_requested": True,
        "is_validation": True,
    }
    started = _rpc(f"{server}/payment/transaction", values)
    card = {"reference": started["reference"], "payment_details": "4242"}
    _rpc(f"{server}/payment/demo/simulate_payment", {**card, "simulated_state": "done"})


def subscribe(billing, name, plan, start):
    """A subscription from a day in the past, invoiced from then on, paid with the saved card."""
    subscription = {
        "external_customer_id": name, "external_id": f"{name}-1", "plan_code": plan,
        "subscription_at": start.isoformat(), "backdate_invoices": True, "payment_method": "saved",
        "deployment_id": f"{name}-host",
    }  # fmt: skip
    return billing.post("/subscriptions", {"subscription": subscription})["subscription"]


def report_usage(billing, subscription, metric, start, quantities):
    """One counter for each day; sent twice, because the second time changes nothing."""
    rows = [
        {
            "external_subscription_id": subscription,
            "metric_code": metric,
            "quantity": str(quantity),
            "period_start": f"{start + timedelta(days=number)}T12:00:00Z",
            "period_end": f"{start + timedelta(days=number)}T13:00:00Z",
        }
        for number, quantity in enumerate(quantities)
    ]
    first = billing.post("/usage", {"usage": rows})
    again = billing.post("/usage", {"usage": rows})
    assert again["unchanged"] == len(rows), again
    return first


def wait_for_payment(billing, subscription, seconds=120):
    """:return: the paid invoices, oldest first"""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = billing.get("/invoices", external_subscription_id=subscription)["invoices"]
        if found and all(one["payment_status"] == "succeeded" for one in found):
            return found[::-1]
        time.sleep(2)
    raise TimeoutError("no paid invoice yet")


def run(billing, plan, metric, say=print, name=None):
    """:return: id of the subscription"""
    name = name or f"quickstart-{uuid.uuid4().hex[:8]}"
    say("customer", make_customer(billing, name)["id"])
    save_demo_card(billing, name)
    start = (datetime.now(timezone.utc) - timedelta(days=40)).date()
    subscription = subscribe(billing, name, plan, start)["external_id"]
    say("subscription", subscription)
    say("usage", report_usage(billing, subscription, metric, start, [1200, 900, 1500]))
    usage = billing.get(f"/customers/{name}/current_usage", external_subscription_id=subscription)[
        "customer_usage"
    ]
    say("running period", usage["from_datetime"], usage["amount_cents"])
    body = {"invoice": {"external_subscription_id": subscription}}
    preview = billing.post("/invoices/preview", body)["invoice"]
    say("next invoice", preview["total_amount_cents"], preview["currency"])
    return subscription


def _rpc(url, params):
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)
    if "error" in found:
        raise RuntimeError(found["error"]["data"]["message"])
    return found.get("result")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("url", "key", "plan", "metric"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--database")
    parser.add_argument("--wait", action="store_true")
    options = parser.parse_args()
    billing = Billing(options.url, options.key, options.database)
    subscription = run(billing, options.plan, options.metric)
    if options.wait:
        for invoice in wait_for_payment(billing, subscription):
            print("paid", invoice["number"], invoice["total_amount_cents"])


if __name__ == "__main__":
    main()
