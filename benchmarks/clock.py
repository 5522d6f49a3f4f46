"""Plans, breaks, export, automatic clock-out and search of fusion_clock, without HTTP.

Query counts stand beside their bounds, the export beside Odoo's own ``export_data`` of the same
columns on the same rows. The taps are ``scripts/bench kiosk``.
"""

import sys

from support import Table, odoo

from toolbox import databases

DATABASE = "bench_clock"


def main():
    runner, table = odoo(), Table("clock")
    databases.drop(runner.database_env, DATABASE)
    databases.install(runner, DATABASE, ["fusion_clock"], "bench-clock")
    answer = databases.run_script(
        runner, DATABASE, "bench_clock.py", "bench-clock-run", "measuring"
    )
    for line in answer.splitlines():
        if line.startswith("ROW="):
            what, ours, baseline, limit, unit = line.removeprefix("ROW=").split("|")
            table.add(what, float(ours), float(baseline), float(limit), unit)
    databases.drop(runner.database_env, DATABASE)
    return table.finish()


sys.exit(main())
