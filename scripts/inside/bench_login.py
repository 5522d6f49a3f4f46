# Fed to Odoo's shell: times of authenticate with and without the audit, in this one process.
import json
import os
import statistics
import time
from unittest.mock import patch

from odoo.addons.fusion_login_audit.services.attempt import open_attempt

ROUNDS = int(os.environ["ROUNDS"])
PASSWORD = "bench-Zx81-secret"
users = env["res.users"]  # noqa: F821
users.with_context(no_reset_password=True).create(
    {"name": "Bench", "login": "bench", "password": PASSWORD}
)
env.cr.commit()  # noqa: F821


def attempt(login, password, has_audit):
    """:return: (milliseconds, statements of the request's cursor)"""
    credential = {"type": "password", "login": login, "password": password}
    with env.registry.cursor() as cr:  # noqa: F821
        model = env(cr=cr, user=None, su=False)["res.users"]  # noqa: F821
        before, begin = cr.sql_log_count, time.perf_counter()
        try:
            if has_audit:
                model.authenticate(credential, {"interactive": True})
            else:
                with open_attempt():
                    model.authenticate(credential, {"interactive": True})
        except Exception:  # noqa: BLE001 - a refusal is what is timed
            pass
        model.env.flush_all()
        return (time.perf_counter() - begin) * 1000, cr.sql_log_count - before


def compare(*attempts):
    """Interleaved. :return: medians of (milliseconds, statements) per attempt"""
    taken = [[] for _one in attempts]
    for number in range(ROUNDS + 10):
        for index, arguments in enumerate(attempts):
            found = attempt(*arguments)
            if number >= 10:
                taken[index].append(found)
    return [[statistics.median(part) for part in zip(*one, strict=True)] for one in taken]


good, wrong = ("bench", PASSWORD), ("bench", "wrong")
figures = {"real": compare((*good, True), (*good, False))}
context_class = type(users._crypt_context())
with patch.object(context_class, "verify_and_update", lambda *_args: (True, None)):
    figures["stubbed"] = compare((*good, True), (*good, False))
parameters = env["ir.config_parameter"]  # noqa: F821
parameters.set_param("fusion_login_audit.equal_time", "True")
parameters.set_param("fusion_login_audit.flood_limit_per_min", "100000")
parameters.set_param("fusion_login_audit.spray_threshold", "0")
env.cr.commit()  # noqa: F821
figures["unknown"] = compare(("nobody", "wrong", True), (*wrong, True))
print("FIGURES=" + json.dumps(figures))
