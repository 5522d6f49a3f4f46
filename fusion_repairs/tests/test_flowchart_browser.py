from pathlib import Path

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .test_flowchart import FlowchartCase

STORY = Path(__file__).with_name("flowchart_story.js").read_text()
END = '().then(() => console.log("test successful"), (error) => console.error(error.message));'


@tagged("post_install", "-at_install")
class TestFlowchartBrowser(FlowchartCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chart.name = "Lift is dead"
        cls.chart.action_publish()
        cls.boss = new_test_user(
            cls.env, "boss", "fusion_repairs.group_manager", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    def open(self, tag, params, story):
        action = self.env["ir.actions.client"].create(
            {"name": "Story", "tag": tag, "params": params}
        )
        script = f"{STORY}\nstories.{story}{END}"
        self.browser_js(f"/odoo/action-{action.id}", script, ready="true", login="boss",
                        timeout=120)  # fmt: skip

    def test_a_chart_to_its_end(self):
        job = self.new_job()
        params = job.action_fc_troubleshoot()["params"]
        self.open("fusion_repairs.flowchart_runner", params, "run")
        self.assertEqual(job.state, "done")
        self.assertEqual(job.x_fc_flowchart_session_ids.outcome, "resolved")

    def test_a_new_version_is_drawn(self):
        params = {"flowchart_id": self.chart.id}
        self.open("fusion_repairs.flowchart_editor", params, "edit")
        new = self.Chart.search([("origin_id", "=", self.chart.id)])
        self.assertEqual((new.state, new.version, len(new.node_ids)), ("published", 2, 5))
        self.assertEqual(new.start_node_id.text, "Is the key in?")
        self.assertEqual(new.start_node_id.edge_ids.mapped("label"), ["Yes", "No"])
        self.assertEqual(self.chart.state, "archived")
