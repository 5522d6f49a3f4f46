from datetime import timedelta
from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import TasksCase, utc

BOARD = "/odoo/action-fusion_tasks.action_dispatch_board"


@tagged("post_install", "-at_install")
class TestBoardBrowser(TasksCase, HttpCase):
    browser_size = "1440x900"

    def test_a_task_is_dragged_refused_and_placed(self):
        """The board opens on today; tomorrow is in the future whatever the time is."""
        attendances = self.calendar.attendance_ids
        for day in ("5", "6"):
            for hours in attendances.filtered(lambda hours: hours.dayofweek == "0"):
                hours.copy({"dayofweek": day})
        dispatcher = self.new_user("Dina", "fusion_tasks.group_dispatcher", password="tasks_dina")
        day = self.Task._get_today(self.company) + timedelta(days=1)
        ann = self.new_task(self.ann, 9, day=day, summary="Ann at nine")
        bob = self.new_task(self.bob, 9, day=day, summary="Bob at nine")
        self.new_task(self.ann, 15, day=day, summary="Ann on leave")
        self.env["resource.calendar.leaves"].create(
            {"resource_id": self.ann.employee_ids.resource_id.id, "calendar_id": self.calendar.id,
             "date_from": utc(day, 15), "date_to": utc(day, 17)}
        )  # fmt: skip

        story = Path(__file__).with_name("board_story.js").read_text()
        self.browser_js(BOARD, story, ready="true", login=dispatcher.login, timeout=120)

        self.assertEqual((ann.technician_id, ann.datetime_start), (self.ann, utc(day, 9)))
        self.assertEqual(bob.technician_id, self.bob)
        self.assertEqual(bob.datetime_start, utc(day, 9) + timedelta(minutes=15))
