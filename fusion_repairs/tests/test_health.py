from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import HealthMixin

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestHealth(HealthMixin, RepairsCase):
    def test_overdue_units_warn(self):
        before = self.check("fusion_repairs.overdue")["value"]
        contract = self.new_contract()
        self.assertEqual(self.check("fusion_repairs.overdue")["value"], before)
        contract.next_due_date = fields.Date.today() - timedelta(days=40)
        row = self.check("fusion_repairs.overdue")
        self.assertEqual((row["value"], row["state"]), (before + 1, "warning"))

    def test_a_plan_that_counts_otherwise_than_its_visits(self):
        subscription = self.new_subscription()
        self.assertTrue(subscription._burn(self.new_job()))
        self.assertNotIn("fusion_repairs.plan_visits_counted", self.broken())
        self.break_row(subscription, visits_used=0)
        self.assertIn("fusion_repairs.plan_visits_counted", self.broken())

    def test_a_visit_on_another_day_than_its_job(self):
        task = self.new_task(self.ann, 9)
        visit = self.env["fusion.repair.maintenance.visit"].create(
            {
                "contract_id": self.new_contract().id,
                "partner_id": self.client.id,
                "technician_task_id": task.id,
                "company_id": self.company.id,
            }
        )
        self.assertNotIn("fusion_repairs.visit_has_its_time", self.broken())
        self.break_row(visit, visit_date="2031-01-01")
        self.assertIn("fusion_repairs.visit_has_its_time", self.broken())

    def test_a_job_that_fails_warns(self):
        self.keep_jobs_in_time()
        self.assertEqual(self.check("fusion_repairs.jobs")["value"], 0)
        self.break_row(self.env.ref("fusion_repairs.ir_cron_nightly"), failure_count=1)
        self.assertEqual(self.check("fusion_repairs.jobs")["value"], 1)
