import contextlib
import threading
from unittest.mock import patch

from psycopg2 import errors

from odoo import api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, HttpCase, TransactionCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..tools.cursor import own_cursor

KEY = "fusion_base.test_cursor"


@tagged("post_install", "-at_install")
class TestOwnCursorInTransaction(TransactionCase):
    def test_plain_test_gets_its_own_cursor(self):
        with own_cursor(self.env) as cr:
            self.assertIs(cr, self.env.cr)
            self.env(cr=cr)["ir.config_parameter"].set_param(KEY, "1")

        self.assertEqual(self.env["ir.config_parameter"].get_param(KEY), "1")

    def test_exception_takes_back_only_the_block(self):
        self.env["ir.config_parameter"].set_param(KEY, "before")

        with contextlib.suppress(ValueError), own_cursor(self.env) as cr:
            self.env(cr=cr)["ir.config_parameter"].set_param(KEY, "inside")
            raise ValueError

        self.assertEqual(self.env["ir.config_parameter"].get_param(KEY), "before")

    def test_timeouts_do_not_leak_into_the_test(self):
        with own_cursor(self.env, lock_timeout_s=7, statement_timeout_s=7):
            pass

        self.env.cr.execute("SHOW lock_timeout")
        self.assertEqual(self.env.cr.fetchone(), ("0",))


@tagged("post_install", "-at_install")
class TestOwnCursorInHttp(HttpCase):
    def test_request_gets_a_nested_test_cursor(self):
        with self.registry.cursor() as request_cr:
            env = api.Environment(request_cr, api.SUPERUSER_ID, {})
            with own_cursor(env) as cr:
                self.assertIsNot(cr, request_cr)
                env(cr=cr)["ir.config_parameter"].set_param(KEY, "1")

        self.assertEqual(self.env["ir.config_parameter"].get_param(KEY), "1")
        self.env.cr.execute("SHOW lock_timeout")
        self.assertEqual(self.env.cr.fetchone(), ("0",))

    def test_read_only_request_can_write_beside_itself(self):
        with self.registry.cursor(readonly=True) as request_cr:
            env = api.Environment(request_cr, api.SUPERUSER_ID, {})
            env["res.users"].search([], limit=1)
            with own_cursor(env) as cr:
                env(cr=cr)["ir.config_parameter"].set_param(KEY, "1")

        self.assertEqual(self.env["ir.config_parameter"].get_param(KEY), "1")


@tagged("post_install", "-at_install")
class TestOwnCursorForReal(BaseCase):
    """Committed transactions, cleaned up by hand."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._clean)

    def _clean(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM ir_config_parameter WHERE key = %s", [KEY])

    def _insert(self, cr):
        cr.execute("INSERT INTO ir_config_parameter (key, value) VALUES (%s, '1')", [KEY])

    def _count(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT count(*) FROM ir_config_parameter WHERE key = %s", [KEY])
            return cr.fetchone()[0]

    def test_row_stays_when_the_request_rolls_back(self):
        with self.registry.cursor() as request_cr:
            env = api.Environment(request_cr, api.SUPERUSER_ID, {})
            request_cr.execute("SELECT 1")
            with own_cursor(env) as cr:
                self.assertIsNot(cr, request_cr)
                self._insert(cr)
            self.assertEqual(self._count(), 1)
            request_cr.rollback()

        self.assertEqual(self._count(), 1)

    def test_row_vanishes_when_the_block_fails(self):
        with self.registry.cursor() as request_cr:
            env = api.Environment(request_cr, api.SUPERUSER_ID, {})
            with self.assertRaises(ValueError), own_cursor(env) as cr:
                self._insert(cr)
                raise ValueError
            self.assertTrue(cr.closed)

        self.assertEqual(self._count(), 0)

    def test_settings_of_the_transaction(self):
        with self.registry.cursor() as request_cr:
            env = api.Environment(request_cr, api.SUPERUSER_ID, {})
            for options, expected in [
                ({}, ["1s", "3s", "repeatable read"]),
                (
                    {"lock_timeout_s": 0.5, "statement_timeout_s": 2, "read_committed": True},
                    ["500ms", "2s", "read committed"],
                ),
            ]:
                with own_cursor(env, **options) as cr:
                    shown = []
                    for name in ("lock_timeout", "statement_timeout", "transaction_isolation"):
                        cr.execute(f"SHOW {name}")
                        shown.append(cr.fetchone()[0])
                self.assertEqual(shown, expected)

    @mute_logger("odoo.sql_db")
    def test_locked_table_costs_the_row_not_the_request(self):
        locked, done = threading.Event(), threading.Event()

        def lock():
            with self.registry.cursor() as cr:
                cr.execute("LOCK TABLE ir_config_parameter IN SHARE MODE")
                locked.set()
                done.wait(30)

        thread = threading.Thread(target=lock)
        with patch.object(Registry, "_lock", DummyRLock()):
            thread.start()
            locked.wait(30)
            with self.registry.cursor() as request_cr:
                env = api.Environment(request_cr, api.SUPERUSER_ID, {})
                with self.assertRaises(errors.LockNotAvailable):
                    with own_cursor(env, lock_timeout_s=0.2) as cr:
                        self._insert(cr)
                request_cr.execute("SELECT 1")
            done.set()
            thread.join()
