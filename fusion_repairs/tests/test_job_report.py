import base64
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RepairsCase
from .test_request_page import make_photo
from .test_visit_report import PIXEL


@tagged("post_install", "-at_install")
class TestJobReport(RepairsCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time("2031-03-17 15:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)
        self.ann.group_ids = [(4, self.env.ref("fusion_repairs.group_field").id)]
        self.job = self.new_job(product_id=self.lift.id, serial="SL-77")
        self.task = self.Task.create(
            {
                "summary": "Repair",
                "technician_id": self.ann.id,
                "datetime_start": datetime(2031, 3, 17, 14),
                "datetime_end": datetime(2031, 3, 17, 15),
                "x_fc_repair_id": self.job.id,
                "company_id": self.company.id,
            }
        )
        self.job._action_repair_confirm()
        self.task.action_start()
        self.Report = self.env["fusion.repair.visit.report.wizard"].with_user(self.ann)

    def report(self, record=None, **values):
        record = record or self.task
        reports = self.Report.with_context(active_model=record._name, active_id=record.id)
        return reports.create({"outcome": "ok", "signature": PIXEL, "signed_by": "Clara", **values})

    def test_a_report_ends_task_and_job(self):
        belt = self.new_product("Belt", list_price=40)
        report = self.report(
            findings="<p>New belt</p><script>alert(1)</script>",
            part_ids=[Command.create({"product_id": belt.id, "quantity": 2})],
        )
        self.assertEqual(
            [(move.product_id, move.product_uom_qty) for move in self.job.move_ids], [(belt, 2)]
        )
        report.action_submit()
        self.assertEqual((self.task.status, self.task.x_fc_outcome), ("completed", "ok"))
        self.assertEqual((self.job.state, self.job.x_fc_service_state), ("done", "done"))
        self.assertEqual(self.job.x_fc_signed_by, "Clara")
        self.assertIn("New belt", self.job.x_fc_findings)
        self.assertNotIn("script", self.job.x_fc_findings)

    def test_a_report_whose_answer_was_lost_counts_once(self):
        belt = self.new_product("Belt")
        parts = [Command.create({"product_id": belt.id, "quantity": 2})]
        for findings in ("<p>Belt</p>", "<p>New belt</p>"):
            report = self.report(draft_key="the same", part_ids=parts, findings=findings)
        self.assertEqual(self.job.move_ids.mapped("product_uom_qty"), [2])
        self.assertIn("New belt", self.job.x_fc_findings)
        report.action_submit()
        self.assertEqual(report.action_submit()["type"], "ir.actions.act_window_close")
        self.assertEqual(self.task.status, "completed")
        self.report(draft_key="another", part_ids=parts)
        self.assertEqual(sum(self.job.move_ids.mapped("product_uom_qty")), 4)

    def test_what_is_missing_is_named_and_nothing_is_lost(self):
        report = self.report(self.job, outcome=False, signature=False, findings="<p>Belt</p>")
        with self.assertRaisesRegex(UserError, "Choose an outcome"):
            report.action_submit()
        self.assertEqual(self.task.status, "in_progress")
        self.assertIn("Belt", self.job.x_fc_findings)
        again = self.Report.with_context(active_model="repair.order", active_id=self.job.id)
        values = again.default_get(["findings", "signed_by", "visit_id"])
        self.assertIn("Belt", values["findings"])
        self.assertEqual((values["signed_by"], values["repair_id"]), ("Clara", self.job.id))

    def test_somebody_has_to_come_again(self):
        self.report(outcome="needs_parts", signature=False,
                    signature_refused_reason="Was asleep").action_submit()  # fmt: skip
        self.assertEqual(self.task.status, "completed")
        self.assertEqual(self.job.x_fc_service_state, "return_visit")

    def test_unsafe_is_triage(self):
        self.report(outcome="unsafe").action_submit()
        self.assertTrue(self.job.x_fc_equipment_id.x_fc_do_not_use)
        self.assertEqual((self.job.priority, self.job.state), ("1", "confirmed"))

    def test_photos_lose_their_place_and_other_files_are_refused(self):
        files = self.env["ir.attachment"].with_user(self.ann)
        photo = files.create({"name": "a.jpg", "datas": base64.b64encode(make_photo())})
        self.report(photo_ids=[Command.set(photo.ids)])
        self.assertEqual((photo.res_model, photo.res_id), ("repair.order", self.job.id))
        program = files.create({"name": "a.jpg", "raw": b"MZ program"})
        with self.assertRaises(UserError):
            self.report(photo_ids=[Command.set(program.ids)])

    def test_the_job_of_another_technician(self):
        other = self.new_job()
        with self.assertRaises(AccessError):
            self.report(other, findings="<p>Mine</p>")
        self.assertFalse(other.x_fc_findings)
