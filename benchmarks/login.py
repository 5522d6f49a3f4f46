"""A login with the audit against the same login without it; lists on a table that has grown.

One process, interleaved; "without" is the same code inside an attempt that somebody else records,
so that our hooks only pass through. ``scripts/bench login --full`` grows the table to 5 million
rows (6 minutes, 4 GB of disk), else to 100,000.
"""

import json
import os
import sys

from support import Table, make_database, odoo

from toolbox import databases

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "200"))
SMALL, LARGE, FULL = 5_000, 100_000, 5_000_000


def add_logins(table, runner):
    facts = make_database(
        runner, "bench_login", ["fusion_login_audit"], "bench_login.py", ROUNDS=str(ROUNDS)
    )
    figures = json.loads(facts["FIGURES"])
    (ours, ours_sql), (plain, plain_sql) = figures["real"]
    table.add("good login, production hash rounds", ours, plain, 1.05, "ms")
    (stubbed, _sql), (bare, _bare_sql) = figures["stubbed"]
    table.add("good login, key derivation stubbed (limit + 3 ms)", stubbed, bare + 3, 1.0, "ms")
    print(f"milliseconds added to a good login: {stubbed - bare:.2f}")
    table.add("statements of a good login (limit + 6)", ours_sql, plain_sql + 6, 1.0, "sql")
    (unknown, _unknown_sql), (wrong, _wrong_sql) = figures["unknown"]
    table.add("unknown user against wrong password, equal time", unknown, wrong, 1.1, "ms")
    table.add("wrong password against unknown user, equal time", wrong, unknown, 1.1, "ms")
    print(f"statements added to a good login: {ours_sql - plain_sql:.0f}")


def add_lists(table, runner, large):
    other = "bench_login_large"
    databases.copy(runner.database_env, "bench_login", other)
    answer = databases.run_script(
        runner, "bench_login", "bench_login_rows.py", "bench-bench_login-rows",
        f"filling the table with {large} rows",
        OTHER=other, SMALL=str(SMALL), LARGE=str(large),
    )  # fmt: skip
    databases.drop(runner.database_env, other)
    line = next(row for row in answer.splitlines() if row.startswith("FIGURES="))
    figures = json.loads(line.partition("=")[2])
    for name, what, limit in (
        ("list", "first page of the list", 2),
        ("filter", "filter by user", 2),
        ("failures", "failures of a user", 2),
        ("users", "fields of 80 users", 3),
    ):
        small, grown = figures[name]["small"], figures[name]["large"]
        table.add(f"{what}, {large:,} rows against {SMALL:,}", grown, small, limit, "ms")


def main():
    table, runner = Table("login"), odoo()
    add_logins(table, runner)
    add_lists(table, runner, FULL if "--full" in sys.argv else LARGE)
    return table.finish()


sys.exit(main())
