from datetime import datetime, timedelta

from odoo.tests import tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY

from .common import RepairsCase

DONE = datetime(2031, 3, 17, 15)


@tagged("post_install", "-at_install")
class TestQuality(RepairsCase):
    """Jobs written by hand: what counts as fixed the first time, for whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_category = cls.env.ref("fusion_repairs.category_porch_lift")

    def new_done_job(self, days=0, unit=None, technician=None, outcome="ok", took=2, **values):
        """:param days: done so many days after ``DONE``
        :param took: reported so many days before
        """
        unit = unit or self.new_contract().equipment_id
        job = self.new_job(equipment_id=unit.id)
        job.write({"state": "done", **values})
        done = DONE + timedelta(days=days)
        if technician:
            task = self.new_task(technician, 9, day=MONDAY + timedelta(days=days))
            task.write({"x_fc_repair_id": job.id, "x_fc_outcome": outcome, "status": "completed"})
            task.completed_at = done
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE repair_order SET x_fc_done_on = %s, create_date = %s WHERE id = %s",
            (done, done - timedelta(days=took), job.id),
        )
        self.env.invalidate_all()
        return job

    def quality(self, job):
        row = self.env["fusion.repair.quality"].browse(job.id)
        return row.first_time_fix, row.reason

    def test_what_counts_as_fixed(self):
        """The second job is reported days - 2 after the first was done."""
        for days, expected in ((33, (100, False)), (32, (0, "again")), (3, (0, "again"))):
            job = self.new_done_job()
            self.new_done_job(days=days, unit=job.x_fc_equipment_id)
            self.assertEqual(self.quality(job), expected, days)
        for values, expected in (
            ({"state": "cancel"}, (100, False)),
            ({"x_fc_repair_type": "maintenance"}, (100, False)),
            ({"x_fc_intake_source": "recall"}, (100, False)),
            ({"state": "confirmed"}, (0, "again")),
        ):
            job = self.new_done_job()
            self.new_done_job(days=5, unit=job.x_fc_equipment_id, **values)
            self.assertEqual(self.quality(job), expected, values)
        self.assertEqual(self.quality(self.new_done_job(days=100)), (100, False))

    def test_a_return_visit_has_its_reason(self):
        for outcome in ("needs_parts", "needs_repair"):
            job = self.new_done_job(technician=self.ann, outcome=outcome)
            self.assertEqual(self.quality(job), (0, outcome))
        job = self.new_done_job(days=10, technician=self.ann)
        self.assertEqual(self.quality(job), (100, False))

    def test_per_type_and_technician(self):
        """Ann: 2 of 3 stair lifts stay in order, after 2, 2 and 5 days; Bob: 0 of 1 porch lifts."""
        self.new_done_job(technician=self.ann)
        self.new_done_job(days=1, technician=self.ann)
        self.new_done_job(days=2, technician=self.ann, outcome="needs_parts", took=5)
        porch = self.new_contract(x_fc_policy_category_id=self.other_category.id).equipment_id
        self.new_done_job(days=3, technician=self.bob, outcome="needs_repair", unit=porch)
        self.new_done_job(days=4, state="under_repair")
        self.new_done_job(days=5, x_fc_repair_type="maintenance")
        rows = self.env["fusion.repair.quality"]._read_group(
            [("company_id", "=", self.company.id)],
            ["category_id", "technician_id"],
            ["__count", "first_time_fix:avg", "days_to_done:avg"],
        )
        found = {
            (category, technician): (count, round(fixed, 2), days)
            for category, technician, count, fixed, days in rows
        }
        self.assertEqual(
            found,
            {
                (self.category, self.ann): (3, 66.67, 3.0),
                (self.other_category, self.bob): (1, 0.0, 2.0),
            },
        )

    def test_a_job_without_a_unit_does_not_count(self):
        job = self.new_done_job()
        job.x_fc_equipment_id = False
        self.new_done_job(days=40)
        fixed = self.env["fusion.repair.quality"]._read_group(
            [("company_id", "=", self.company.id)], [], ["first_time_fix:avg", "__count"]
        )
        self.assertEqual(fixed, [(100.0, 2)])
