"""The interpreter Fusion runs on (``.run/venv``), and OCA's addon beside it."""

import hashlib
import shutil
import subprocess
import sys

from . import paths
from .debian import retried
from .progress import SetupError, finished, step, wanted

OLDEST, NEWEST = (3, 10), (3, 13)
REQUIREMENTS = ["requirements-odoo.txt", "requirements.txt"]


def _fingerprint(files):
    digest = hashlib.sha256(sys.version.encode())
    for name in files:
        digest.update((paths.ROOT / name).read_bytes())
    return digest.hexdigest()


def _find_interpreter():
    """:return: a Python Odoo 19 runs on, this one when it fits"""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise SetupError(
        f"Odoo 19 needs Python 3.10 to 3.13, this is {sys.version.split()[0]}",
        "apt-get install python3 python3-venv",
    )


def _pip(*arguments, what):
    retried(
        [paths.VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install", *arguments],
        "pip",
        what,
        "check the network and run the command again",
    )


def _ensure_venv():
    works = (
        paths.VENV_PYTHON.exists()
        and not subprocess.run(
            [paths.VENV_PYTHON, "-c", "import pip"], capture_output=True, check=False
        ).returncode
    )
    if works:
        return
    shutil.rmtree(paths.VENV, ignore_errors=True)
    done = subprocess.run(
        [_find_interpreter(), "-m", "venv", str(paths.VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(
            f"making a virtual environment\n{done.stdout}{done.stderr}",
            "apt-get install python3-venv",
        )


def ensure():
    """Install what Odoo and the suite's addons import."""
    mark = _fingerprint(REQUIREMENTS)
    if not wanted("venv", mark) and paths.VENV_PYTHON.exists():
        return
    with step("Installing Odoo's Python libraries", "about 1 minute"):
        _ensure_venv()
        _pip("--upgrade", "pip", "wheel", "setuptools<80", what="upgrading pip")
        files = [word for name in REQUIREMENTS for word in ("-r", paths.ROOT / name)]
        _pip(*files, what="installing Python libraries")
        finished("venv", mark)


def ensure_dev():
    """Install what tests and linters import."""
    mark = _fingerprint([*REQUIREMENTS, "requirements-dev.txt"])
    if wanted("venv-dev", mark):
        with step("Installing test tools", "about 30 s"):
            _pip("-r", paths.ROOT / "requirements-dev.txt", what="installing test tools")
            finished("venv-dev", mark)


def ensure_oca():
    """Install OCA's helpdesk_mgmt, which the Community helpdesk stands on."""
    mark = _fingerprint(["requirements-oca.txt"])
    if wanted("oca", mark) or not paths.OCA.is_dir():
        with step("Fetching OCA's helpdesk"):
            shutil.rmtree(paths.OCA, ignore_errors=True)
            requirements = paths.ROOT / "requirements-oca.txt"
            _pip("--no-deps", "--target", paths.OCA, "-r", requirements, what="fetching OCA addons")
            finished("oca", mark)
