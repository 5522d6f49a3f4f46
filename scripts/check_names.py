#!/usr/bin/env python3
"""Names share one space with Odoo and every other vendor: fails on a name that may clash.

Fields on core models begin with x_fc_ (fusion_clock: x_fclk_), the same field of one model comes
from one addon only, our own models begin with "fusion." or their addon's name, and two addons that
do not know each other give no method of one model the same name of ours.
"""

import ast
import sys

from toolbox import paths

#: The Community stand-ins carry the names of the addons they stand in for.
STAND_INS = {"helpdesk", "sale_subscription"}
#: Names without the prefix that programs beyond this repository use.
KNOWN_OUTSIDE = {"page11_sign_request_ids", "assessment_ids", "accessibility_assessment_ids"}
#: In a method's name: it is ours, and overrides nothing of Odoo's.
OUR_METHOD = ("_fc_", "_fclk_")
#: Read without knowing whether the other addon is there: both give the same answer.
SAME_IN_BOTH = {("sale.order.line", "_fc_claims_facts")}
PREFIX = {"fusion_clock": ("x_fclk_",)}
SETTINGS_PREFIX = {
    "fusion_claims": ("fc_", "x_fc_"),
    "fusion_clock": ("fclk_",),
    "fusion_helpdesk": ("fusion_helpdesk_",),
    "fusion_helpdesk_central": ("fhc_",),
}


def literal(node):
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return []
    return [value] if isinstance(value, str) else list(value)


def attributes(klass):
    """:return: ({attribute: literal values}, [(field name, call)])"""
    values, fields = {}, []
    for node in klass.body:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        name, value = node.targets[0].id, node.value
        if name in ("_name", "_inherit"):
            values[name] = literal(value)
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            if getattr(value.func.value, "id", "") == "fields":
                fields.append((name, value))
    return values, fields


def classes(addon):
    for path in paths.addon_dir(addon).rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                yield path.relative_to(paths.ROOT), node


def check_class(addon, path, node, seen):
    values, fields = attributes(node)
    names = values.get("_name") or values.get("_inherit") or []
    if not names:
        return
    model = names[0]
    created = "_name" in values and model not in values.get("_inherit", [])
    is_ours = model.startswith(("fusion.", f"{addon}."))
    if created and not is_ours:
        yield f"{path}:{node.lineno}: model {model} does not begin with fusion."
    if is_ours:
        return
    allowed = PREFIX.get(addon, ("x_fc_",))
    if model == "res.config.settings":
        allowed = SETTINGS_PREFIX.get(addon, allowed)
    for name, call in fields:
        extends = any(word.arg in ("selection_add", "ondelete") for word in call.keywords)
        if not (extends or name in KNOWN_OUTSIDE or name.startswith(allowed)):
            yield f"{path}:{call.lineno}: {name} on {model} needs a prefix of {allowed}"
        owner = seen.setdefault((model, name), addon)
        if owner != addon and not extends:
            yield f"{path}:{call.lineno}: {name} on {model} comes from {owner} already"


def find_methods(addon):
    """Yield (model, method, where) of our methods on models that are not ours."""
    for path, node in classes(addon):
        values, _fields = attributes(node)
        for model in values.get("_name") or values.get("_inherit") or []:
            if model.startswith("fusion."):
                continue
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and any(
                    mark in f"_{part.name}" for mark in OUR_METHOD
                ):
                    yield model, part.name, f"{path}:{part.lineno}"


def check_methods(addons):
    """A method that stands in two addons of which neither stands on the other."""
    owners = {}
    for addon in addons:
        for model, name, where in find_methods(addon):
            owners.setdefault((model, name), {})[addon] = where
    for (model, name), places in owners.items():
        if (model, name) in SAME_IN_BOTH:
            continue
        first, *others = places
        for other in others:
            if first not in stands_on(other) and other not in stands_on(first):
                yield f"{places[other]}: {name} on {model} is a method of {first}, too"


def stands_on(addon):
    """:return: our addons that an addon needs, all the way down"""
    manifest = ast.literal_eval((paths.addon_dir(addon) / "__manifest__.py").read_text())
    direct = set(manifest["depends"]) & set(paths.own_addons())
    return direct.union(*(stands_on(one) for one in direct))


def main():
    seen, faults = {}, []
    for addon in paths.own_addons():
        if addon in STAND_INS:
            continue
        for path, node in classes(addon):
            faults += check_class(addon, path, node, seen)
    faults += check_methods([name for name in paths.own_addons() if name not in STAND_INS])
    print("\n".join(faults) or "names are in order")
    return bool(faults)


sys.exit(main())
