"""Real servers on 127.0.0.1 for the tests of every addon."""

import contextlib
import json as json_lib
import socket
import threading
import time
import unittest
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.tools import SQL
from odoo.tools.misc import file_open

HOST = "127.0.0.1"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


class RightsMixin:
    """For a TransactionCase."""

    def assert_rights(self, addon, rights, users):
        """Every model of an addon stands in the table, and the rights of each user are its own.

        :param rights: {model: letters of read, write, create, unlink, one text for each user}
        :param users: res.users in the order of the texts
        """
        own = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == addon and not model._abstract
        }
        self.assertEqual(own, set(rights))
        for model, texts in rights.items():
            for user, letters in zip(users, texts, strict=True):
                allowed = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if self.env[model].with_user(user).has_access(operation)
                )
                self.assertEqual(allowed, letters, f"{model} as {user.login}")


class HealthMixin:
    """For tests of what an addon tells ``fusion.health``, and of its copied database."""

    def check(self, code):
        """:return: the row of one check"""
        rows = self.env["fusion.health"].sudo()._fusion_health_checks()
        return next(row for row in rows if row["code"] == code)

    def broken(self):
        """:return: codes of the invariants that do not hold"""
        rows = self.env["fusion.health"].sudo()._fusion_invariants()
        return {row["code"] for row in rows if not row["ok"]}

    def keep_jobs_in_time(self):
        """No job has run since the database was made."""
        self.env["ir.cron"].sudo().search([]).write(
            {"nextcall": datetime.now(timezone.utc).replace(tzinfo=None), "failure_count": 0}
        )

    def break_row(self, record, **values):
        """Write past the ORM, as damage does."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL("UPDATE %s SET %s = %s WHERE id = %s", SQL.identifier(record._table),
                    SQL.identifier(name), value, record.id)
            )  # fmt: skip
        self.env.invalidate_all()

    def neutralize(self, addon):
        """What ``odoo neutralize`` does for one addon."""
        self.env.flush_all()
        with file_open(f"{addon}/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.env.registry.clear_cache("stable")


@dataclass
class Received:
    """One request as it arrived. ``query`` maps names to lists of values."""

    method: str
    path: str
    query: dict
    headers: object
    body: bytes

    def json(self):
        return json_lib.loads(self.body)


@dataclass
class Answer:
    """What the server sends back.

    ``action``: ``""`` answers; ``"close"`` closes without a word; ``"cut"`` promises the whole
    body, sends half and closes; ``"hang"`` says nothing until the server stops; ``"drip"`` sends
    one byte of the body every 50 ms, for ever.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: dict = field(default_factory=dict)
    action: str = ""
    is_chunked: bool = False


class LoopbackServer:
    """A scripted HTTP server in a thread; ``requests`` holds what it received.

    ::

        with LoopbackServer() as server:
            server.answer(status=429, headers={"Retry-After": "7"})
            server.answer(json={"ok": True}, path="/other")
            ... server.url ... server.requests[0].json()

    Answers given for a path are used up in order, the last one stays; the same holds for answers
    without a path. With none, it says ``200 {}``.

    :param ssl_context: a server-side ``ssl.SSLContext`` makes it speak https
    """

    def __init__(self, *, host=HOST, ssl_context=None):
        self.requests = []
        self.connections = 0
        self._answers = {}
        self._stopping = threading.Event()
        self._scheme = "https" if ssl_context else "http"
        self._server = _Server((host, 0), _make_handler(self))
        self._server.owner = self
        self._server.ssl_context = ssl_context
        self.host, self.port = self._server.server_address[:2]

    @property
    def url(self):
        return f"{self._scheme}://{self.host}:{self.port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.daemon = True
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, *, json=None, path=None, **answer):
        """Add an :class:`Answer`; ``json`` is its body as a value. A callable given as ``make``
        gets the :class:`Received` and returns the :class:`Answer`."""
        if json is not None:
            answer["body"] = json_lib.dumps(json).encode()
            answer.setdefault("headers", {}).setdefault("Content-Type", "application/json")
        made = answer.pop("make", None) or Answer(**answer)
        self._answers.setdefault(path, []).append(made)
        return self

    def _take(self, received):
        queue = self._answers.get(received.path) or self._answers.get(None) or [Answer()]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        return answer(received) if callable(answer) else answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def get_request(self):
        connection, address = super().get_request()
        self.owner.connections += 1
        return connection, address

    def finish_request(self, request, client_address):
        if self.ssl_context:
            request = self.ssl_context.wrap_socket(request, server_side=True)
        return super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """Clients of these tests hang up in all ways; that is no fault of the server."""


def _make_handler(owner):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            received = Received(
                self.command,
                parts.path,
                parse_qs(parts.query, keep_blank_values=True),
                self.headers,
                self.rfile.read(length),
            )
            owner.requests.append(received)
            self.close_connection = True
            self._send(owner._take(received))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _handle

        def _send(self, answer):
            if answer.action == "close":
                return
            if answer.action == "hang":
                owner._stopping.wait(60)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            if answer.is_chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif "Content-Length" not in answer.headers:
                length = 10**6 if answer.action == "drip" else len(answer.body)
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self._send_body(answer)

        def _send_body(self, answer):
            if answer.action == "drip":
                while not owner._stopping.wait(0.05):
                    self.wfile.write(b" ")
            elif answer.is_chunked:
                for start in range(0, len(answer.body), 1 << 16):
                    chunk = answer.body[start : start + (1 << 16)]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                self.wfile.write(b"0\r\n\r\n")
            else:
                half = len(answer.body) // 2 if answer.action == "cut" else None
                self.wfile.write(answer.body[:half])

        def log_message(self, format, *args):  # the name is http.server's
            pass

    return Handler


class SmtpSink:
    """A real SMTP server in a thread that keeps what it is sent.

    ``messages`` holds ``email.message.EmailMessage``, with the envelope in ``X-Sink-From`` and
    ``X-Sink-To``. Needs aiosmtpd (requirements-dev.txt); without it the test is skipped.

    :param refuse: an SMTP answer such as ``"451 try later"`` refuses every message
    """

    def __init__(self, *, refuse=""):
        self.messages = []
        self.refuse = refuse
        self.host, self.port = HOST, _find_free_port()

    def __enter__(self):
        try:
            from aiosmtpd.controller import Controller
        except ImportError:
            raise unittest.SkipTest("aiosmtpd is not installed") from None
        self._controller = Controller(self, hostname=self.host, port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_exc):
        self._controller.stop()

    async def handle_DATA(self, server, session, envelope):  # aiosmtpd's name
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Sink-From"] = envelope.mail_from
        message["X-Sink-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"


def receive_mails(test):
    """Send what a test's queue holds to a real SMTP server of its own, and to no other.

    :param test: a TransactionCase
    :return: SmtpSink, stopped after the test
    """
    sink = SmtpSink()
    sink.__enter__()
    test.addCleanup(sink.__exit__, None, None, None)
    servers = test.env["ir.mail_server"]
    servers.search([]).active = False
    servers.create(
        {"name": "sink", "smtp_host": sink.host, "smtp_port": sink.port, "smtp_encryption": "none"}
    )
    test.startPatcher(patch.object(type(servers), "_disable_send", lambda _self: False))
    return sink


def _find_free_port():
    with contextlib.closing(socket.socket()) as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]


def wait_until(condition, timeout_s=10):
    """Wait for another thread.

    :raise AssertionError: when ``condition()`` stays false
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("The condition did not come true in time")
        time.sleep(0.01)
