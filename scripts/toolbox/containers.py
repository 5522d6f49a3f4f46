"""The container path, tried for real where no registry of images can be reached.

An engine of our own with a private socket, Debian's Compose, and stand-ins for the two base images:
the machine's own Debian release with PostgreSQL, Odoo's package and its Python libraries. The
``Dockerfile`` and ``docker-compose.yml`` are those that everybody uses.
"""

import contextlib
import http.cookiejar
import os
import re
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import partial
from pathlib import Path

from . import odoo_log, paths
from .debian import PrivateSuite, ensure_packages, mirror, retried
from .outcome import Outcome
from .progress import SetupError, finished, run_logged, step, wanted
from .server import free_port
from .suites import timed

ENGINE = paths.RUN / "engine"
TREE = ENGINE / "tree"
COMPOSE = ENGINE / "compose" / "usr/libexec/docker/cli-plugins/docker-compose"
PACKAGES = {
    "docker.io": "dockerd",
    "iptables": "iptables",
    "debootstrap": "debootstrap",
}
#: In both base images; without the time zones Debian's pytz breaks Odoo when it is imported.
INSIDE = ["python3", "python3-pip", "postgresql", "tzdata", "ca-certificates", "wkhtmltopdf"]
STAND_IN, DATABASE_IMAGE = "fusion-stand-in", "fusion-stand-in-postgres"
PROJECT = "fusion-trial"
HEALTHY_S = 180


def _read_release():
    """:return: code name of the machine's Debian release"""
    release = Path("/etc/os-release").read_text()
    found = re.search(r"^VERSION_CODENAME=(\w+)$", release, re.MULTILINE)
    if not found or "ID=debian" not in release:
        raise SetupError("the trial of the containers needs a Debian machine")
    return found[1]


def _make_tree(source):
    """Make the file tree of the stand-in images.

    :param source: OdooSource of Debian's package
    """
    inputs = [paths.ROOT / name for name in (
        "requirements-odoo.txt", "requirements.txt", "requirements-oca.txt"
    )]  # fmt: skip
    mark = f"{_read_release()} {INSIDE} {source.package} {[path.read_text() for path in inputs]}"
    if not wanted("containers", mark) and TREE.is_dir():
        return
    shutil.rmtree(TREE, ignore_errors=True)
    ENGINE.mkdir(parents=True, exist_ok=True)
    with step("Making stand-ins for the base images", "5 minutes"):
        suite = PrivateSuite("sid")
        suite.update()
        suite.unpack(["docker-compose"], ENGINE / "compose")
        shutil.rmtree(suite.base, ignore_errors=True)
        retried(
            ["debootstrap", "--variant=minbase", f"--include={','.join(INSIDE)}",
             _read_release(), TREE, mirror()],
            "containers", "unpacking Debian",
        )  # fmt: skip
        user = ["useradd", "--system", "--user-group", "--home-dir=/var/lib/odoo", "--create-home"]
        run_logged(["chroot", TREE, *user, "odoo"], "containers", "making the user of Odoo")
        for folder in ("bin", "lib", "share"):
            shutil.copytree(
                paths.ODOO_TREE / "usr" / folder, TREE / "usr" / folder,
                symlinks=True, dirs_exist_ok=True,
            )  # fmt: skip
        _add_libraries(*inputs)
        finished("containers", mark)


def _add_libraries(odoo, ours, oca):
    """Install what Odoo imports, and lay by what the ``Dockerfile`` will install."""
    python = paths.VENV_PYTHON.resolve().name
    target = TREE / f"usr/local/lib/{python}/dist-packages"
    if not (TREE / "usr/bin" / python).exists():
        raise SetupError(f"{python} is not the interpreter of this Debian release")
    pip = [paths.VENV_PYTHON, "-m", "pip", "--disable-pip-version-check"]
    wheels = TREE / "opt/wheels"
    for command in (
        ["install", "--target", target, "-r", odoo],
        ["wheel", "--wheel-dir", wheels, "-r", ours],
        ["wheel", "--wheel-dir", wheels, "--no-deps", "-r", oca],
    ):
        retried([*pip, *command], "containers", "fetching Python libraries")
    (TREE / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /opt/wheels\n")


class Engine:
    """A container engine with a private socket, and Compose on our own project.

    ``port``: of the web server that Compose publishes
    """

    def __init__(self):
        self.socket = Path("/run") / f"fusion-{paths.CLONE_ID}" / "docker.sock"  # 107 bytes at most
        self.port = free_port()
        self.environment = {
            **os.environ,
            "DOCKER_HOST": f"unix://{self.socket}",
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_PROJECT_NAME": PROJECT,
            "BASE_IMAGE": STAND_IN,
            "POSTGRES_IMAGE": DATABASE_IMAGE,
            "FUSION_DB_PASSWORD": secrets.token_hex(16),
            "FUSION_PORT": str(self.port),
            "FUSION_WEBSOCKET_PORT": str(free_port()),
        }

    @contextlib.contextmanager
    def running(self):
        """The engine runs, and nothing of ours is left in it afterwards."""
        if os.geteuid():
            raise SetupError(
                "only root can start a container engine", "sudo scripts/test --containers"
            )
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        command = [
            "dockerd", "--bridge", "none", "--data-root", ENGINE / "data",
            "--exec-root", self.socket.parent / "exec", "--pidfile", self.socket.parent / "pid",
            "--host", f"unix://{self.socket}",
        ]  # fmt: skip
        with (paths.LOGS / "engine.log").open("a") as log:
            engine = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            try:
                self._wait_for(partial(self._is_up, engine), 60, "the engine does not start")
                yield
            finally:
                engine.terminate()
                engine.wait(60)

    def _is_up(self, engine):
        if engine.poll() is not None:
            raise SetupError("the engine does not start", log=paths.LOGS / "engine.log")
        return self.docker("info", check=False).returncode == 0

    @staticmethod
    def _wait_for(is_true, seconds, what):
        end = time.monotonic() + seconds
        while not is_true():
            if time.monotonic() > end:
                raise SetupError(what)
            time.sleep(1)

    def docker(self, *arguments, check=True, **popen):
        """:return: the CompletedProcess, its output as text"""
        done = subprocess.run(
            ["docker", *map(str, arguments)],
            env=self.environment, capture_output=True, text=True, check=False, **popen,
        )  # fmt: skip
        if check and done.returncode:
            raise SetupError(f"docker {arguments[0]}\n{done.stderr[-2000:]}")
        return done

    def compose(self, *arguments, log="compose"):
        """:return: (exit status, file with what it said)"""
        path = paths.TEST_RESULTS / f"{log}.log"
        with path.open("w") as out:
            done = subprocess.run(
                [COMPOSE, *arguments], cwd=paths.ROOT, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
            )  # fmt: skip
        return done.returncode, path

    def import_stand_ins(self):
        with subprocess.Popen(["tar", "-C", TREE, "-c", "."], stdout=subprocess.PIPE) as tar:
            self.docker("import", "-", STAND_IN, stdin=tar.stdout)
        self.docker("build", "-t", DATABASE_IMAGE, paths.ROOT / "scripts/containers")

    def wait_until_healthy(self):
        """The service's own health check says so."""
        state = "{{.State.Health.Status}}"

        def is_healthy():
            return self.docker("inspect", "-f", state, f"{PROJECT}-odoo-1").stdout == "healthy\n"

        self._wait_for(is_healthy, HEALTHY_S, "the service does not get healthy")


class Trial:
    """The steps a person takes with ``docker compose``; each returns an Outcome."""

    def __init__(self, engine):
        self.engine = engine

    def _step(self, name, arguments):
        outcome = Outcome()
        status, log = self.engine.compose(*arguments, log=f"containers_{name}")
        lines = log.read_text(errors="replace").splitlines()
        if status:
            outcome.fail(name, "\n".join(lines[-20:]))
        else:
            outcome.passed += 1
        return outcome, log

    def build(self):
        return self._step("build", ["build", "odoo", "test"])[0]

    def start(self):
        outcome, _log = self._step("start", ["up", "--detach"])
        if not outcome.failures:
            self.engine.wait_until_healthy()
        return outcome

    def install(self):
        """Every addon; the log may hold no complaint."""
        outcome, log = self._step(
            "install",
            ["run", "--rm", "--no-TTY", "odoo", "/opt/fusion/scripts/container-odoo",
             f"--init={','.join(paths.own_addons())}",
             "--stop-after-init", "--no-http"],
        )  # fmt: skip
        complaints = odoo_log.complaints(log)
        if complaints:
            outcome.fail("install", "\n".join(complaints[:20]))
        return outcome

    def test(self):
        outcome, log = self._step("test", ["--profile", "test", "run", "--rm", "--no-TTY", "test"])
        tests, _took = odoo_log.read_tests(log)
        if not tests.passed:
            outcome.fail("test profile", f"no test ran, read {log}")
        outcome.add(tests)
        return outcome

    def sign_in(self):
        """As a person does: the form with its token, then the page behind it."""
        outcome = Outcome()
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        opener = urllib.request.build_opener(jar)
        base = f"http://127.0.0.1:{self.engine.port}"
        page = opener.open(f"{base}/web/login", timeout=60).read().decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        form = {"login": "admin", "password": "admin", "csrf_token": token}
        answer = opener.open(
            f"{base}/web/login", urllib.parse.urlencode(form).encode(), timeout=60
        )  # fmt: skip
        if "/odoo" in answer.url:
            outcome.passed += 1
        else:
            outcome.fail("sign in", f"ended on {answer.url}")
        return outcome

    def take_down(self):
        outcome, _log = self._step("down", ["--profile", "test", "down", "--volumes"])
        label = f"label=com.docker.compose.project={PROJECT}"
        for kind in ("container", "volume", "network"):
            extra = ["--all"] if kind == "container" else []
            left = self.engine.docker(kind, "ls", "-q", *extra, "--filter", label).stdout.split()
            if left:
                outcome.fail(f"left behind: {kind}", " ".join(left))
        return outcome


def try_out(source):
    """Build, install the suite, start, sign in, run the tests of the ``test`` profile, remove it.

    :param source: OdooSource of Debian's package
    :return: Outcome
    """
    ensure_packages(PACKAGES)
    _make_tree(source)
    outcome, engine = Outcome(), Engine()
    trial = Trial(engine)
    with engine.running():
        with step("Importing the stand-ins", "1 minute"):
            engine.import_stand_ins()
        try:
            for work in (trial.build, trial.install, trial.start, trial.sign_in, trial.test):
                outcome.add(timed(f"containers: {work.__name__}", work))
                if outcome.failures:
                    break
        finally:
            outcome.add(timed("containers: take down", trial.take_down))
    return outcome
