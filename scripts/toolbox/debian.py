"""Debian packages: those the machine needs, and those we only unpack into ``.run/``."""

import os
import shutil
import subprocess
import time

from . import paths
from .progress import SetupError, run_logged, say, step

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ATTEMPTS = 3


def _is_installed(package):
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() == "installed"


def _as_root():
    """:return: the words to put before a command so that root runs it, None when we can't"""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return [sudo, "-n"]
    return None


def retried(command, log_name, what, hint="", **popen):
    """Run a command that uses the network, again after a fault that may pass."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return run_logged(command, log_name, what, hint, **popen)
        except SetupError:
            if attempt == ATTEMPTS:
                raise
            say(f"    {what}: attempt {attempt} failed, trying again")
            time.sleep(2 * attempt)


def ensure_packages(needs):
    """Install the Debian packages that are missing.

    :param needs: {package: program or path that proves it is not needed}
    """
    missing = [
        package
        for package, proof in needs.items()
        if not (shutil.which(proof) or os.path.exists(proof) or _is_installed(package))
    ]
    if not missing:
        return
    prefix = _as_root()
    command = f"apt-get install {' '.join(missing)}"
    if prefix is None or not shutil.which("apt-get"):
        raise SetupError(
            f"these packages are needed and this user may not install them: {' '.join(missing)}",
            f"sudo {command}",
        )
    with step(f"Installing Debian packages: {' '.join(missing)}", "1 to 3 minutes"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        retried([*prefix, "apt-get", "update"], "apt", "apt-get update", env=env)
        retried(
            [*prefix, "apt-get", "install", "-y", "--no-install-recommends", *missing],
            "apt",
            "installing Debian packages",
            f"sudo {command}",
            env=env,
        )


def mirror():
    """:return: base address of the machine's own Debian mirror"""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)\t$(ORIGIN)\t$(SITE)"],
        capture_output=True,
        text=True,
        check=False,
    )
    uris = [line.split("\t")[0] for line in answer.stdout.splitlines()]
    for uri in uris:
        base = uri.rstrip("/")
        if base.endswith("/debian"):
            return base
    raise SetupError(
        "no Debian mirror in this machine's apt configuration",
        "add a Debian source and run apt-get update, or set ODOO_HOME to an Odoo 19 you have",
    )


class PrivateSuite:
    """One suite of the machine's Debian mirror, with lists and cache under ``.run/apt``."""

    def __init__(self, suite):
        self.suite = suite
        self.base = paths.RUN / "apt" / suite
        self.debs = self.base / "debs"

    def _options(self):
        return [
            *("-o", f"Dir::Etc::SourceList={self.base}/sources.list"),
            *("-o", "Dir::Etc::SourceParts=/dev/null"),
            *("-o", "Dir::Etc::Preferences=/dev/null"),
            *("-o", "Dir::Etc::PreferencesParts=/dev/null"),
            *("-o", f"Dir::State::Lists={self.base}/lists"),
            *("-o", f"Dir::Cache={self.base}/cache"),
            *("-o", "Acquire::Check-Valid-Until=false"),
            *("-o", "Acquire::Languages=none"),
            *("-o", "Acquire::Retries=3"),
            *("-o", "APT::Sandbox::User=root"),
            *("-o", "APT::Get::List-Cleanup=0"),
        ]

    def update(self):
        """Read the suite's package lists; apt checks their signature."""
        for folder in ("lists/partial", "cache/archives/partial", "debs"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        source = f"deb [signed-by={KEYRING}] {mirror()} {self.suite} main\n"
        (self.base / "sources.list").write_text(source)
        retried(
            ["apt-get", *self._options(), "update"], "apt-private", f"reading suite {self.suite}"
        )

    def unpack(self, packages, target):
        """Download packages (apt checks their hashes) and extract them into ``target``."""
        retried(
            ["apt-get", *self._options(), "download", *packages],
            "apt-private",
            f"downloading {' '.join(packages)}",
            "check the network and run the command again",
            cwd=self.debs,
        )
        for package in packages:
            newest = max(self.debs.glob(f"{package}_*.deb"), key=lambda deb: deb.stat().st_mtime)
            run_logged(["dpkg", "-x", newest, target], "apt-private", f"unpacking {newest.name}")
