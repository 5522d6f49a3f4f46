# Fed to Odoo's shell: times of the reporter's calls and of its outbox.
import json
import os
import statistics
import time

from odoo import fields

from odoo.addons.fusion_helpdesk.tests.common import DB, KEY, LOGIN, Central

ROUNDS = int(os.environ["ROUNDS"])
parameters = env["ir.config_parameter"]  # noqa: F821
remote = env["fusion.helpdesk.remote"]  # noqa: F821
outbox = env["fusion.helpdesk.outbox"]  # noqa: F821


def connect(**values):
    for name, value in values.items():
        parameters.set_param(f"fusion_helpdesk.{name}", value)
    env.cr.commit()  # noqa: F821


def ping():
    """:return: milliseconds of one call as the crons make it"""
    begin = time.perf_counter()
    remote._call("ping", {"queue_depth": 0, "url": ""})
    return (time.perf_counter() - begin) * 1000


def measure_flush(central, count):
    """:return: milliseconds, statements and calls of one run over ``count`` messages"""
    identity = env["fusion.helpdesk.service"]._identity()  # noqa: F821
    payload = {"identity": identity, "kind": "bug", "vals": {"name": "N", "description": "D"}}
    outbox.create(
        [
            {"kind": "ticket", "uuid": f"{count}-{number}", "user_id": env.uid,  # noqa: F821
             "name": "N", "payload": payload, "next_attempt_at": fields.Datetime.now()}
            for number in range(count)
        ]
    )  # fmt: skip
    env.cr.commit()  # noqa: F821
    calls, statements = len(central.calls), env.cr.sql_log_count  # noqa: F821
    begin = time.perf_counter()
    sent = outbox._flush(limit=count)["sent"]
    env.cr.commit()  # noqa: F821
    assert sent == count
    return {
        "ms": (time.perf_counter() - begin) * 1000,
        "sql": env.cr.sql_log_count - statements,  # noqa: F821
        "calls": len(central.calls) - calls,
    }


with Central() as central:
    connect(
        remote_url=central.url, remote_db=DB, remote_login=LOGIN, remote_api_key=KEY,
        client_label="ACME",
    )  # fmt: skip
    times = {"xmlrpc": [], "json2": []}
    for number in range(ROUNDS + 10):
        for transport, taken in times.items():
            connect(transport=transport)
            remote._read_config()  # the parameters are cached by the worker
            milliseconds = ping()
            if number >= 10:
                taken.append(milliseconds)
    figures = {transport: statistics.median(taken) for transport, taken in times.items()}
    measure_flush(central, 20)  # warms up
    env["fusion.helpdesk.outbox"].search([]).unlink()  # noqa: F821
    figures["flush"] = {str(count): measure_flush(central, count) for count in (50, 200)}
print("FIGURES=" + json.dumps(figures))
