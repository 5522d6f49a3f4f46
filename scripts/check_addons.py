#!/usr/bin/env python3
"""What every addon has, and what no file of the repository may hold."""

import ast
import csv
import re
import subprocess
import sys
from xml.etree import ElementTree

from toolbox import paths
from toolbox.catalogue import entries

REQUIRED = ["README.md", "CHANGELOG.md", "static/description/icon.png"]
VERSION = re.compile(r"^19\.0\.\d+\.\d+\.\d+$")
#: Written in parts, so that this file passes its own check.
FORBIDDEN = {
    "a package registry's host": re.compile(
        r"deb\.debian" r"\.org|pypi" r"\.org|pythonhosted" r"\.org|registry\.npm" r"js"
    ),
    "a live key": re.compile(r"sk_live" r"_[0-9A-Za-z]{8}|-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a home or work folder of one machine": re.compile(r"/work/" r"(?:main|wt)|/home/[a-z]+/"),
}
BINARY = (".png", ".jpg", ".webp", ".ico", ".woff2", ".xlsx", ".pdf")


def tracked():
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [paths.ROOT / name for name in done.stdout.splitlines() if (paths.ROOT / name).is_file()]


def models_without_access(folder):
    """:return: names of the models that an addon makes and no ACL row names"""
    rows = folder / "security" / "ir.model.access.csv"
    listed = set()
    if rows.is_file():
        with rows.open() as lines:
            listed = {row["model_id:id"].rpartition(".")[2] for row in csv.DictReader(lines)}
    made = []
    for path in folder.rglob("*.py"):
        text = path.read_text()
        if "tests" in path.parts or "AbstractModel" in text:
            continue
        made += re.findall(r"""^    _name = ["'](fusion\.[a-z_.]+)["']""", text, re.M)
    return [name for name in made if f"model_{name.replace('.', '_')}" not in listed]


def addon_faults(addon):
    folder = paths.addon_dir(addon)
    manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
    for name in REQUIRED:
        if not (folder / name).is_file():
            yield f"{addon} lacks {name}"
    if not list((folder / "tests").glob("test_*.py")):
        yield f"{addon} lacks tests"
    if not VERSION.match(manifest.get("version", "")):
        yield f"{addon}: version {manifest.get('version')} is not 19.0.x.y.z"
    if manifest.get("author") != "Nexa Systems Inc.":
        yield f"{addon}: author is not Nexa Systems Inc."
    for name in models_without_access(folder):
        yield f"{addon}: {name} has no row in ir.model.access.csv"
    yield from translation_faults(addon, folder)


def translation_faults(addon, folder):
    pot, french = folder / "i18n" / f"{addon}.pot", folder / "i18n" / "fr_CA.po"
    if not pot.is_file() or not french.is_file():
        yield f"{addon} lacks i18n/{addon}.pot or i18n/fr_CA.po"
        return
    source, translated = entries(pot), entries(french)
    missing = [text for text in source if not translated.get(text)]
    for text in missing[:5]:
        yield f"{addon}: no French for {text!r}"
    if len(missing) > 5:
        yield f"{addon}: and {len(missing) - 5} more without French"
    for text in [text for text in translated if text not in source][:5]:
        yield f"{addon}: French for {text!r}, which the source no longer has"


def file_faults(path):
    name = path.relative_to(paths.ROOT)
    if path.suffix in BINARY:
        return
    raw = path.read_bytes()
    if b"\r" in raw:
        yield f"{name}: has CR line ends"
    if raw and not raw.endswith(b"\n"):
        yield f"{name}: no newline at the end"
    text = raw.decode()
    if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.M):
        yield f"{name}: a merge conflict is left"
    for what, pattern in FORBIDDEN.items():
        if pattern.search(text):
            yield f"{name}: holds {what}"
    if path.suffix in (".xml", ".svg"):
        try:
            ElementTree.fromstring(raw)
        except ElementTree.ParseError as error:
            yield f"{name}: {error}"


def main():
    faults = [fault for addon in paths.own_addons() for fault in addon_faults(addon)]
    faults += [fault for path in tracked() for fault in file_faults(path)]
    print("\n".join(faults) or "addons are in order")
    return bool(faults)


sys.exit(main())
