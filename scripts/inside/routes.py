# Fed to Odoo's shell: every route of an addon of ours, as JSON.
import inspect
import json
import os


def unwrap(endpoint):
    while hasattr(endpoint, "func"):
        endpoint = endpoint.func
    return inspect.unwrap(endpoint)


def module_of(endpoint):
    return unwrap(endpoint).__module__.split(".")[2]


def describe(rule):
    routing = rule.endpoint.routing
    kind, auth = routing["type"], routing["auth"]
    is_guarded = kind == "http" and routing.get("csrf", True)
    return {
        "path": rule.rule,
        "type": kind,
        "auth": auth,
        "methods": sorted(set(rule.methods or {"GET", "POST"}) - {"HEAD", "OPTIONS"}),
        "csrf": is_guarded,
        "params": [name for name in inspect.signature(unwrap(rule.endpoint)).parameters][1:],
    }


ours = set(os.environ["FUSION_ADDONS"].split(","))
rules = env["ir.http"].routing_map().iter_rules()  # noqa: F821 - the shell's
print(
    "ROUTES=" + json.dumps([describe(rule) for rule in rules if module_of(rule.endpoint) in ours])
)
