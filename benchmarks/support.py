"""What the benchmarks share: databases, servers, medians, and the printed table."""

import json
import os
import re
import statistics

from toolbox import databases, odoo_source, paths, postgres
from toolbox.odoo import Odoo

PERFORMANCE = re.compile(r'"POST (?P<path>\S+) HTTP/1.1" 200 - (?P<queries>\d+) ')


def odoo():
    """:return: Odoo on the throw-away cluster that scripts/bench has started"""
    environment = postgres.external_environment() or {
        key: os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER")
    }
    return Odoo(odoo_source.locate(), environment)


def make_database(runner, name, addons, script, **variables):
    """:return: what the script of scripts/inside/ printed, as {"NAME": "value"}"""
    databases.drop(runner.database_env, name)
    databases.install(runner, name, addons, f"bench-{name}")
    answer = databases.run_script(
        runner, name, script, f"bench-{name}-data", f"filling {name}", **variables
    )
    return dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)


def measure_inside(table, addons, **variables):
    """Fill a table with the ``ROW=what|ours|baseline|limit|unit`` lines that the script
    ``scripts/inside/bench_<name of the table>.py`` prints in a fresh database.

    :return: exit status of the benchmark
    """
    runner, name = odoo(), f"bench_{table.name}"
    databases.drop(runner.database_env, name)
    databases.install(runner, name, addons, name)
    answer = databases.run_script(
        runner, name, f"{name}.py", f"{name}-run", "measuring",
        FUSION_HEAVY=os.environ.get("FUSION_HEAVY", ""), **variables,
    )  # fmt: skip
    for line in answer.splitlines():
        if line.startswith("ROW="):
            what, ours, baseline, limit, unit = line.removeprefix("ROW=").split("|")
            table.add(what, float(ours), float(baseline), float(limit), unit)
    databases.drop(runner.database_env, name)
    return table.finish()


def queries_of(log, path):
    """:return: SQL queries of each answered request to ``path``, oldest first"""
    text = log.read_text(errors="replace")
    return [int(row["queries"]) for row in PERFORMANCE.finditer(text) if row["path"] == path]


def p50(values):
    return statistics.median(values)


class Table:
    """Rows of ours / baseline, printed and kept as JSON."""

    def __init__(self, name):
        self.name = name
        self.rows = []

    def add(self, what, ours, baseline, limit, unit):
        """:param limit: the largest ratio the claim allows"""
        ratio = ours / baseline
        row = {"what": what, "ours": ours, "baseline": baseline, "ratio": ratio, "limit": limit}
        self.rows.append({**row, "unit": unit, "ok": ratio <= limit})
        verdict = "ok" if ratio <= limit else "OVER"
        print(
            f"{what:52} ours {ours:10.2f} {unit:3} baseline {baseline:10.2f} {unit:3} "
            f"ratio {ratio:5.2f} limit {limit:4.2f} {verdict}",
            flush=True,
        )

    def finish(self):
        """:return: exit status, 1 when a claim does not hold"""
        path = paths.RUN / "bench" / f"{self.name}.json"
        path.write_text(json.dumps(self.rows, indent=1))
        print(f"written to {path.relative_to(paths.ROOT)}")
        return int(any(not row["ok"] for row in self.rows))
