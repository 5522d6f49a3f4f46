import json
import os
import random
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.fusion_base.tools import chain

from .. import const
from .common import AuditCase


@tagged("post_install", "-at_install")
class TestChain(AuditCase):
    def fill(self, count, **extra):
        return [self.make(f"row{number}", **extra) for number in range(count)]

    def seal(self):
        return self.audit._cron_seal(min_age_s=0)

    def verify(self):
        return self.audit._fc_verify_chain()

    def sql(self, query, *args):
        self.env.cr.execute(query, args)

    def test_payload_and_seal_by_hand(self):
        event_id = self.make(event_time="2026-03-02 10:00:00", ip_address="198.51.100.7")
        self.seal()
        self.sql("SELECT seal_no, seal_hash FROM fusion_login_audit WHERE id = %s", event_id)
        pairs = [
            ["id", event_id], ["event_time", "2026-03-02 10:00:00"],
            ["database", self.env.cr.dbname], ["event_type", "login"], ["result", "success"],
            ["failure_reason", None], ["attempted_login", "audit_anna"],
            ["user_ref", self.user.id], ["actor_uid", None], ["auth_method", None],
            ["channel", "internal"], ["ip_address", "198.51.100.7"],
            ["user_agent_raw", "<no-request>"], ["api_key_name", None], ["detail", None],
            ["attempt_count", 1],
        ]  # fmt: skip
        payload = json.dumps(pairs, separators=(",", ":"))
        self.assertEqual(self.env.cr.fetchone(), (1, chain.seal("0" * 64, payload)))

    def test_young_rows_wait(self):
        self.fill(2)
        self.assertEqual(self.audit._cron_seal(), 0)
        self.make(event_time=self.minutes_ago(3))
        self.assertEqual(self.audit._cron_seal(), 1)
        report = self.verify()
        self.assertEqual(
            (report["ok"], report["checked"], report["unsealed"], report["head_seal_no"]),
            (True, 1, 2, 1),
        )

    def test_whole_chain_in_batches(self):
        self.fill(7)
        self.assertEqual([self.audit._cron_seal(3, 0) for _try in range(4)], [3, 3, 1, 0])
        with patch("odoo.addons.fusion_login_audit.models.fusion_login_audit_seal._STREAM", 2):
            report = self.verify()
        self.assertEqual((report["ok"], report["checked"]), (True, 7))

    def test_a_clock_that_was_set_back_changes_nothing(self):
        ids = [
            self.make(event_time=when)
            for when in ("2026-03-02 10:00:00", "2026-03-02 09:00:00", "2026-03-02 09:30:00")
        ]
        self.seal()
        self.sql("SELECT id FROM fusion_login_audit WHERE id IN %s ORDER BY seal_no", tuple(ids))
        self.assertEqual([row[0] for row in self.env.cr.fetchall()], ids)
        report = self.verify()
        self.assertEqual((report["ok"], report["checked"]), (True, 3))

    def test_a_restored_backup_verifies_to_its_own_head(self):
        self.fill(3)
        self.seal()
        with self.env.cr.savepoint() as backup:
            self.fill(2)
            self.seal()
            newest = self.verify()  # its head stands in the digest that was mailed
            backup.rollback()
        self.env.invalidate_all()
        restored = self.verify()
        self.assertEqual((restored["ok"], restored["head_seal_no"]), (True, 3))
        self.assertEqual(newest["head_seal_no"], 5)
        self.assertNotEqual(restored["head_hash"], newest["head_hash"])

    def test_every_tampering_is_found(self):
        ids = self.fill(40)
        self.seal()
        dice = random.Random(7)
        found = 0
        for number in range(100):
            with self.subTest(number=number), self.env.cr.savepoint() as savepoint:
                self.tamper(dice, ids)
                found += not self.verify()["ok"]
                savepoint.rollback()
        self.assertEqual(found, 100)
        self.assertTrue(self.verify()["ok"])

    def tamper(self, dice, ids):
        one, other = dice.sample(ids, 2)
        kind = dice.randrange(4)
        if kind == 0:
            column = dice.choice(["attempted_login", "ip_address", "detail", "api_key_name"])
            self.sql(f"UPDATE fusion_login_audit SET {column} = 'forged' WHERE id = %s", one)
        elif kind == 1:
            first, last = sorted([one, other])
            self.sql("DELETE FROM fusion_login_audit WHERE id BETWEEN %s AND %s", first, last)
        elif kind == 2:
            self.swap(one, other)
        else:
            self.sql("UPDATE fusion_login_audit SET seal_no = seal_no + 1000 WHERE id >= %s", one)
            forged = self.make("forged")
            self.sql(
                """UPDATE fusion_login_audit SET seal_no = seal_no - 999
                    WHERE seal_no > 1000 AND id <> %s""", forged,
            )  # fmt: skip
            self.sql(
                """UPDATE fusion_login_audit SET seal_hash = %s, seal_no = (
                       SELECT seal_no - 1 FROM fusion_login_audit WHERE id = %s)
                    WHERE id = %s""", "a" * 64, one, forged,
            )  # fmt: skip

    def swap(self, one, other):
        self.sql("SELECT id, seal_no, seal_hash FROM fusion_login_audit WHERE id IN %s",
                 (one, other))  # fmt: skip
        (a, a_no, a_hash), (b, b_no, b_hash) = self.env.cr.fetchall()
        self.sql("UPDATE fusion_login_audit SET seal_no = -1 WHERE id = %s", a)
        for row, number, value in ((b, a_no, a_hash), (a, b_no, b_hash)):
            self.sql(
                "UPDATE fusion_login_audit SET seal_no = %s, seal_hash = %s WHERE id = %s",
                number, value, row,
            )  # fmt: skip

    def test_reports(self):
        ids = self.fill(5)
        self.seal()
        with self.env.cr.savepoint() as savepoint:
            self.sql("UPDATE fusion_login_audit SET result = 'failure' WHERE id = %s", ids[2])
            report = self.verify()
            self.assertEqual((report["reason"], report["first_bad_id"]), ("altered_row", ids[2]))
            savepoint.rollback()
        with self.env.cr.savepoint() as savepoint:
            self.sql("DELETE FROM fusion_login_audit WHERE id = %s", ids[2])
            report = self.verify()
            self.assertEqual((report["reason"], report["first_bad_id"]), ("missing_row", ids[3]))
            savepoint.rollback()
        self.sql("DELETE FROM fusion_login_audit WHERE id = %s", ids[4])
        report = self.verify()
        self.assertEqual((report["ok"], report["reason"]), (False, "missing_row"))
        self.make()
        self.seal()
        self.assertFalse(self.verify()["ok"])

    def test_enrichment_does_not_break_it(self):
        self.fill(3)
        self.seal()
        self.sql("UPDATE fusion_login_audit SET city = 'Oslo', is_new_device = TRUE")
        self.user.unlink()
        self.assertTrue(self.verify()["ok"])

    def test_keyed_chain(self):
        self.fill(3)
        with patch.dict(os.environ, {const.CHAIN_KEY_VARIABLE: "outside"}):
            self.seal()
            self.assertTrue(self.verify()["ok"])
        self.assertFalse(self.verify()["ok"])

    def test_retention_verifies(self):
        old = self.fill(3, event_time="2020-01-01 00:00:00")
        self.fill(2)
        late = self.make("late", event_time="2020-01-01 00:00:00")
        self.fill(1)
        self.seal()
        self.assertEqual(self.audit._cron_retention_gc(batch=2), 2)
        self.assertTrue(self.verify()["ok"])
        self.assertEqual(self.audit._cron_retention_gc(), 2)
        self.assertFalse(self.audit.browse([*old, late]).exists())
        report = self.verify()
        self.assertEqual((report["ok"], report["checked"]), (True, 3))
        self.sql("SELECT first_seal, last_seal FROM fusion_login_pruned ORDER BY 1")
        self.assertEqual(self.env.cr.fetchall(), [(1, 3), (6, 6)])
        self.sql("UPDATE fusion_login_pruned SET last_hash = %s", "b" * 64)
        self.assertFalse(self.verify()["ok"])

    def test_retention_of_everything_goes_on(self):
        self.fill(2, event_time="2020-01-01 00:00:00")
        self.audit._cron_retention_gc()
        self.assertEqual(self.audit.search_count([]), 0)
        self.make()
        self.seal()
        report = self.verify()
        self.assertEqual((report["ok"], report["head_seal_no"]), (True, 3))

    def test_retention_that_is_no_number_removes_nothing(self):
        self.fill(2, event_time="2020-01-01 00:00:00")
        for text in ("-1", "abc", "1e1", "36501", "3 6", "0"):
            with self.subTest(text=text):
                self.set_config(retention_days=text)
                self.assertEqual(self.audit._cron_retention_gc(), 0)
        self.assertEqual(self.audit.search_count([]), 2)

    def test_retention_takes_alerts_along(self):
        alerts = self.env["fusion.login.alert"]
        for time in ("2020-01-01 00:00:00", self.minutes_ago(1)):
            alerts.create({"kind": "burst", "subject_key": "x", "triggered_at": time})
        self.audit._cron_retention_gc()
        self.assertEqual(alerts.search_count([]), 1)

    def test_crons_run(self):
        self.make(event_time=self.minutes_ago(3))
        with self.enter_registry_test_mode():
            for name in ("seal", "retention", "assess", "geo", "alert", "siem", "digest"):
                self.env.ref(f"fusion_login_audit.ir_cron_login_{name}").method_direct_trigger()
        self.assertEqual(self.verify()["checked"], 1)

    def test_command_refuses_without_a_task(self):
        from odoo.cli.command import find_command

        command = find_command("login_audit")
        with self.assertRaises(SystemExit) as done, patch("builtins.print"):
            command().run([])
        self.assertEqual(done.exception.code, 2)
