from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import AuditCase


@tagged("post_install", "-at_install")
class TestAnonymise(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gone = new_test_user(cls.env, "gone@example.com", groups="base.group_user")

    def make_gone(self, count=3):
        """:return: sealed events of a user who is deleted, between two of somebody else"""
        self.make(event_time=self.minutes_ago(60))
        ids = [
            self.make("gone@example.com", user=self.gone, event_time=self.minutes_ago(50))
            for _event in range(count)
        ]
        self.make(event_time=self.minutes_ago(40))
        self.audit._cron_seal()
        self.gone.unlink()
        return self.audit.browse(ids)

    def test_name_goes_and_the_chain_holds(self):
        events = self.make_gone()

        events.action_anonymise()

        (alias,) = set(events.mapped("attempted_login"))
        self.assertRegex(alias, "^anonymous-[0-9a-f]{16}$")
        self.assertNotIn("gone@example.com", self.all_text())
        report = self.audit._fc_verify_chain()
        self.assertEqual((report["ok"], report["checked"]), (True, 5))
        (row,) = self.audit.search([("event_type", "=", "anonymised")])
        self.assertEqual(
            (row.attempted_login, row.detail, row.actor_uid), (alias, "3 events", self.env.uid)
        )
        events.action_anonymise()  # a second time changes nothing
        self.assertEqual(set(events.mapped("attempted_login")), {alias})
        self.assertEqual(len(self.audit.search([("event_type", "=", "anonymised")])), 1)

    def test_any_other_change_is_still_found(self):
        events = self.make_gone()
        events.action_anonymise()
        for change in (
            "UPDATE fusion_login_audit SET attempted_login = 'other' WHERE id = %s",
            "UPDATE fusion_login_audit SET ip_address = '9.9.9.9' WHERE id = %s",
            "UPDATE fusion_login_note SET actor_uid = 99 WHERE event_id = %s",
            "DELETE FROM fusion_login_note WHERE event_id = %s",
        ):
            with self.subTest(change=change), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(change, [events[1].id])
                report = self.audit._fc_verify_chain()
                self.assertEqual(
                    (report["ok"], report["reason"], report["first_bad_id"]),
                    (False, "altered_row", events[1].id),
                )
                savepoint.rollback()
        self.assertTrue(self.audit._fc_verify_chain()["ok"])

    def test_retention_takes_the_notes_along(self):
        self.make_gone().action_anonymise()
        self.env.cr.execute("UPDATE fusion_login_audit SET event_time = '2020-01-01'")
        self.audit._fc_prune("2021-01-01", 100)
        self.env.cr.execute("SELECT COUNT(*) FROM fusion_login_note")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_only_of_deleted_users(self):
        event = self.audit.browse(self.make())
        with self.assertRaises(UserError):
            event.action_anonymise()
        self.assertEqual(event.attempted_login, "audit_anna")

    def test_only_by_administrators(self):
        events = self.make_gone()
        with self.assertRaises(AccessError):
            events.with_user(self.user).action_anonymise()
        self.assertEqual(set(events.mapped("attempted_login")), {"gone@example.com"})
