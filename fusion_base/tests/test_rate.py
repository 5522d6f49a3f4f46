import threading
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError, errors

from odoo import api, models
from odoo.modules.registry import DummyRLock, Registry
from odoo.orm.model_classes import add_to_registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..models import fusion_rate_mixin
from ..models.fusion_rate_mixin import FusionRateMixin

MODEL, TABLE = "fusion.base.test.rate", "fusion_base_test_rate"


def add_model(test_class, registry, cr):
    """A concrete model for the test only, with a real table."""

    class TestRate(models.Model):
        _module = "fusion_base"
        _name = MODEL
        _inherit = "fusion.rate.mixin"
        _description = "Test Counter"
        _log_access = False

    add_to_registry(registry, TestRate)
    registry._setup_models__(cr, [MODEL])
    env = api.Environment(cr, api.SUPERUSER_ID, {})
    env[MODEL]._auto_init()
    env[MODEL].init()
    env.flush_all()

    def remove():
        registry.models.pop(MODEL)
        for parent in ("base", "fusion.rate.mixin"):
            registry[parent]._inherit_children.discard(MODEL)
        registry._setup_models__(cr, [])

    test_class.addClassCleanup(remove)


@tagged("post_install", "-at_install")
class TestRate(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_model(cls, cls.registry, cls.cr)
        cls.rate = cls.env[MODEL]

    def test_requests_up_to_the_limit_are_allowed(self):
        with freeze_time("2026-03-01 10:00:40"):
            waits = [self.rate._hit("page:192.0.2.7", 3, 60) for _n in range(5)]

        self.assertEqual(waits, [0, 0, 0, 20, 20])
        row = self.rate.search([])
        self.assertEqual(
            (row.key, row.bucket, row.count), ("page:192.0.2.7", datetime(2026, 3, 1, 10), 5)
        )

    def test_wait_is_the_rest_of_the_window(self):
        for now, wait in [
            ("2026-03-01 10:00:00", 600),
            ("2026-03-01 10:00:01", 599),
            ("2026-03-01 10:09:59", 1),
        ]:
            with freeze_time(now):
                self.assertEqual(self.rate._hit(f"key {now}", 0, 600), wait)

    def test_next_window_starts_at_zero(self):
        with freeze_time("2026-03-01 10:00:59"):
            self.assertEqual([self.rate._hit("key", 1, 60) for _n in range(2)], [0, 1])
        with freeze_time("2026-03-01 10:01:00"):
            self.assertEqual([self.rate._hit("key", 1, 60) for _n in range(2)], [0, 60])

    def test_keys_are_counted_apart(self):
        with freeze_time("2026-03-01 10:00:00"):
            self.rate._hit("one", 1, 60)

            self.assertEqual(self.rate._hit("two", 1, 60), 0)
            self.assertEqual(self.rate._hit("one", 1, 60), 60)

    def test_long_and_odd_keys_are_counted_apart(self):
        long = "x" * 5000
        for key in (long, long + "y", "a\0b", "ab", "a\ud800" * 300, "%s", ""):
            with self.subTest(key=key[:20]):
                self.assertEqual(self.rate._hit(key, 1, 60), 0)
                self.assertGreater(self.rate._hit(key, 1, 60), 0)

        self.assertEqual(len(self.rate.search([])), 7)
        self.assertLessEqual(max(map(len, self.rate.search([]).mapped("key"))), 200)

    def test_wait_looks_without_counting(self):
        with freeze_time("2026-03-01 10:00:15"):
            self.assertEqual(self.rate._wait("pin", 2, 60), 0)
            self.rate._hit("pin", 2, 60)
            self.assertEqual([self.rate._wait("pin", 2, 60) for _n in range(5)], [0] * 5)
            self.rate._hit("pin", 2, 60)
            self.assertEqual(self.rate._wait("pin", 2, 60), 45)
            self.assertEqual(self.rate._wait("other", 0, 60), 45)

        self.assertEqual(self.rate.search([]).count, 2)

    def test_window_out_of_range_is_a_mistake_of_the_caller(self):
        for window_s in (0, -1, 86401):
            with self.assertRaises(ValueError):
                self.rate._hit("key", 1, window_s)

    def test_serialization_fault_is_retried_three_times(self):
        for faults, is_counted in [(3, True), (4, False)]:
            left = [errors.SerializationFailure()] * faults
            calls = []
            real = fusion_rate_mixin.own_cursor

            def flaky(env, left=left, calls=calls, real=real, **options):
                calls.append(options)
                if left:
                    raise left.pop()
                return real(env, **options)

            with patch.object(fusion_rate_mixin, "own_cursor", flaky):
                if is_counted:
                    self.assertEqual(self.rate._hit("key", 1, 60), 0)
                else:
                    with self.assertRaises(errors.SerializationFailure):
                        self.rate._hit("key", 1, 60)
            self.assertEqual(len(calls), 4)

    def test_old_counters_are_removed_a_bounded_number_a_call(self):
        with freeze_time("2026-03-01 10:00:00"):
            for number in range(3):
                self.rate._hit(f"old {number}", 1, 60)
        with freeze_time("2026-03-02 09:59:00"):
            self.rate._hit("young", 1, 60)
        with (
            freeze_time("2026-03-02 10:00:01"),
            patch.object(fusion_rate_mixin, "GC_UNLINK_LIMIT", 2),
        ):
            self.assertEqual(self.rate._gc_rate(), (2, True))
            self.assertEqual(self.rate._gc_rate(), (1, False))
            self.assertEqual(self.rate._gc_rate(), (0, False))

        self.rate.invalidate_model()
        self.assertEqual(self.rate.search([]).mapped("key"), ["young"])

    def test_clean_up_leaves_the_abstract_model_alone(self):
        self.assertTrue(FusionRateMixin._gc_rate._autovacuum)
        self.assertEqual(self.env["fusion.rate.mixin"]._gc_rate(), (0, False))

    @mute_logger("odoo.sql_db")
    def test_database_keeps_one_row_per_key_and_bucket(self):
        values = {"key": "key", "bucket": datetime(2026, 3, 1), "count": 1}
        self.rate.create(values)

        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.rate.create(values)


@tagged("post_install", "-at_install")
class TestRateForReal(BaseCase):
    """Separate connections and commits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.setup_cr = cls.registry.cursor()
        cls.addClassCleanup(cls.setup_cr.close)
        add_model(cls, cls.registry, cls.setup_cr)
        cls.setup_cr.commit()
        cls.addClassCleanup(cls._drop)

    @classmethod
    def _drop(cls):
        cls.setup_cr.rollback()
        cls.setup_cr.execute("SET LOCAL lock_timeout = '20s'")  # fail, never hang
        cls.setup_cr.execute(f"DROP TABLE {TABLE}")
        cls.setup_cr.commit()

    def hit(self, key, limit, *, is_kept=False):
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1")
            wait = api.Environment(cr, api.SUPERUSER_ID, {})[MODEL]._hit(key, limit, 86400)
            if not is_kept:
                cr.rollback()
            return wait

    def counts(self, key):
        with self.registry.cursor() as cr:
            cr.execute(f"SELECT count FROM {TABLE} WHERE key = %s", [key])
            return [count for (count,) in cr.fetchall()]

    def test_hit_stays_counted_when_the_request_rolls_back(self):
        self.assertEqual(self.hit("rollback", 1), 0)
        self.assertGreater(self.hit("rollback", 1), 0)

        self.assertEqual(self.counts("rollback"), [2])

    def test_parallel_requests_of_one_key_are_all_counted(self):
        threads_count, hits_count, limit = 12, 10, 100
        waits, faults = [], []
        start = threading.Barrier(threads_count)

        def work():
            start.wait(30)
            try:
                waits.extend(self.hit("parallel", limit) for _n in range(hits_count))
            except Exception as error:  # noqa: BLE001 - a thread's fault must reach the assertion
                faults.append(error)

        threads = [threading.Thread(target=work) for _n in range(threads_count)]
        with patch.object(Registry, "_lock", DummyRLock()):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)

        self.assertEqual(faults, [])
        self.assertEqual(self.counts("parallel"), [120])
        self.assertEqual((waits.count(0), len(waits)), (100, 120))
