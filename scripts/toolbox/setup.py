"""Everything a command needs, made when it is missing; two commands wait for each other."""

import contextlib
import fcntl
import os
import sys
import sysconfig

from . import debian, node, odoo_source, paths, python_env
from .progress import say

PYTHON_HEADER = os.path.join(sysconfig.get_paths()["include"], "Python.h")
#: {package: program or file that shows it is not needed}
RUNTIME_PACKAGES = {
    "postgresql": "/usr/lib/postgresql",
    "postgresql-client": "psql",
    "python3-venv": sysconfig.get_paths()["stdlib"] + "/ensurepip/__main__.py",
    "python3-dev": PYTHON_HEADER,
    "gcc": "gcc",
    "wkhtmltopdf": "wkhtmltopdf",
    "util-linux": "setpriv",
}
TEST_PACKAGES = {"chromium": "chromium", "nodejs": "node", "npm": "npm"}


@contextlib.contextmanager
def _alone():
    paths.RUN.mkdir(exist_ok=True)
    with (paths.RUN / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another Fusion command is setting up this clone; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_runtime():
    """What serving needs: PostgreSQL, Odoo, its Python libraries, OCA's addon.

    :return: the OdooSource to run
    """
    with _alone():
        debian.ensure_packages(RUNTIME_PACKAGES)
        source = odoo_source.ensure()
        python_env.ensure()
        python_env.ensure_oca()
        return source


def continue_in_venv():
    """Run this very command again with the interpreter that has the test libraries."""
    if os.path.realpath(sys.prefix) != os.path.realpath(paths.VENV):
        os.execv(paths.VENV_PYTHON, [str(paths.VENV_PYTHON), *sys.argv])


def ensure_tests():
    """What tests need on top of serving: a browser, the test libraries, the JavaScript linters."""
    source = ensure_runtime()
    with _alone():
        debian.ensure_packages(TEST_PACKAGES)
        python_env.ensure_dev()
        node.ensure()
    return source
