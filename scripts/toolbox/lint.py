"""Every check that reads the source without running the product."""

import subprocess

from . import paths
from .outcome import Outcome

SCRIPTS = "scripts"


def _files(*patterns):
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in done.stdout.splitlines() if (paths.ROOT / name).is_file()]


def _bin(name):
    return str(paths.VENV / "bin" / name)


def _node(name):
    return str(paths.NODE / "node_modules" / ".bin" / name)


def commands():
    """:return: {name: command}, only of linters that have something to read"""
    addons = [str(paths.addon_dir(name).relative_to(paths.ROOT)) for name in paths.own_addons()]
    scripts_js = _files("*.js", "*.cjs")
    # QWeb and view files; demo and data tables keep the layout a person gave them.
    pretty = [name for name in _files("*.js", "*.cjs", "*.scss") if "/static/lib/" not in name]
    python = str(paths.VENV_PYTHON)
    found = {
        "ruff check": [_bin("ruff"), "check", "."],
        "ruff format": [_bin("ruff"), "format", "--check", "."],
        "pylint-odoo": [_bin("pylint"), "--rcfile=.pylintrc", *addons] if addons else None,
        "eslint": [_node("eslint"), "--max-warnings=0", *scripts_js] if scripts_js else None,
        "prettier": [_node("prettier"), "--check", *pretty] if pretty else None,
        "layers": [python, f"{SCRIPTS}/check_layers.py"],
        "names": [python, f"{SCRIPTS}/check_names.py"],
        "addons": [python, f"{SCRIPTS}/check_addons.py"],
        "odoo rules": [python, f"{SCRIPTS}/check_odoo_rules.py"],
    }
    return {name: command for name, command in found.items() if command}


def run_all():
    """:return: Outcome, one per linter"""
    outcome = Outcome()
    for name, command in commands().items():
        done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            outcome.fail(f"lint: {name}", (done.stdout + done.stderr)[-6000:])
        else:
            outcome.passed += 1
    return outcome


def fixes():
    """:return: the commands that mend formatting"""
    ruff = _bin("ruff")
    found = [[ruff, "check", "--fix", "-q", "."], [ruff, "format", "-q", "."]]
    prettier = commands().get("prettier")
    if prettier:
        found.append([word if word != "--check" else "--write" for word in prettier])
    return found
