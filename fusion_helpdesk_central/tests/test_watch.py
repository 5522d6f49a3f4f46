from odoo.tests import tagged

from .common import CentralCase


@tagged("post_install", "-at_install")
class TestWatch(CentralCase):
    def watch(self):
        return self.keys._cron_watch_deployments()

    def test_silent_deployment_is_one_activity_that_goes_by_itself(self):
        self.key_a.last_seen_at = self.hours_ago(25)
        self.key_b.last_seen_at = self.hours_ago(1)
        self.assertEqual(self.watch(), 1)
        self.assertEqual(self.watch(), 0)
        activity = self.key_a.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.user_id.has_group("helpdesk.group_helpdesk_manager"))
        self.assertFalse(self.key_b.activity_ids)
        self.gateway().ping(self.payload())
        self.watch()
        self.assertFalse(self.key_a.activity_ids)

    def test_revoked_and_never_seen_are_no_alarm(self):
        self.key_a.last_seen_at = self.hours_ago(50)
        self.key_a.action_revoke()
        self.assertEqual(self.watch(), 0)

    def test_alarm_goes_when_the_key_is_revoked(self):
        self.key_a.last_seen_at = self.hours_ago(50)
        self.watch()
        self.key_a.action_revoke()
        self.watch()
        self.assertFalse(self.key_a.activity_ids)

    def test_other_activities_stay(self):
        self.key_a.activity_schedule("mail.mail_activity_data_todo", user_id=self.manager.id)
        self.watch()
        self.assertEqual(len(self.key_a.activity_ids), 1)

    def test_age_of_a_key(self):
        self.key_a.key_created_at = self.hours_ago(24 * 40 + 1)
        self.assertEqual(self.key_a.key_age_days, 40)
        self.assertEqual(self.keys.create({"name": "N", "client_label": "NEW"}).key_age_days, 0)
