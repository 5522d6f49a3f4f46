from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import HealthMixin

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestHealth(HealthMixin, PortalCase):
    def test_visits_that_wait_for_the_client_warn(self):
        before = self.check("fusion_portal.unsigned")["value"]
        visit = self.new_visit()
        self.break_row(visit, state="client_pending")
        self.assertEqual(self.check("fusion_portal.unsigned")["value"], before)
        self.break_row(visit, visit_date="2026-01-05 14:00:00")
        row = self.check("fusion_portal.unsigned")
        self.assertEqual((row["value"], row["state"]), (before + 1, "warning"))

    def test_a_done_visit_with_an_open_item(self):
        visit = self.new_visit()
        item = self.add(visit, "rollator", {}, measured=False)
        self.break_row(visit, state="done")
        self.assertIn("fusion_portal.done_is_whole", self.broken())
        self.break_row(item, state="completed")
        self.assertNotIn("fusion_portal.done_is_whole", self.broken())

    def test_a_job_that_fails_warns(self):
        self.keep_jobs_in_time()
        self.assertEqual(self.check("fusion_portal.jobs")["value"], 0)
        self.break_row(self.env.ref("fusion_portal.cron_remind_visits"), failure_count=1)
        self.assertEqual(self.check("fusion_portal.jobs")["value"], 1)
