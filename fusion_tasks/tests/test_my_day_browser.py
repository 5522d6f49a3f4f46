from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import TasksCase

MY_DAY = "/odoo/action-fusion_tasks.action_my_day"


@tagged("post_install", "-at_install")
class TestMyDayBrowser(TasksCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_technician_works_through_a_dead_spot(self):
        self.ann.password = self.ann.login
        today = self.Task._get_today(self.company)
        task = self.new_task(self.ann, 9, day=today, summary="Change the belt")

        story = Path(__file__).with_name("my_day_story.js").read_text()
        self.browser_js(MY_DAY, story, ready="true", login=self.ann.login, timeout=120)

        task.invalidate_recordset()
        self.assertEqual((task.status, task.completion_notes), ("completed", "New belt"))
        self.assertTrue(task.en_route_at <= task.started_at <= task.completed_at)
