"""A running Odoo server on a copy of the test template, driven over real HTTP."""

import os
import unittest
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import requests
from urllib3.util import Retry

from toolbox import databases, odoo_source, paths, postgres
from toolbox.odoo import Odoo
from toolbox.server import Server, free_port

HEAVY = bool(os.environ.get("FUSION_HEAVY"))
TIMEOUT_S = 60
ADMIN = "admin"
#: What http.server says of a client that connected and was kept from speaking; it knocks again.
SILENT_CLIENT = "Request timed out: TimeoutError"


def size(small, heavy):
    """:return: the figure for this run: CI's, or the full one of ``scripts/test --heavy``"""
    return heavy if HEAVY else small


def knocking_session():
    """:return: requests.Session that knocks again when the door was not opened

    Two worker processes queue 16 connections (odoo/service/server.py); beyond that the kernel
    resets some before Odoo has seen them. A browser or a proxy knocks again, and so do we.
    """
    session = requests.Session()
    knocks = Retry(
        total=100,
        backoff_factor=0.05,
        backoff_max=1,
        allowed_methods=None,
        respect_retry_after_header=False,  # an answer is an answer
    )
    adapter = requests.adapters.HTTPAdapter(pool_maxsize=64, max_retries=knocks)
    session.mount("http://", adapter)
    return session


class Client:
    """One browser session on a server."""

    def __init__(self, server, database, login):
        self.server = server
        self.session = knocking_session()
        credentials = {"db": database, "login": login, "password": login}
        answer = self.call("/web/session/authenticate", **credentials)
        assert answer["uid"], f"{login} could not sign in"

    def call(self, route, **params):
        """:return: the answer of a JSON-RPC route
        :raise AssertionError: when the server answers with an error"""
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        # A worker closes an idle connection when it likes: a new one per call never meets that.
        response = self.session.post(
            self.server.url + route,
            json=body,
            headers={"Connection": "close"},
            timeout=TIMEOUT_S,
        )
        response.raise_for_status()
        answer = response.json()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def in_parallel(self, times, route, **params):
        """:return: the answers of ``times`` calls made at the same moment"""
        with ThreadPoolExecutor(times) as pool:
            calls = [pool.submit(self.call, route, **params) for _number in range(times)]
            return [call.result() for call in calls]


class ServerCase(unittest.TestCase):
    """Starts a server of its own for the class; ``workers`` 0 means threads."""

    workers = 0
    addons = ()  # further ones to install into the copy
    options = ()  # further options of the server
    database = "fusion_system"

    @classmethod
    def setUpClass(cls):
        environment = cls.serve_database()
        cls.odoo = Odoo(odoo_source.locate(), environment)
        name = f"{cls.database}_{cls.__name__.lower()}"
        cls.copy_template(environment, name)
        cls.addClassCleanup(databases.drop, environment, name)
        if cls.addons:
            databases.install(cls.odoo, name, cls.addons, f"system-{name}")
        log = paths.TEST_RESULTS / f"server_{cls.__name__}.log"
        log.unlink(missing_ok=True)
        options = ["--max-cron-threads=0", "--limit-time-real=120", *cls.options]
        cls.server = cls.enterClassContext_(
            Server(cls.odoo, name, free_port(), workers=cls.workers, log=log, options=options)
        )
        cls.name = name
        cls.log = log
        proxy = f"{cls.server.url}/xmlrpc/2/object"
        cls._objects = xmlrpc.client.ServerProxy(proxy, allow_none=True)

    @classmethod
    def serve_database(cls):
        """:return: libpq's variables of the server that the class's database is on"""
        return postgres.external_environment() or {
            key: os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER")
        }

    @classmethod
    def copy_template(cls, environment, name):
        databases.copy(environment, os.environ["FUSION_TEST_TEMPLATE"], name)

    @classmethod
    def enterClassContext_(cls, manager):
        """unittest has this from Python 3.11 on."""
        value = manager.__enter__()
        cls.addClassCleanup(manager.__exit__, None, None, None)
        return value

    @classmethod
    def rpc(cls, model, method, *arguments, **options):
        """Call a model as the administrator, over XML-RPC."""
        user = 2  # base.user_admin
        return cls._objects.execute_kw(cls.name, user, ADMIN, model, method, arguments, options)

    @classmethod
    def ref(cls, xmlid):
        module, name = xmlid.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return cls.rpc("ir.model.data", "search_read", domain, ["res_id"])[0]["res_id"]

    def assertCleanLog(self):
        """No traceback and no error reached the server's log."""
        text = self.log.read_text(errors="replace")
        bad = [
            line
            for line in text.splitlines()
            if (" ERROR " in line or " CRITICAL " in line) and SILENT_CLIENT not in line
        ]
        self.assertEqual(bad, [])
