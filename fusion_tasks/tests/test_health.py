from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import HealthMixin

from .common import TasksCase


@tagged("post_install", "-at_install")
class TestHealth(HealthMixin, TasksCase):
    def test_jobs_left_open_warn(self):
        before = self.check("fusion_tasks.left_open")["value"]
        task = self.new_task(self.ann, 9)
        self.assertEqual(self.check("fusion_tasks.left_open")["value"], before)
        self.break_row(task, scheduled_date="2026-01-05")
        row = self.check("fusion_tasks.left_open")
        self.assertEqual((row["value"], row["state"]), (before + 1, "warning"))

    def test_time_that_nobody_holds(self):
        task = self.new_task(self.ann, 9)
        self.assertNotIn("fusion_tasks.time_is_booked", self.broken())
        self.break_row(task.sudo().booking_ids, stop="2031-03-17 20:00:00")
        self.assertIn("fusion_tasks.time_is_booked", self.broken())

    def test_a_failing_job_warns(self):
        self.keep_jobs_in_time()
        self.assertEqual(self.check("fusion_tasks.jobs")["value"], 0)
        cron = self.env.ref("fusion_tasks.ir_cron_geocode")
        self.break_row(cron, failure_count=3)
        row = self.check("fusion_tasks.jobs")
        self.assertEqual((row["value"], row["state"]), (1, "warning"))
        self.break_row(cron, active=False)
        self.assertEqual(self.check("fusion_tasks.jobs")["state"], "ok")

    def test_a_late_job_warns(self):
        self.keep_jobs_in_time()
        self.break_row(self.env.ref("fusion_tasks.ir_cron_geocode"), nextcall="2026-01-05 12:00:00")
        self.assertEqual(self.check("fusion_tasks.jobs")["value"], 1)

    def test_links_end_in_a_copy(self):
        token = self.env["fusion.access.token"]
        task = self.new_task(self.ann, 9)
        raw = token._issue(task, "task_track")
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("fusion_tasks.travel_provider", "osrm")
        parameters.set_param("fusion_tasks.osrm_url", "http://roads.example.com")
        self.assertEqual(token._resolve(raw, "task_track")[1], "ok")
        self.neutralize("fusion_tasks")
        self.assertEqual(token._resolve(raw, "task_track")[1], "revoked")
        self.assertFalse(parameters.get_param("fusion_tasks.osrm_url"))
        self.assertEqual(parameters.get_param("fusion_tasks.travel_provider"), "haversine")
