"""PostgreSQL: a private cluster per clone on a Unix socket, or the server ``FUSION_PG*`` names."""

import contextlib
import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from . import paths
from .progress import SetupError, run_logged, step

USER = "fusion"
PORT = "5432"
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un, from unix(7)
#: One fsync'd cluster for the demo, one without fsync for databases that tests throw away, and one
#: with fsync that a test of its crash has for itself.
SAFE, THROWAWAY, CRASHED = "pg", "pg-test", "pg-crash"
SETTINGS = {
    SAFE: {"max_connections": "200", "shared_buffers": "256MB"},
    THROWAWAY: {
        "max_connections": "300",
        "shared_buffers": "512MB",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_wal_size": "4GB",
        "autovacuum_naptime": "10min",
    },
    CRASHED: {"max_connections": "200", "shared_buffers": "128MB"},
}


def _binaries():
    """:return: folder of the newest server binaries on the machine"""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parents[1].name),
    )
    if not found:
        raise SetupError("PostgreSQL's server is not installed", "apt-get install postgresql")
    return found[-1].parent


def _reachable_by(user, folder):
    """:return: True when ``user`` may pass every folder down to ``folder``"""
    entry = pwd.getpwnam(user)
    for part in [folder, *folder.parents]:
        mode = part.stat()
        if mode.st_uid == entry.pw_uid:
            allowed = mode.st_mode & stat.S_IXUSR
        elif mode.st_gid == entry.pw_gid:
            allowed = mode.st_mode & stat.S_IXGRP
        else:
            allowed = mode.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


class Cluster:
    """One private cluster. Start it with :func:`serving`, which also stops it."""

    def __init__(self, name):
        self.name = name
        self.owner = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.base = self._base()
        self.data = self.base / "data"
        self.socket = self.base / "socket"

    def _base(self):
        near = paths.RUN / self.name
        too_long = len(str(near / "socket" / f".s.PGSQL.{PORT}").encode()) > SOCKET_PATH_LIMIT
        paths.RUN.mkdir(exist_ok=True)
        if too_long or not _reachable_by(self.owner, paths.RUN):
            return Path("/var/tmp") / f"fusion-{paths.CLONE_ID}-{self.name}"
        return near

    def environment(self):
        """:return: the variables that lead libpq and Odoo here"""
        return {"PGHOST": str(self.socket), "PGPORT": PORT, "PGUSER": USER}

    def _as_owner(self, command):
        command = [str(part) for part in command]
        if os.geteuid() == 0:
            who = ["setpriv", f"--reuid={self.owner}", f"--regid={self.owner}", "--init-groups"]
            return [*who, *command]
        return command

    def _pg_ctl(self, *arguments, what):
        # C.UTF-8 in the environment: the owner may have no locale set at all.
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        command = [_binaries() / "pg_ctl", "-D", self.data, *arguments]
        log = self.base / "server.log"
        run_logged(self._as_owner(command), "postgres", what, f"read {log}", cwd=self.base, env=env)

    def _create(self):
        with step("Creating a private PostgreSQL cluster", "about 5 s"):
            shutil.rmtree(self.base, ignore_errors=True)
            for folder in (self.base, self.socket):
                folder.mkdir(mode=0o700, parents=True)
                if os.geteuid() == 0:
                    shutil.chown(folder, self.owner, self.owner)
            command = [_binaries() / "initdb", "-D", self.data, "-U", "postgres"]
            options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
            run_logged(
                self._as_owner([*command, *options]),
                "postgres",
                "creating the database cluster",
                cwd=self.base,
            )
            with (self.data / "postgresql.conf").open("a") as conf:
                conf.write(f"listen_addresses = ''\nunix_socket_directories = '{self.socket}'\n")
                conf.write(f"unix_socket_permissions = 0700\nport = {PORT}\n")
                for key, value in SETTINGS[self.name].items():
                    conf.write(f"{key} = {value}\n")
            (self.data / "fusion-ready").write_text("1")

    def is_running(self):
        done = subprocess.run(
            [_binaries() / "pg_isready", "-h", self.socket, "-p", PORT, "-q"],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def start(self):
        if not (self.data / "fusion-ready").is_file():
            self._create()
        if not self.is_running():
            self._pg_ctl("-w", "-l", self.base / "server.log", "start", what="starting PostgreSQL")
        self._ensure_role()

    def _ensure_role(self):
        sql = (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{USER}') "
            f"THEN CREATE ROLE {USER} LOGIN CREATEDB; END IF; END $$"
        )
        env = {**os.environ, **self.environment(), "PGUSER": "postgres", "PGDATABASE": "postgres"}
        run_logged(["psql", "-qXc", sql], "postgres", "creating the database role", env=env)

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            self._pg_ctl("-m", "fast", "-w", "stop", what="stopping PostgreSQL")

    def crash(self):
        """End at once, without writing what is in memory; the next start recovers. For proofs."""
        self._pg_ctl("-m", "immediate", "-w", "stop", what="crashing PostgreSQL")


def external_environment():
    """:return: libpq's variables for the server the caller named, {} when none is named"""
    if not os.environ.get("FUSION_PGHOST"):
        return {}
    named = ("HOST", "PORT", "USER", "PASSWORD")
    return {
        f"PG{key}": os.environ[f"FUSION_PG{key}"]
        for key in named
        if f"FUSION_PG{key}" in os.environ
    }


@contextlib.contextmanager
def serving(name=SAFE):
    """Yield libpq's variables of a running server; the last user to leave stops a private one."""
    external = external_environment()
    if external:
        yield external
        return
    cluster = Cluster(name)
    # Every user holds `users` shared; whoever starts or stops the server holds `door` alone.
    door, users = paths.RUN / f"{name}.door", paths.RUN / f"{name}.users"
    with users.open("a") as users_lock:
        with door.open("a") as door_lock:
            fcntl.flock(door_lock, fcntl.LOCK_EX)
            fcntl.flock(users_lock, fcntl.LOCK_SH)
            cluster.start()
        try:
            yield cluster.environment()
        finally:
            with door.open("a") as door_lock:
                fcntl.flock(door_lock, fcntl.LOCK_EX)
                _stop_when_last(cluster, users_lock)


def _stop_when_last(cluster, users_lock):
    try:
        fcntl.flock(users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still uses the server
    cluster.stop()


def stop_all():
    for name in SETTINGS:
        Cluster(name).stop()


def remove_far_data():
    """Delete cluster folders that had to live outside the clone."""
    for name in SETTINGS:
        base = Cluster(name).base
        if not base.is_relative_to(paths.ROOT):
            shutil.rmtree(base, ignore_errors=True)


def psql(environment, database, sql):
    """Run SQL as the suite's role.

    :return: the rows as text, unaligned
    :raise SetupError: with the server's message
    """
    done = subprocess.run(
        ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"a query on {database}: {done.stderr.strip()}")
    return done.stdout.strip()


def exists(environment, database):
    sql = f"SELECT 1 FROM pg_database WHERE datname = '{database}'"
    return psql(environment, "postgres", sql) == "1"


def drop(environment, *databases):
    """Drop databases, and end whoever is connected to them."""
    for database in databases:
        sql = f'DROP DATABASE IF EXISTS "{database}"'
        try:
            psql(environment, "postgres", f"{sql} WITH (FORCE)")
        except SetupError:
            # By force, the server wants to end its own vacuum worker as us, who may not. It ends it
            # by itself for a plain drop, for which our sessions must be gone.
            end_sessions(environment, database)
            psql(environment, "postgres", sql)


def end_sessions(environment, database):
    """End this role's sessions on a database."""
    psql(
        environment,
        "postgres",
        f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = '{database}' AND usename = current_user""",
    )
