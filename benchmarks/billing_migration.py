"""The importer and the ledger beside plain ORM work on the same figures, without a source: rows are
given to the wizards as they come out of it.

``FUSION_HEAVY`` asks for 10,000 subscriptions and 2,000 invoices.
"""

import os
import sys

from support import Table, odoo

from toolbox import databases

DATABASE = "bench_billing_migration"


def main():
    runner, table = odoo(), Table("billing_migration")
    databases.drop(runner.database_env, DATABASE)
    databases.install(runner, DATABASE, ["fusion_centralize_billing"], "bench-migration")
    answer = databases.run_script(
        runner, DATABASE, "bench_billing_migration.py", "bench-migration-run", "measuring",
        FUSION_HEAVY=os.environ.get("FUSION_HEAVY", ""),
    )  # fmt: skip
    for line in answer.splitlines():
        if line.startswith("ROW="):
            what, ours, baseline, limit, unit = line.removeprefix("ROW=").split("|")
            table.add(what, float(ours), float(baseline), float(limit), unit)
    databases.drop(runner.database_env, DATABASE)
    return table.finish()


sys.exit(main())
