import random
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ClockCase


@tagged("post_install", "-at_install")
class TestLedger(ClockCase):
    @classmethod
    def set_up_company(cls):
        result = super().set_up_company()
        cls.env.cr.execute("DELETE FROM fusion_clock_activity_log")
        for number in range(20):
            cls.Log._fclk_log(
                "clock_in",
                cls.employee,
                message=f"row {number}",
                details={"b": number, "a": "é"},
                latitude=43.5,
            )
        return result

    def seal(self):
        self.Log._cron_fusion_seal()

    def verify(self):
        self.env.invalidate_all()
        return self.Log._fclk_verify_chain()

    def test_sealed_and_verified(self):
        self.assertEqual(self.verify()["unsealed"], 20)
        self.seal()
        self.Log._fclk_log("clock_out", self.employee)
        report = self.verify()
        self.assertEqual(
            (report["ok"], report["checked"], report["unsealed"], report["head_seal_no"]),
            (True, 20, 1, 20),
        )
        self.seal()
        self.assertEqual(self.verify()["head_seal_no"], 21)

    def test_every_kind_of_tampering_is_found(self):
        self.seal()
        victim = self.Log.search([("message", "=", "row 7")])
        for change in (
            "UPDATE fusion_clock_activity_log SET message = 'forged' WHERE id = %s",
            "UPDATE fusion_clock_activity_log SET event_time = now() WHERE id = %s",
            "UPDATE fusion_clock_activity_log SET event = 'clock_out' WHERE id = %s",
            "UPDATE fusion_clock_activity_log SET details = '{\"b\": 99}' WHERE id = %s",
            f"UPDATE fusion_clock_activity_log SET employee_id = {self.colleague.id} WHERE id = %s",
            "UPDATE fusion_clock_activity_log SET seal_no = 900 WHERE id = %s",
            "UPDATE fusion_clock_activity_log SET seal_hash = repeat('0', 64) WHERE id = %s",
            "DELETE FROM fusion_clock_activity_log WHERE id = %s",
        ):
            with self.subTest(change=change):
                savepoint = self.env.cr.savepoint()
                self.env.cr.execute(change, [victim.id])
                self.assertFalse(self.verify()["ok"])
                savepoint.rollback()
        self.assertTrue(self.verify()["ok"])

    def test_a_hundred_random_alterations(self):
        self.seal()
        generator = random.Random(19)
        ids = self.Log.search([]).ids
        found = 0
        for _round in range(100):
            savepoint = self.env.cr.savepoint()
            kind = generator.choice(("alter", "delete", "swap"))
            one, two = generator.sample(ids, 2)
            if kind == "alter":
                self.env.cr.execute(
                    "UPDATE fusion_clock_activity_log SET card_uid = 'X' WHERE id = %s", [one]
                )
            elif kind == "delete" and one != ids[0]:  # ids[0] is the newest: cut off, see docs
                self.env.cr.execute("DELETE FROM fusion_clock_activity_log WHERE id = %s", [one])
            else:
                self.env.cr.execute(
                    "UPDATE fusion_clock_activity_log SET message = message || id::text"
                    " WHERE id IN %s",
                    [(one, two)],
                )
            found += not self.verify()["ok"]
            savepoint.rollback()
        self.assertEqual(found, 100)

    def test_a_deleted_employee_and_purged_positions_verify(self):
        person = self.make_employee("Leaver")
        self.Log._fclk_log("clock_in", person)
        self.seal()
        person.unlink()
        self.Log._fclk_purge_positions("2999-01-01")
        self.assertTrue(self.verify()["ok"])
        self.assertFalse(self.Log.search([("latitude", "!=", 0)]))

    def test_retention_verifies_and_the_chain_goes_on(self):
        self.env.cr.execute("DELETE FROM fusion_clock_activity_log")
        with freeze_time("2020-01-01"):
            for _number in range(5):
                self.Log._fclk_log("clock_in", self.employee)
        kept = self.Log._fclk_log("clock_out", self.employee)
        self.assertEqual(self.Log._fclk_purge(datetime(2021, 1, 1)), 5)
        self.assertEqual(self.Log.search([]), kept)
        report = self.verify()
        self.assertEqual((report["ok"], report["checked"], report["head_seal_no"]), (True, 1, 6))
        run = self.env["fusion.clock.pruned"].search([])
        self.assertEqual((run.first_seal, run.last_seal), (1, 5))

        self.env.cr.execute("UPDATE fusion_clock_pruned SET last_hash = repeat('1', 64)")
        self.assertFalse(self.verify()["ok"])

    def test_nobody_reads_the_runs(self):
        manager = new_test_user(
            self.env, "led_man", groups="fusion_clock.group_fusion_clock_manager"
        )
        with self.assertRaises(AccessError):
            self.env["fusion.clock.pruned"].with_user(manager).search([])

    def test_it_is_an_invariant(self):
        self.seal()
        found = {row["code"]: row for row in self.env["fusion.health"]._fusion_invariants()}
        self.assertTrue(found["fusion_clock.ledger"]["ok"])
        self.env.cr.execute("UPDATE fusion_clock_activity_log SET message = 'x'")
        self.env.invalidate_all()
        found = {row["code"]: row for row in self.env["fusion.health"]._fusion_invariants()}
        self.assertFalse(found["fusion_clock.ledger"]["ok"])
