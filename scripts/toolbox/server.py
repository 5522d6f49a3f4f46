"""A running Odoo server: a free port, the wait for its first answer, a clean stop."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .progress import SetupError

FIRST_ANSWER_S = 60


def is_free(port, bind="127.0.0.1"):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError:
            return False
    return True


def free_port(first=None, bind="127.0.0.1"):
    """:return: the first free port from ``first`` on; any free one without ``first``"""
    if first is None:
        with socket.socket() as probe:
            probe.bind((bind, 0))
            return probe.getsockname()[1]
    for port in range(first, first + 100):
        if is_free(port, bind):
            return port
    raise SetupError(f"no free port between {first} and {first + 99}", "name one with --port")


class Server:
    """Odoo serving one database on one port. A context manager: leaves no process behind."""

    def __init__(self, odoo, database, port, bind="127.0.0.1", workers=0, log=None, options=()):
        self.odoo = odoo
        self.port = port
        self.url = f"http://{bind if bind != '0.0.0.0' else '127.0.0.1'}:{port}"
        self.log = log
        self._arguments = [
            *("-d", database, "--db-filter", f"^{database}$"),
            f"--http-port={port}",
            f"--http-interface={bind}",
            f"--gevent-port={free_port()}",
            f"--workers={workers}",
            *options,
        ]
        self.process = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self._config = self.odoo.write_config()
            stack.callback(self._config.unlink, missing_ok=True)
            self._out = stack.enter_context(open(self.log, "a")) if self.log else None
            self._start()
            stack.callback(self.stop)
            self._wait_for_answer()
            self._stack = stack.pop_all()
        return self

    def _start(self):
        # A session of its own: Ctrl-C reaches us alone, and we stop the server once.
        self.process = self.odoo.start(
            self._arguments,
            self._config,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.STDOUT if self._out else None,
            start_new_session=True,
        )

    def start_again_if_ended(self):
        """What a supervisor does: Odoo's master process ends when the database is away at the
        moment in which it starts a worker. For proofs."""
        if self.process.poll() is not None:
            self._start()
            self._wait_for_answer()

    def __exit__(self, *_error):
        self._stack.close()

    def _wait_for_answer(self):
        begin = time.monotonic()
        while time.monotonic() - begin < FIRST_ANSWER_S:
            if self.process.poll() is not None:
                raise SetupError("the server ended while starting", "read its log", self.log)
            try:
                with urllib.request.urlopen(f"{self.url}/web/health", timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise SetupError(
            f"no answer from {self.url} in {FIRST_ANSWER_S} s", "read its log", self.log
        )

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self):
        """As a power cut would: the server and its workers, at once. For proofs."""
        os.killpg(self.process.pid, signal.SIGKILL)  # it leads a session of its own
        self.process.wait()
