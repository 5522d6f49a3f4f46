"""Where things are. Everything the commands make lives in ``.run/``, which git ignores."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run"
LOGS = RUN / "logs"
STAMPS = RUN / "stamps"
VENV = RUN / "venv"
VENV_PYTHON = VENV / "bin" / "python"
ODOO_TREE = RUN / "odoo"
OCA = RUN / "oca"
NODE = RUN / "node"
GEOIP = RUN / "geoip"
TEST_RESULTS = RUN / "test-results"

#: A short name of this clone: it keeps sockets and folders of two clones apart.
CLONE_ID = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]


def own_addons():
    """:return: names of the suite's addons, the Community stand-ins included, sorted"""
    manifests = [*ROOT.glob("*/__manifest__.py"), *ROOT.glob("community/*/__manifest__.py")]
    return sorted(path.parent.name for path in manifests)


def addon_dir(name):
    """:return: the folder of one of our addons
    :raise KeyError: when there is no such addon"""
    for folder in (ROOT / name, ROOT / "community" / name):
        if (folder / "__manifest__.py").is_file():
            return folder
    raise KeyError(name)


def addons_path(odoo_addons):
    """:return: list of addon folders, first match wins: caller's, ours, OCA's, Odoo's"""
    extra = [Path(p) for p in os.environ.get("FUSION_EXTRA_ADDONS", "").split(":") if p]
    ours = [ROOT]
    if any(ROOT.glob("community/*/__manifest__.py")):
        # First: by its path, Odoo's export of texts takes a file below ROOT for one of "community".
        ours.insert(0, ROOT / "community")
    return [*extra, *ours, OCA / "odoo" / "addons", *odoo_addons]
