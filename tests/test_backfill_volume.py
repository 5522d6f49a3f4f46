"""An installed base of 100,000 sale lines (``FUSION_HEAVY=1``, CI 4,000) gets its contracts."""

import os
import sys
import unittest

from toolbox import databases, odoo_source, postgres
from toolbox.odoo import Odoo

from .support import size

LINES = size(4_000, 100_000)
#: What a scan may write: its own lines and where it is.
OWN_TABLES = {"fusion_repair_backfill_line", "fusion_repair_backfill_run"}


class TestBackfillVolume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        environment = postgres.external_environment() or {
            key: os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER")
        }
        odoo, name = Odoo(odoo_source.locate(), environment), "fusion_system_backfill"
        databases.copy(environment, os.environ["FUSION_TEST_TEMPLATE"], name)
        cls.addClassCleanup(databases.drop, environment, name)
        answer = databases.run_script(
            odoo, name, "backfill_volume.py", name, "enrolling an installed base", LINES=str(LINES)
        )
        rows = (line.removeprefix("FIGURE=") for line in answer.splitlines() if "FIGURE=" in line)
        cls.texts = dict(row.split("|") for row in rows)
        sys.stdout.writelines(f"{name} {text}\n" for name, text in cls.texts.items())

    def figure(self, name):
        return float(self.texts.get(name, 0))

    def figures(self, *names):
        return [self.figure(name) for name in names]

    def test_a_scan_writes_its_own_lines_alone(self):
        self.assertEqual(set(self.texts["tables_written"].split()), OWN_TABLES)
        self.assertEqual(self.figure("contracts_after_scan"), 0)

    def test_every_unit_is_decided(self):
        """Of 20 lines 1 is excluded; lifts and the newest wheelchair of a number are enrolled."""
        orders = LINES // 20
        self.assertEqual(self.figure("scanned"), 19 * orders)
        self.assertEqual(sum(self.figures("create", "already", "skip")), 19 * orders)
        self.assertEqual(self.figure("reason_accessory"), 2 * orders)
        self.assertEqual(self.figure("reason_no_category"), orders)
        sold_again = self.figure("reason_duplicate_serial")
        self.assertEqual(self.figure("create"), 15 * orders - sold_again)
        self.assertEqual(sold_again, 3 * (orders // 100))
        self.assertEqual(self.figure("reason_missing_serial"), orders)

    def test_the_first_due_dates_are_spread(self):
        self.assertLessEqual(self.figure("most_of_a_day"), 10)
        self.assertEqual(self.figure("weekend_days"), 0)
        self.assertGreaterEqual(self.figure("first_due_in_days"), 31)

    def test_twice_is_once(self):
        created = self.figure("create")
        self.assertEqual(self.figure("created"), created)
        self.assertEqual(self.figures("created_again", "created_by_twin"), [0, 0])
        self.assertEqual(self.figure("contracts"), created)
        old_sales = self.figure("reason_duplicate_serial")  # of a number that has its contract
        self.assertEqual(self.figure("already_afterwards"), created + old_sales)
        self.assertEqual(self.figure("create_afterwards"), 0)

    def test_memory_is_bounded(self):
        self.assertLessEqual(self.figure("memory"), 300)
        self.assertLessEqual(self.figure("memory") - self.figure("memory_tenth"), 50)
        self.assertLessEqual(self.figure("report_memory"), 50)

    def test_cost_grows_with_the_lines_alone(self):
        """The ratios of times are printed; a busy machine bends them."""
        self.assertLessEqual(self.figure("queries_per_1000"), size(45, 30))
