"""Usage coming in, and rating, of fusion_centralize_billing, without HTTP.

Ingestion stands beside the plainest INSERT of the same rows (psycopg2's ``execute_values``) and
beside the ORM's ``create``; statement counts beside their bounds; the rating aggregate of a large
table beside that of a small one, in buffers touched.
"""

import os
import sys

from support import Table, odoo

from toolbox import databases

DATABASE = "bench_billing"


def main():
    runner, table = odoo(), Table("billing")
    databases.drop(runner.database_env, DATABASE)
    databases.install(runner, DATABASE, ["fusion_centralize_billing"], "bench-billing")
    answer = databases.run_script(
        runner,
        DATABASE,
        "bench_billing.py",
        "bench-billing-run",
        "measuring",
        FUSION_HEAVY=os.environ.get("FUSION_HEAVY", ""),
    )
    for line in answer.splitlines():
        if line.startswith("ROW="):
            what, ours, baseline, limit, unit = line.removeprefix("ROW=").split("|")
            table.add(what, float(ours), float(baseline), float(limit), unit)
    databases.drop(runner.database_env, DATABASE)
    return table.finish()


sys.exit(main())
