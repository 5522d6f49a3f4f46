"""A login with the audit against the same login without it, and unknown users against wrong ones.

One process, interleaved; "without" is the same code inside an attempt that somebody else records,
so that our hooks only pass through.
"""

import json
import os
import sys

from support import Table, make_database, odoo

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "200"))


def main():
    facts = make_database(
        odoo(), "bench_login", ["fusion_login_audit"], "bench_login.py", ROUNDS=str(ROUNDS)
    )
    figures = json.loads(facts["FIGURES"])
    table = Table("login")
    (ours, ours_sql), (plain, plain_sql) = figures["real"]
    table.add("good login, production hash rounds", ours, plain, 1.05, "ms")
    (stubbed, _sql), (bare, _bare_sql) = figures["stubbed"]
    table.add("good login, key derivation stubbed (limit + 3 ms)", stubbed, bare + 3, 1.0, "ms")
    table.add("statements of a good login (limit + 6)", ours_sql, plain_sql + 6, 1.0, "sql")
    (unknown, _unknown_sql), (wrong, _wrong_sql) = figures["unknown"]
    table.add("unknown user against wrong password, equal time", unknown, wrong, 1.1, "ms")
    table.add("wrong password against unknown user, equal time", wrong, unknown, 1.1, "ms")
    print(f"statements added to a good login: {ours_sql - plain_sql:.0f}")
    return table.finish()


sys.exit(main())
