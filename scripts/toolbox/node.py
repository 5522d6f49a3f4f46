"""The JavaScript linters, pinned in ``package-lock.json``, installed into ``.run/node``."""

import hashlib
import shutil

from . import paths
from .debian import retried
from .progress import finished, step, wanted

FILES = ("package.json", "package-lock.json", ".npmrc")


def ensure():
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((paths.ROOT / name).read_bytes())
    mark = digest.hexdigest()
    if not wanted("node", mark) and (paths.NODE / "node_modules").is_dir():
        return
    with step("Installing the JavaScript linters", "about 20 s"):
        paths.NODE.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copy(paths.ROOT / name, paths.NODE / name)
        retried(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            "npm",
            "installing the JavaScript linters",
            "check the network and run the command again",
            cwd=paths.NODE,
        )
        finished("node", mark)
