from threading import Barrier, Thread

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL

from odoo.addons.base.models import res_users

from .common import PASSWORD

THREADS, ROUNDS = 10, 5


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Real transactions in parallel; what they commit is removed afterwards."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.patch(Registry, "_lock", DummyRLock())  # the test's thread holds it
        # Costly hashes would keep the threads apart, and on a busy machine beyond their time.
        self.patch(res_users, "MIN_ROUNDS", 1000)
        with self.cursor() as env:
            user = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create({"name": "race", "login": "audit_race", "password": PASSWORD})
            )
            self.race_id = user.id
        self.addCleanup(self.clean)

    def cursor(self):
        return _Environment(self.registry)

    def clean(self):
        with self.cursor() as env:
            user = env["res.users"].browse(self.race_id)
            partner = user.partner_id
            user.unlink()
            partner.unlink()
            for table in ("fusion_login_audit", "fusion_login_alert"):
                env.cr.execute(
                    SQL(
                        """DELETE FROM %s WHERE attempted_login LIKE 'audit_race%%'
                              OR ip_address = '198.51.100.77'""",
                        SQL.identifier(table),
                    )
                )

    def run_threads(self, work):
        barrier, faults = Barrier(THREADS), []

        def run(number):
            barrier.wait()
            try:
                for turn in range(ROUNDS):
                    work(number, turn)
            except Exception as error:  # noqa: BLE001 - shown by the assertion below
                faults.append(error)

        threads = [Thread(target=run, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertFalse([thread for thread in threads if thread.is_alive()])
        self.assertEqual(faults, [])

    def count(self, where):
        with self.cursor() as env:
            env.cr.execute(
                f"SELECT COUNT(*), COALESCE(SUM(attempt_count), 0) FROM fusion_login_audit {where}"
            )
            return env.cr.fetchone()

    def test_one_user_many_logins(self):
        tries = []

        def sign_in(_number, _turn):
            with self.cursor() as env:

                def attempt():
                    tries.append(1)
                    given = {"type": "password", "login": "audit_race", "password": PASSWORD}
                    env["res.users"].authenticate(given, {"interactive": False})

                retrying(attempt, env)

        self.run_threads(sign_in)
        total = THREADS * ROUNDS
        self.assertEqual(len(tries), total)
        self.assertEqual(self.count("WHERE attempted_login = 'audit_race'"), (total, total))

    def test_flood_in_parallel_is_bounded_and_counted(self):
        def guess(number, turn):
            with self.cursor() as env:
                audit = env["fusion.login.audit"]
                vals = audit._fc_build_event_vals(
                    "failure", f"audit_race{number}", "unknown_user",
                    ip_address="198.51.100.77", event_time="2026-03-02 10:00:00",
                )  # fmt: skip
                self.assertTrue(audit._fc_record(vals))

        self.run_threads(guess)
        rows, attempts = self.count("WHERE ip_address = '198.51.100.77'")
        self.assertEqual((rows, attempts), (31, THREADS * ROUNDS))

    def test_burst_in_parallel_is_one_alert(self):
        def guess(_number, _turn):
            with self.cursor() as env:
                audit = env["fusion.login.audit"]
                audit._fc_record(
                    audit._fc_build_event_vals("failure", "audit_race", "bad_password")
                )

        self.run_threads(guess)
        with self.cursor() as env:
            env.cr.execute(
                "SELECT COUNT(*) FROM fusion_login_alert WHERE attempted_login = 'audit_race'"
            )
            self.assertEqual(env.cr.fetchone()[0], 1)

    def test_row_survives_a_rollback(self):
        with self.assertRaises(ZeroDivisionError), self.cursor() as env:
            audit = env["fusion.login.audit"]
            audit._fc_record(audit._fc_build_event_vals("failure", "audit_race", "bad_password"))
            audit._fc_record(audit._fc_build_event_vals("success", "audit_race"), durable=False)
            raise ZeroDivisionError
        self.assertEqual(self.count("WHERE attempted_login = 'audit_race'"), (1, 1))


class _Environment:
    """A real cursor, committed on a clean exit."""

    def __init__(self, registry):
        self._cr = registry.cursor()

    def __enter__(self):
        self._cr.__enter__()
        return api.Environment(self._cr, SUPERUSER_ID, {})

    def __exit__(self, *fault):
        return self._cr.__exit__(*fault)
