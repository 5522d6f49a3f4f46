"""Reads what an addon takes of the helpdesk, and compares it with SURFACE.md."""

import ast
import re
from pathlib import Path

from lxml import etree

ADDON = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (model|field|method|xmlid) \| `([\w.]+)` \|", re.M)
#: A model's name or an external id, in quotes, in an attribute or in a list of groups.
NAME = re.compile(r"(?<![\w./])(helpdesk(?:_mgmt|_stage|_sla)?\.[a-z][\w.]*\w)(?![\w/(])")
SUFFIXES = (".py", ".xml", ".csv")


def listed():
    """:return: {kind: set of names} of SURFACE.md"""
    found = {"model": set(), "field": set(), "method": set(), "xmlid": set()}
    for kind, name in ROW.findall((ADDON / "SURFACE.md").read_text()):
        found[kind].add(name)
    return found


def sources(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and "tests" not in path.relative_to(folder).parts:
            yield path


def faults(folder, names, private):
    """Yield a sentence for each thing that an addon may not use.

    :param names: what :func:`listed` returns
    :param private: names of the ticket's and team's own fields and methods that are not listed
    """
    manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
    if "helpdesk_mgmt" in manifest["depends"]:
        yield "__manifest__.py: depends on helpdesk_mgmt, which Enterprise does not have"
    allowed = names["model"] | names["xmlid"]
    private = private - set(_own_fields(folder))
    for path in sources(folder):
        where = path.relative_to(folder)
        text = path.read_text()
        for name in sorted(set(_quoted_names(path, text)) - allowed):
            yield f"{where}: {name} is not on the surface"
        taken = _python_members(text) if path.suffix == ".py" else _view_fields(path, text)
        for name in sorted(taken & private):
            yield f"{where}: {name} of the helpdesk is not on the surface"


def _own_fields(folder):
    """:return: names of fields that the addon defines itself, e.g. on a dialog of its own"""
    for path in folder.rglob("*.py"):
        yield from re.findall(r"^    (\w+) = fields\.", path.read_text(), re.M)


def _quoted_names(path, text):
    if path.suffix == ".py":
        texts = [
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    else:
        texts = [text]
    return [name for part in texts for name in NAME.findall(part)]


def _python_members(text):
    """:return: names taken of any object, and those that a domain starts with"""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            first = node.elts[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.update(first.value.split("."))
    return found


def _view_fields(path, text):
    """:return: fields that views of the ticket or the team show"""
    found = set()
    if path.suffix != ".xml":
        return found
    for record in etree.fromstring(text.encode()).iter("record"):
        model = record.findtext("field[@name='model']")
        if record.get("model") == "ir.ui.view" and model in ("helpdesk.ticket", "helpdesk.team"):
            found.update(
                node.get("name")
                for node in record.xpath("field[@name='arch']//*[self::field or self::button]")
            )
    return found
