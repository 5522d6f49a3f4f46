"""The demo database: built once, brought up to date when an addon's source has changed."""

import ast
import fcntl
import hashlib
import json

from . import databases, paths, postgres
from .progress import step

DATABASE = "fusion_demo"
STATE = paths.RUN / "demo.json"
#: Needs no update of the database: Odoo reads it as it is.
LIVE = {"static", "tests", "__pycache__"}
COMPANY_FIRST = "fusion_base"


def _fingerprint(addon):
    digest = hashlib.sha256()
    folder = paths.addon_dir(addon)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not LIVE.intersection(path.relative_to(folder).parts):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def _has_demo(addon):
    manifest = ast.literal_eval((paths.addon_dir(addon) / "__manifest__.py").read_text())
    return bool(manifest.get("demo"))


class Demo:
    """:param odoo: Odoo on the safe cluster
    :param database: another name than the demo's own, for one that nobody brings up to date"""

    def __init__(self, odoo, with_demo=True, database=DATABASE):
        self.odoo = odoo
        self.env = odoo.database_env
        self.with_demo = with_demo
        self.database = database
        self.marks = {name: _fingerprint(name) for name in paths.own_addons()}

    def _done(self):
        """:return: {addon: fingerprint} of the database as it stands, {} when it is not whole"""
        if not STATE.is_file() or not postgres.exists(self.env, DATABASE):
            return {}
        return json.loads(STATE.read_text())

    def _remember(self):
        STATE.write_text(json.dumps(self.marks))

    def _load_demo(self, addons):
        addons = [name for name in addons if _has_demo(name)]
        if self.with_demo and addons:
            databases.run_script(
                self.odoo,
                self.database,
                "load_demo.py",
                "demo-data",
                f"loading demo data of {', '.join(addons)}",
                ADDONS=",".join(addons),
            )

    def ensure(self, fresh=False):
        """Make the database, or update what changed since it was made; one command at a time."""
        with (paths.RUN / "demo.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = {} if fresh else self._done()
            if not done:
                STATE.unlink(missing_ok=True)
                self.build()
                self._remember()
            elif done != self.marks:
                self._update(done)

    def build(self):
        """Make the database, in place of one that is there."""
        databases.drop(self.env, self.database)
        others = [name for name in self.marks if name != COMPANY_FIRST]
        with step("Creating the demo database", "about 2 minutes"):
            languages = ["--load-language=en_CA,fr_CA"]
            databases.install(self.odoo, self.database, [COMPANY_FIRST], "demo-company", *languages)
            # The company is Canadian before any chart of accounts is chosen for it.
            self._load_demo([COMPANY_FIRST])
        if others:
            with step(f"Installing {', '.join(others)}", "1 to 2 minutes"):
                databases.install(self.odoo, self.database, others, "demo-addons")
                self._load_demo(others)

    def _update(self, done):
        new = [name for name in self.marks if name not in done]
        changed = [name for name in self.marks if name in done and done[name] != self.marks[name]]
        with step(f"Bringing the demo up to date: {', '.join([*new, *changed])}"):
            command = ["-d", DATABASE, "--stop-after-init", "--no-http"]
            if new:
                command += ["-i", ",".join(new)]
            if changed:
                command += ["-u", ",".join(changed)]
            self.odoo.check(command, "demo-update", "updating the demo database")
            self._load_demo(new)
        self._remember()

    def personas(self):
        """:return: list of {"persona", "url", "login"} from the addons' demo/personas.json"""
        rows = []
        for addon in self.marks:
            path = paths.addon_dir(addon) / "demo" / "personas.json"
            if path.is_file():
                rows += json.loads(path.read_text())
        return rows
