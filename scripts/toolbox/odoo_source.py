"""Odoo 19.0 itself: Debian's package in ``.run/odoo``, or the one ``ODOO_HOME`` names."""

import os
import re
import shutil
from pathlib import Path

from . import paths
from .debian import PrivateSuite
from .progress import SetupError, finished, step, wanted

SERIES = "19.0"
PACKAGES = [
    "odoo-19",
    # The package's fonts and three of its libraries are relative links into these.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
]
#: Absent from the package; Odoo logs an error for it when it builds the bundle that lists it.
ABSENT_FILES = ["mail/static/lib/selfie_segmentation/selfie_segmentation.js"]
#: Raised when the unpacked tree must be made anew.
TREE_VERSION = "1"


def _repair_links(addons):
    """Give links whose target newer suites moved or dropped a file of the same typeface."""
    real = addons / "web/static/src/libs/fontawesome/fonts"
    share = addons.parents[4] / "share/fonts/opentype"
    for link in addons.rglob("*"):
        if not link.is_symlink() or link.exists():
            continue
        if link.stem.lower().startswith("fontawesome"):
            twin = real / f"fontawesome-webfont.{'woff2' if link.suffix == '.woff2' else 'woff'}"
        else:
            twin = next(share.rglob(f"{link.stem}-Regular{link.suffix}"), None)
        if twin and twin.is_file():
            link.unlink()
            link.symlink_to(os.path.relpath(twin, link.parent))


def _unpack():
    partial = paths.RUN / "odoo.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    suite = PrivateSuite("sid")
    suite.update()
    suite.unpack(PACKAGES, partial)
    addons = partial / "usr/lib/python3/dist-packages/odoo/addons"
    _repair_links(addons)
    for name in ABSENT_FILES:
        if not (addons / name).exists():
            (addons / name).parent.mkdir(parents=True, exist_ok=True)
            (addons / name).write_text("")
    shutil.rmtree(paths.ODOO_TREE, ignore_errors=True)
    partial.rename(paths.ODOO_TREE)
    shutil.rmtree(suite.base, ignore_errors=True)


class OdooSource:
    """An Odoo on disk.

    ``python_path``: folder to put on PYTHONPATH; ``addons``: its addon folders.
    """

    def __init__(self, python_path):
        self.python_path = python_path
        self.package = python_path / "odoo"
        # A checkout keeps only base in odoo/addons; a package keeps all addons there.
        self.addons = [self.package / "addons"]
        if not (self.addons[0] / "web").is_dir():
            self.addons.append(python_path / "addons")

    def version(self):
        """:return: "19.0", or "" where it can't be read"""
        try:
            text = (self.package / "release.py").read_text()
        except OSError:
            return ""
        found = re.search(r"version_info\s*=\s*\(\s*'?([\w~+]+)'?\s*,\s*(\d+)", text)
        return f"{found[1]}.{found[2]}" if found else ""


def locate():
    """:return: the OdooSource in use, without making one
    :raise SetupError: when ODOO_HOME holds no Odoo 19.0"""
    home = os.environ.get("ODOO_HOME")
    if not home:
        return OdooSource(paths.ODOO_TREE / "usr/lib/python3/dist-packages")
    base = Path(home).expanduser().resolve()
    if base.name == "odoo" and (base / "release.py").is_file():
        base = base.parent
    source = OdooSource(base)
    if source.version() != SERIES:
        found = source.version() or "no Odoo"
        raise SetupError(
            f"ODOO_HOME={home} holds {found}, Fusion needs {SERIES}",
            "point ODOO_HOME at a checkout or installation of Odoo 19.0, or unset it",
        )
    return source


def ensure():
    """:return: the OdooSource in use, unpacked first when it is ours to unpack"""
    if not os.environ.get("ODOO_HOME") and (
        wanted("odoo", TREE_VERSION) or not paths.ODOO_TREE.is_dir()
    ):
        with step("Fetching Odoo 19.0 from Debian", "about 130 MB, 20 s to 2 min"):
            _unpack()
            finished("odoo", TREE_VERSION)
    return locate()
