#!/usr/bin/env python3
"""Odoo 19 rules that bite, as CLAUDE.md lists them: fails on code written for an older Odoo."""

import re
import sys

from toolbox import paths

PY, XML, SCSS, JS = (".py",), (".xml",), (".scss",), (".js",)
#: (file endings, pattern, what to write instead)
RULES = [
    (PY, r"""type=["']json["']""", 'route type "json" is deprecated: "jsonrpc" (odoo/http.py)'),
    (PY + XML, r"\bgroups_id\b", "groups_id is group_ids in 19.0 (base/models/ir_ui_view.py)"),
    (PY, r"^\s+_sql_constraints\s*=", "_sql_constraints is ignored: models.Constraint"),
    (PY + XML, r"\bnumbercall\b", "ir.cron has no numbercall (base/models/ir_cron.py)"),
    (XML, r"<group[^>]*\bexpand=", "search views take a plain <group> (core's own views)"),
    (SCSS, r"^\s*@import\s", "a local @import is refused: list the file in the manifest"),
    (PY + XML, r"""["']sale\.subscription["']""", "a subscription is a sale.order"),
    (PY, r"CREATE (?:UNIQUE )?INDEX", "models.Index / models.UniqueIndex, no raw index in init()"),
    (PY, r"\btimeout=\(", "one numeric timeout: a tuple is a TypeError under Odoo's tests"),
    (XML, r"\bt-esc=", "t-esc is deprecated: t-out"),
    (XML, r"<tree[\s>]", "a list view is <list>"),
    (PY, r"\bself\.env\.cr\.(?:commit|rollback)\(", "no commit or rollback: tests refuse it"),
    (JS, r"""useService\(["']rpc["']\)""", "there is no rpc service: import { rpc }"),
]
COMPILED = [(ends, re.compile(pattern, re.M), why) for ends, pattern, why in RULES]


def main():
    faults = []
    for addon in paths.own_addons():
        for path in paths.addon_dir(addon).rglob("*"):
            if path.suffix not in PY + XML + SCSS + JS or "lib" in path.parts:
                continue
            text = path.read_text()
            for ends, pattern, why in COMPILED:
                if path.suffix not in ends:
                    continue
                for found in pattern.finditer(text):
                    line = text.count("\n", 0, found.start()) + 1
                    faults.append(f"{path.relative_to(paths.ROOT)}:{line}: {why}")
    print("\n".join(faults) or "Odoo's rules are kept")
    return bool(faults)


sys.exit(main())
