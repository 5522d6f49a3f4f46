#!/usr/bin/env python3
"""Who may know whom: fails when an addon reaches for one it does not stand on.

Reads `depends`, Python imports, `inherit_id`/`ref` of views and data, and model names in the code.
"""

import ast
import re
import sys

from toolbox import paths

#: Downwards only. An addon not named here may stand on fusion_base alone.
MAY_DEPEND = {
    "fusion_base": set(),
    "fusion_claims": {"fusion_base", "fusion_tasks", "fusion_pdf_preview"},
    "fusion_portal": {"fusion_base", "fusion_claims", "fusion_tasks", "fusion_pdf_preview"},
    "fusion_repairs": {"fusion_base", "fusion_tasks"},
    "fusion_helpdesk_central": {"fusion_base", "helpdesk"},
    "fusion_centralize_billing": {"fusion_base", "sale_subscription"},
    "helpdesk": set(),
    "sale_subscription": set(),
}
#: Models that an addon calls on another server, by RPC: {addon: names}.
ON_THE_WIRE = {"fusion_helpdesk": {"fusion.helpdesk.gateway"}}
MODEL = re.compile(r"""["'](fusion\.[a-z_.]+)["']""")
XMLID = re.compile(r"""(?:inherit_id|ref|parent|action|id)="([a-z_0-9]+)\.[\w.]+\"""")


def manifest(addon):
    return ast.literal_eval((paths.addon_dir(addon) / "__manifest__.py").read_text())


def python_files(addon):
    return [
        path
        for path in paths.addon_dir(addon).rglob("*.py")
        if path.name != "__manifest__.py" and "tests" not in path.parts
    ]


def model_owners(addons):
    """:return: {model name: addon that defines it}"""
    owners = {}
    for addon in addons:
        for path in python_files(addon):
            for found in re.finditer(
                r"""^\s+_name = ["'](fusion\.[a-z_.]+)["']""", path.read_text(), re.M
            ):
                owners.setdefault(found[1], addon)
    return owners


def reached(addon, addons, owners):
    """Yield (where, other addon) for each of our addons that this one's files name."""
    for path in python_files(addon):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                parts = name.split(".")
                if parts[:2] == ["odoo", "addons"] and len(parts) > 2 and parts[2] in addons:
                    yield f"{path.relative_to(paths.ROOT)}:{node.lineno}", parts[2]
        for found in MODEL.finditer(text):
            if found[1] in owners and found[1] not in ON_THE_WIRE.get(addon, ()):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path.relative_to(paths.ROOT)}:{line}", owners[found[1]]
    for path in paths.addon_dir(addon).rglob("*.xml"):
        text = path.read_text()
        for found in XMLID.finditer(text):
            if found[1] in addons:
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path.relative_to(paths.ROOT)}:{line}", found[1]


def main():
    addons = set(paths.own_addons())
    owners = model_owners(addons)
    faults = []
    for addon in sorted(addons):
        direct = set(manifest(addon)["depends"]) & addons
        for other in sorted(direct - MAY_DEPEND.get(addon, {"fusion_base"})):
            faults.append(f"{addon}/__manifest__.py: may not depend on {other}")
        for where, other in reached(addon, addons, owners):
            if other != addon and other not in direct:
                faults.append(f"{where}: reaches {other}, which is no direct dependency of {addon}")
    print("\n".join(dict.fromkeys(faults)) or "layers are in order")
    return bool(faults)


sys.exit(main())
