"""A short, committed cursor beside the request's."""

from contextlib import contextmanager

from odoo.modules import module
from odoo.sql_db import Cursor


@contextmanager
def own_cursor(env, *, lock_timeout_s=1, statement_timeout_s=3, read_committed=False):
    """Yield a cursor of its own, committed on a clean exit and rolled back on an exception.

    What is written through it stays when the request rolls back. The timeouts make sure that a
    locked table costs the row, never the request; a separate cursor must not write a row that the
    request's own transaction may hold (``res_users`` during a login).

    Under test: in a plain ``TransactionCase`` it yields the test's own cursor in a savepoint, so
    that rows are visible and vanish with the test; in an ``HttpCase`` the patched
    ``registry.cursor()`` already gives a test cursor, which a read-only one must make room for
    (as ``res.device.log._update_device`` does). This is the only code of the suite that looks at
    ``odoo.modules.module.current_test``.

    :param lock_timeout_s: seconds to wait for a lock
    :param statement_timeout_s: seconds one statement may take
    :param read_committed: use READ COMMITTED instead of Odoo's REPEATABLE READ, for one-statement
        counters: a row that another transaction just changed is read again instead of failing
    :raise psycopg2.OperationalError: on a timeout or a serialization fault
    """
    test = module.current_test
    if test and getattr(test, "cr", None) is env.cr:
        with env.cr.savepoint():
            yield env.cr
        return
    if test and env.cr.readonly:
        env.cr.rollback()
    with env.registry.cursor() as cr:
        # Settings of a nested test cursor would outlive it, they belong to the whole transaction.
        if isinstance(cr, Cursor):
            if read_committed:
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute(
                "SET LOCAL lock_timeout = %s; SET LOCAL statement_timeout = %s",
                [f"{int(lock_timeout_s * 1000)}ms", f"{int(statement_timeout_s * 1000)}ms"],
            )
        yield cr
