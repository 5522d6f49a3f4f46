import importlib.util
from datetime import datetime
from pathlib import Path

from odoo.tests import tagged

from .test_flowchart import FlowchartCase

SCRIPTS = Path(__file__).parent.parent / "migrations" / "19.0.1.2.0"


@tagged("post_install", "-at_install")
class TestMigration(FlowchartCase):
    def migrate(self, name, version="19.0.1.1.0"):
        spec = importlib.util.spec_from_file_location("migration", SCRIPTS / f"{name}.py")
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, version)
        self.env.invalidate_all()

    def test_shipped_charts_are_published_and_others_stay(self):
        shipped = self.env.ref("fusion_repairs.flowchart_walker_brake")
        self.env.cr.execute(
            "UPDATE fusion_repair_flowchart SET state = 'draft', start_node_id = NULL"
            " WHERE id = %s",
            (shipped.id,),
        )
        self.env.invalidate_all()
        self.migrate("post-publish_charts", version=None)
        self.assertEqual(shipped.state, "draft")
        for _number in range(2):
            self.migrate("post-publish_charts")
        self.assertEqual(shipped.state, "published")
        self.assertIn("smoke", shipped.start_node_id.text)
        self.assertEqual(self.chart.state, "draft")

    def test_jobs_done_before_keep_their_day(self):
        job = self.new_job()
        job._action_repair_confirm()
        job.action_repair_start()
        job.action_repair_end()
        then = datetime(2026, 5, 4, 3, 2, 1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE repair_order SET x_fc_done_on = NULL, write_date = %s WHERE id = %s",
            (then, job.id),
        )
        for _number in range(2):
            self.migrate("pre-done_on")
        self.assertEqual(job.x_fc_done_on, then)
