"""The reporter: JSON-2 against XML-RPC, and a backlog of 200 messages against one of 50.

Central is the tests' loopback server in the same process: the figures show what the client costs.
"""

import json
import os
import sys

from support import Table, make_database, odoo

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "200"))


def main():
    table = Table("helpdesk")
    facts = make_database(
        odoo(), "bench_helpdesk", ["fusion_helpdesk"], "bench_helpdesk.py", ROUNDS=str(ROUNDS)
    )
    figures = json.loads(facts["FIGURES"])
    table.add("ping by JSON-2 against XML-RPC", figures["json2"], figures["xmlrpc"], 1.2, "ms")
    small, large = figures["flush"]["50"], figures["flush"]["200"]
    table.add("statements, backlog of 200 against 50", large["sql"], small["sql"], 4.2, "sql")
    table.add("time, backlog of 200 against 50", large["ms"], small["ms"], 5.0, "ms")
    table.add("statements a message (limit 25)", large["sql"] / 200, 25, 1.0, "sql")
    table.add("calls a message", large["calls"] / 200, 1, 1.0, "")
    return table.finish()


sys.exit(main())
