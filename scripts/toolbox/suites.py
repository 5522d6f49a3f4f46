"""The parts of ``scripts/test``: each makes an Outcome."""

import ast
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import time

from . import databases, odoo_log, paths
from .catalogue import entries
from .outcome import Outcome
from .progress import SetupError, say

TEMPLATE = "fusion_test_template"
# Labels of fields that an addon beside it puts on every model with a chatter or activities: rating,
# which helpdesk brings along, and calendar.
FOREIGN_TEXTS = {"Ratings", "Next Activity Calendar Event", "Employee Contract"}
BARE = "fusion_test_bare"
#: {addon: core's addons that its tests use and it does not stand on}
BESIDE = {"sale_subscription": ["payment_demo"], "fusion_repairs": ["payment_demo"]}
#: {addon: tags} of core's tests of what we extend. Two fail beside core's other addons, without
#: ours: one counts queries; one names a unit's owner, whom hr_maintenance reads from the employee.
CORE_TAGS = {
    "hr_attendance": "/hr_attendance",
    "hr_holidays": "/hr_holidays,-/hr_holidays:TestOutOfOfficePerformance",
    "repair": "/repair",
    "maintenance": (
        "/maintenance,-/maintenance:TestEquipmentMulticompany.test_00_equipment_multicompany_user"
    ),
    "stock": "/stock",
}
DURATIONS = paths.RUN / "test-durations.json"
#: A test beside a running server must not take its ports.
NO_PORTS = ["--http-port=0", "--gevent-port=0"]
BROWSER_WEIGHT = 12  # a browser test takes about as long as this many plain ones


@contextlib.contextmanager
def alone():
    """One test command of this clone at a time; its results replace those of the last."""
    with (paths.RUN / "test.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(paths.TEST_RESULTS, ignore_errors=True)
        paths.TEST_RESULTS.mkdir(parents=True)
        yield


def depends(addon):
    """:return: set of our own addons that ``addon`` stands on, itself included"""
    ours = set(paths.own_addons())
    found, todo = set(), [addon]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        manifest = ast.literal_eval((paths.addon_dir(name) / "__manifest__.py").read_text())
        todo += [other for other in manifest["depends"] if other in ours]
    return found


def test_classes(addon):
    """:return: {class name: weight} of the test classes that an addon defines"""
    known = json.loads(DURATIONS.read_text()) if DURATIONS.is_file() else {}
    weights = {}
    for path in (paths.addon_dir(addon) / "tests").glob("test_*.py"):
        source = path.read_text()
        found = {}  # a class may run the tests of one above it in the file
        for node in ast.parse(source).body:
            if not isinstance(node, ast.ClassDef):
                continue
            count = sum(
                isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
                for item in node.body
            )
            bases = [getattr(base, "id", "") for base in node.bases]
            found[node.name] = count + sum(found.get(name, 0) for name in bases)
            text = ast.get_source_segment(source, node)
            browser = "start_tour" in text or "browser_js" in text or "self.play(" in text
            guess = found[node.name] * (BROWSER_WEIGHT if browser else 1)
            if found[node.name]:
                weights[node.name] = known.get(node.name, guess)
    return weights


def divide(addons, shards):
    """:return: list of test-tags, the load spread evenly over ``shards`` runs"""
    rows = [
        (weight, f"/{addon}:{name}")
        for addon in addons
        for name, weight in test_classes(addon).items()
    ]
    groups = [[0, []] for _shard in range(shards)]
    for weight, tag in sorted(rows, reverse=True):
        lightest = min(groups, key=lambda group: group[0])
        lightest[0] += weight
        lightest[1].append(tag)
    return [",".join(tags) for _weight, tags in groups if tags]


def _remember(took):
    known = json.loads(DURATIONS.read_text()) if DURATIONS.is_file() else {}
    DURATIONS.write_text(json.dumps({**known, **took}, indent=1, sort_keys=True))


class Suites:
    """:param odoo: Odoo on the throw-away cluster"""

    def __init__(self, odoo, addons):
        self.odoo = odoo
        self.addons = addons
        self.env = odoo.database_env

    def build_template(self):
        """Install everything under test once; its log may hold no complaint.

        :return: Outcome
        """
        outcome = Outcome()
        databases.drop(self.env, BARE, TEMPLATE)
        databases.install(self.odoo, BARE, ["web"], "install-bare")
        databases.copy(self.env, BARE, TEMPLATE)
        wanted = sorted(set().union(*(depends(name) for name in self.addons)))
        wanted += [extra for name in wanted for extra in BESIDE.get(name, ())]
        log = databases.install(self.odoo, TEMPLATE, wanted, "install-all")
        _count(outcome, "install all together", odoo_log.complaints(log))
        return outcome

    def odoo_tests(self, tags, name, launcher="odoo-bin"):
        """Run Odoo tests on a copy of the template.

        :param launcher: file of ``scripts/launch/``
        :return: Outcome
        """
        database = f"fusion_test_{name}"
        databases.copy(self.env, TEMPLATE, database)
        log = paths.TEST_RESULTS / f"{name}.log"
        pictures = ["--screenshots", paths.TEST_RESULTS / "screenshots"]
        command = ["-d", database, "--test-tags", tags, "--stop-after-init", *NO_PORTS, *pictures]
        with log.open("w") as out:
            status = self.odoo.run(
                command, launcher=launcher, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        outcome, took = odoo_log.read_tests(log)
        _remember(took)
        if status and not outcome.failures:
            outcome.fail(name, f"the server ended with status {status}, read {log}")
        if not outcome.passed and not outcome.failures:
            outcome.fail(name, f"no test ran, read {log}")
        databases.drop(self.env, database)
        return outcome

    def life_of(self, addon):
        """Install an addon alone, then uninstall it: neither may leave a complaint in the log.

        :return: Outcome
        """
        outcome = Outcome()
        database = f"fusion_test_alone_{addon}"
        databases.copy(self.env, BARE, database)
        log = databases.install(self.odoo, database, [addon], f"alone-{addon}")
        _count(outcome, f"install {addon} alone", odoo_log.complaints(log))
        databases.run_script(
            self.odoo, database, "uninstall.py", f"uninstall-{addon}", f"uninstalling {addon}",
            ADDON=addon,
        )  # fmt: skip
        complaints = odoo_log.complaints(paths.LOGS / f"uninstall-{addon}.log")
        _count(outcome, f"uninstall {addon}", complaints)
        databases.drop(self.env, database)
        return outcome

    def catalogues(self):
        """Each addon's .pot must hold exactly the texts that the installed addon shows.

        :return: Outcome
        """
        outcome = Outcome()
        database = "fusion_test_catalogues"
        databases.copy(self.env, TEMPLATE, database)
        for addon in self.addons:
            self._compare_catalogue(outcome, database, addon)
        databases.drop(self.env, database)
        return outcome

    def _compare_catalogue(self, outcome, database, addon):
        fresh = paths.TEST_RESULTS / f"{addon}.pot"
        command = ["i18n", "export", "-d", database, "-o", str(fresh), addon]
        self.odoo.check(command, f"catalogue-{addon}", f"exporting the texts of {addon}")
        kept = set(entries(paths.addon_dir(addon) / "i18n" / f"{addon}.pot"))
        shown = set(entries(fresh))
        faults = [f"not in the .pot: {text!r}" for text in sorted(shown - kept - FOREIGN_TEXTS)]
        faults += [f"no longer shown: {text!r}" for text in sorted(kept - shown)]
        hint = f"scripts/odoo i18n export -d fusion_demo {addon}, then complete fr_CA.po"
        _count(outcome, f"catalogue of {addon}", [*faults, hint] if faults else [])

    def update_all(self):
        outcome = Outcome()
        database = "fusion_test_update"
        databases.copy(self.env, TEMPLATE, database)
        command = ["-d", database, "-u", ",".join(self.addons), "--stop-after-init", "--no-http"]
        log = self.odoo.check(command, "update-all", "updating every addon")
        _count(outcome, "update all", odoo_log.complaints(log))
        databases.drop(self.env, database)
        return outcome

    def system_tests(self, pattern="test*.py"):
        """Run the tests of ``tests/``: real servers, parallel HTTP, several processes.

        :param pattern: which files
        :return: Outcome
        """
        outcome = Outcome()
        config = self.odoo.write_config()
        log = paths.TEST_RESULTS / "system.log"
        command = [paths.VENV_PYTHON, "-m", "unittest", "discover", "-v", "-s", "tests", "-t", "."]
        command += ["-p", pattern]
        env = {**self.odoo.environment(config), "FUSION_TEST_TEMPLATE": TEMPLATE}
        env["PYTHONPATH"] = f"{paths.ROOT / 'scripts'}:{env['PYTHONPATH']}"
        try:
            with log.open("w") as out:
                subprocess.run(
                    list(map(str, command)), cwd=paths.ROOT, env=env, stdin=subprocess.DEVNULL,
                    stdout=out, stderr=out, check=False,
                )  # fmt: skip
        finally:
            config.unlink(missing_ok=True)
        _read_unittest(log, outcome)
        return outcome


def _count(outcome, name, complaints):
    if complaints:
        outcome.fail(name, "\n".join(complaints[:20]))
    else:
        outcome.passed += 1


def _read_unittest(log, outcome):
    text = log.read_text(errors="replace")
    for line in text.splitlines():
        name, dots, verdict = line.rpartition(" ... ")
        if verdict == "ok" or line == "ok":
            outcome.passed += 1
        elif verdict in ("FAIL", "ERROR") or line in ("FAIL", "ERROR"):
            outcome.fail(name or "system test", f"read {log}")
        elif verdict.startswith("skipped"):
            outcome.skipped += 1
    if "\nRan " not in text:
        outcome.fail("system tests", f"did not end, read {log}\n{text[-1500:]}")
    elif outcome.failures:
        outcome.failures[0] = (outcome.failures[0][0], text[text.find("=" * 70) :][:6000])


def timed(title, work, *arguments):
    """Run one part and say how it went; a broken part is a failure of its own.

    :return: Outcome
    """
    begin = time.monotonic()
    try:
        outcome = work(*arguments)
    except SetupError as error:
        outcome = Outcome()
        outcome.fail(title, str(error))
    mark = "ok" if not outcome.failures else f"{len(outcome.failures)} FAILED"
    seconds = time.monotonic() - begin
    say(f"    {title}: {outcome.passed} passed, {mark} ({seconds:.0f} s)")
    return outcome


def heavy_environment():
    """Tell the tests that the full figures are wanted."""
    os.environ["FUSION_HEAVY"] = "1"
