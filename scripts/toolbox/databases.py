"""Making, copying and dropping databases together with their filestore."""

import os
import shutil
import subprocess
import tempfile

from . import paths, postgres
from .progress import SetupError, run_logged


def filestore(database):
    return paths.RUN / "data" / "filestore" / database


def drop(environment, *names):
    postgres.drop(environment, *names)
    for name in names:
        shutil.rmtree(filestore(name), ignore_errors=True)


def copy(environment, template, name):
    """Copy a database and its filestore; the files are linked, because Odoo never edits one."""
    drop(environment, name)
    postgres.psql(environment, "postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if filestore(template).is_dir():
        shutil.copytree(filestore(template), filestore(name), copy_function=os.link)


def copy_live(environment, source, name, to=None):
    """Copy a database that others are connected to: dump and restore.

    :param to: environment of another server
    """
    to = to or environment
    drop(to, name)
    postgres.psql(to, "postgres", f'CREATE DATABASE "{name}"')
    with tempfile.TemporaryDirectory(dir=paths.RUN) as folder:
        dump = os.path.join(folder, "dump")
        run_logged(
            ["pg_dump", "-Fc", "-Z0", "-f", dump, source], "copy", "dumping",
            env={**os.environ, **environment},
        )  # fmt: skip
        run_logged(
            ["pg_restore", "-j2", "--no-owner", "-d", name, dump], "copy", "restoring",
            env={**os.environ, **to},
        )  # fmt: skip
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(name), copy_function=os.link)


def install(odoo, database, addons, log_name, *options):
    """Install addons without demo data.

    :return: path of the log
    """
    command = ["-d", database, "-i", ",".join(addons), "--stop-after-init", "--no-http", *options]
    return odoo.check(command, log_name, f"installing {', '.join(addons)}")


def run_script(odoo, database, script, log_name, what, **variables):
    """Run a Python file of ``scripts/inside/`` in Odoo's shell on a database.

    :param variables: passed as environment variables
    """
    config = odoo.write_config()
    log = paths.LOGS / f"{log_name}.log"
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    try:
        with (paths.ROOT / "scripts" / "inside" / script).open() as text, log.open("w") as out:
            process = odoo.start(
                ["shell", "-d", database, "--no-http"],
                config,
                stdin=text,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
                extra_environment=variables,
            )
            answer, _ = process.communicate()
    finally:
        config.unlink(missing_ok=True)
    if process.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise SetupError(f"{what}\n{tail}", "read the log", log)
    return answer
