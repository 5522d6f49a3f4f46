"""The search for openings against one call per technician and day, and against core's hours.

Query counts stand beside their bounds; times are medians of one run, ours beside the baseline's.
"""

import sys

from support import Table, odoo

from toolbox import databases

DATABASE = "bench_slots"


def main():
    runner, table = odoo(), Table("slots")
    databases.drop(runner.database_env, DATABASE)
    databases.install(runner, DATABASE, ["fusion_tasks"], "bench-slots")
    answer = databases.run_script(
        runner, DATABASE, "bench_slots.py", "bench-slots-run", "measuring"
    )
    for line in answer.splitlines():
        if line.startswith("ROW="):
            what, ours, baseline, limit, unit = line.removeprefix("ROW=").split("|")
            table.add(what, float(ours), float(baseline), float(limit), unit)
    databases.drop(runner.database_env, DATABASE)
    return table.finish()


sys.exit(main())
