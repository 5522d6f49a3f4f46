"""Running Odoo's own command line with Fusion's interpreter, database server and addons path."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

from . import paths
from .progress import SetupError


class Odoo:
    """An Odoo to run: the source, and the variables of the database server.

    :param source: OdooSource
    :param database_env: libpq's variables, from :func:`postgres.serving`
    """

    def __init__(self, source, database_env):
        self.source = source
        self.database_env = database_env

    def environment(self, config):
        python_path = [str(self.source.python_path), os.environ.get("PYTHONPATH", "")]
        return {
            **os.environ,
            **self.database_env,
            "PYTHONPATH": ":".join(filter(None, python_path)),
            # Every sub-command of Odoo reads it; not all of them know --config.
            "ODOO_RC": str(config),
        }

    def write_config(self):
        """:return: path of a settings file with the addons path and the database server"""
        folders = [str(f) for f in paths.addons_path(self.source.addons) if f.is_dir()]
        lines = [
            "[options]",
            f"addons_path = {','.join(folders)}",
            f"data_dir = {paths.RUN / 'data'}",
            "list_db = False",
        ]
        named = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        lines += [
            f"db_{option} = {self.database_env[variable]}"
            for option, variable in named.items()
            if variable in self.database_env
        ]
        handle, path = tempfile.mkstemp(prefix="odoo-", suffix=".conf", dir=paths.RUN)
        with os.fdopen(handle, "w") as conf:
            conf.write("\n".join(lines) + "\n")
        return Path(path)

    def start(self, arguments, config, extra_environment=None, launcher="odoo-bin", **popen):
        """:param launcher: file of ``scripts/launch/``
        :return: the running process; the caller removes ``config`` after it has ended"""
        script = paths.ROOT / "scripts" / "launch" / launcher
        command = [str(paths.VENV_PYTHON), str(script), *map(str, arguments)]
        env = {**self.environment(config), **(extra_environment or {})}
        return subprocess.Popen(command, env=env, **popen)

    def run(self, arguments, **popen):
        """Run Odoo and wait; an interrupt is passed on, and a second one kills.

        :return: its exit status
        """
        config = self.write_config()
        try:
            return _wait(self.start(arguments, config, **popen))
        finally:
            config.unlink(missing_ok=True)

    def check(self, arguments, log_name, what):
        """Run Odoo with its log in a file.

        :raise SetupError: when it fails; the message shows the log's last errors
        """
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        log = paths.LOGS / f"{log_name}.log"
        with log.open("w") as out:
            status = self.run(
                arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        if status:
            errors = [line for line in log.read_text(errors="replace").splitlines() if line]
            raise SetupError(what + "\n" + "\n".join(errors[-12:]), "read the log", log)
        return log


def _wait(process):
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal has sent SIGINT to the child as well: give it time to stop cleanly.
            try:
                return process.wait(timeout=20)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                process.send_signal(signal.SIGKILL)
