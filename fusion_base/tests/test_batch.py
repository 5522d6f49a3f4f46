from unittest.mock import patch

from psycopg2 import errors

from odoo import models
from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..tools.batch import run_batch

LOGGER = "odoo.addons.fusion_base.tools.batch"


@tagged("post_install", "-at_install")
class TestBatch(TransactionCase):
    def setUp(self):
        super().setUp()
        self.rows = self.env["res.partner"].create(
            [{"name": f"row {number}", "ref": "due"} for number in range(5)]
        )

    def refs(self):
        self.rows.invalidate_recordset()
        return self.rows.mapped("ref")

    @staticmethod
    def work(row):
        row.ref = "done"
        if row.name == "row 2":
            raise ValueError("poisoned")

    @mute_logger(LOGGER)
    def test_one_bad_row_never_stops_the_rest(self):
        failures = []

        handled = run_batch(
            self.rows, self.work, on_failure=lambda row, error: failures.append((row, str(error)))
        )

        self.assertEqual(handled, 4)
        self.assertEqual(self.refs(), ["done", "done", "due", "done", "done"])
        self.assertEqual(failures, [(self.rows[2], "poisoned")])

    @mute_logger(LOGGER)
    def test_those_that_fail_together_are_tried_alone(self):
        calls, failures = [], []

        def work(rows):
            calls.append(len(rows))
            for row in rows:
                self.work(row)

        handled = run_batch(
            self.rows, work, on_failure=lambda row, error: failures.append(row), together=3
        )

        self.assertEqual(calls, [3, 1, 1, 1, 2])
        self.assertEqual(handled, 4)
        self.assertEqual(self.refs(), ["done", "done", "due", "done", "done"])
        self.assertEqual(failures, [self.rows[2]])

    def test_failure_is_logged_with_its_traceback(self):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            run_batch(self.rows, self.work)

        [record] = logs.records
        self.assertEqual(record.getMessage(), f"res.partner({self.rows[2].id},) failed in a batch")
        self.assertEqual(str(record.exc_info[1]), "poisoned")

    @mute_logger(LOGGER, "odoo.sql_db")
    def test_sql_fault_of_a_row_is_healed(self):
        def work(row):
            row.env.cr.execute("SELECT 1/%s", [0 if row == self.rows[1] else 1])
            row.ref = "done"

        def note(row, error):
            row.ref = type(error).__name__

        self.assertEqual(run_batch(self.rows, work, on_failure=note), 4)
        self.assertEqual(self.refs(), ["done", "DivisionByZero", "done", "done", "done"])

    @mute_logger(LOGGER)
    def test_failing_failure_note_does_not_stop_the_rest(self):
        def note(row, error):
            row.ref = "half"
            raise ValueError

        self.assertEqual(run_batch(self.rows, self.work, on_failure=note), 4)
        self.assertEqual(self.refs(), ["done", "done", "due", "done", "done"])

    def test_row_that_is_no_longer_due_is_skipped(self):
        worked = []

        handled = run_batch(
            self.rows, worked.append, is_due=lambda row: row.name in ("row 1", "row 4")
        )

        self.assertEqual(handled, 2)
        self.assertEqual(worked, [self.rows[1], self.rows[4]])

    def test_deleted_row_is_skipped(self):
        rows = self.rows
        rows[0].unlink()

        self.assertEqual(run_batch(rows, self.work, is_due=lambda r: r.name != "row 2"), 3)

    def test_row_locked_by_another_worker_is_left_to_it(self):
        with (
            patch.object(
                models.BaseModel,
                "try_lock_for_update",
                lambda row, **_kw: row - self.rows[3],
            ),
            mute_logger(LOGGER),
        ):
            self.assertEqual(run_batch(self.rows, self.work), 3)

        self.assertEqual(self.refs(), ["done", "done", "due", "due", "done"])

    def test_concurrency_fault_is_not_swallowed(self):
        def work(row):
            if row == self.rows[1]:
                raise errors.SerializationFailure
            row.ref = "done"

        failures = []
        with self.assertRaises(errors.SerializationFailure):
            run_batch(self.rows, work, on_failure=lambda *args: failures.append(args))
        self.assertEqual(failures, [])

    @mute_logger(LOGGER)
    def test_nothing_is_committed_outside_a_cron(self):
        commits = []
        with patch.object(Cursor, "commit", lambda cr: commits.append(cr)):
            run_batch(self.rows, self.work)

        self.assertEqual(commits, [])


@tagged("post_install", "-at_install")
class TestBatchInCron(TransactionCase):
    """The same through a real cron run, whose code is a server action."""

    def setUp(self):
        super().setUp()
        self.rows = self.env["res.partner"].create(
            [{"name": f"batch row {number}", "ref": "due"} for number in range(5)]
        )
        self.calls = []
        self.patch(self.registry["res.partner"], "_fusion_test_cron", self._cron())
        self.cron = self.env["ir.cron"].create(
            {
                "name": "Fusion batch test",
                "model_id": self.env.ref("base.model_res_partner").id,
                "state": "code",
                "code": "model._fusion_test_cron()",
                "interval_number": 1,
                "interval_type": "days",
            }
        )

    def patch(self, obj, key, val):
        patcher = patch.object(obj, key, val, create=True)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _cron(self):
        calls, ids = self.calls, self.rows.ids

        def _fusion_test_cron(partners):
            domain = [("id", "in", ids), ("ref", "=", "due")]
            found = partners.search(domain, limit=2, order="id")
            rest = partners.search_count(domain) - len(found)
            calls.append(len(found))
            return run_batch(
                found,
                _work,
                on_failure=lambda row, error: row.write({"ref": str(error)}),
                remaining=rest,
            )

        def _work(row):
            row.ref = "done"
            if row.name == "batch row 2":
                raise ValueError("poisoned")

        return _fusion_test_cron

    def test_cron_works_batch_after_batch_and_commits_each_row(self):
        with self.enter_registry_test_mode(), mute_logger(LOGGER):
            self.assertIs(self.cron.method_direct_trigger(), True)

        self.assertEqual(self.calls, [2, 2, 1])
        self.rows.invalidate_recordset()
        self.assertEqual(self.rows.mapped("ref"), ["done", "done", "poisoned", "done", "done"])
        progress = self.env["ir.cron.progress"].search([("cron_id", "=", self.cron.id)], order="id")
        self.assertEqual(progress.mapped("done"), [2, 2, 1])
        self.assertEqual(progress.mapped("remaining"), [3, 1, 0])

    def test_cron_stops_when_its_time_is_used_up(self):
        commits = []
        commit_progress = type(self.env["ir.cron"])._commit_progress

        def no_time_left(cron, *args, **kwargs):
            commits.append(args)
            commit_progress(cron, *args, **kwargs)
            return 0

        self.patch(type(self.env["ir.cron"]), "_commit_progress", no_time_left)
        rows = self.rows
        with self.enter_registry_test_mode():
            env = self.env
            cron, _progress = self.cron._add_progress()
            with self.registry.cursor() as cr:
                in_cron = env(cr=cr, context={**cron.env.context, "cron_id": self.cron.id})
                worked = []
                run_batch(rows.with_env(in_cron), worked.append)

        self.assertEqual(len(worked), 1)
        self.assertEqual(commits, [(), (1,)])
