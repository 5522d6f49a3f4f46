from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MONDAY, TasksCase, utc
from .test_security import PIXEL


@tagged("post_install", "-at_install")
class TestMyDay(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.env["res.partner"].create(
            {"name": "Clara", "phone": "416 555 0110", "street": "5 Elm", "city": "Hamilton"}
        )
        cls.task = cls.new_task(
            cls.ann, 9, partner_id=cls.client.id, access_notes="Code 1234", task_type="repair"
        )

    def work(self, work, values=None, user=None, **options):
        tasks = self.Task.with_user(user or self.ann)
        answer = tasks.work_task(self.task.id, work, values, **options)
        self.task.invalidate_recordset()
        return answer

    def test_a_day_has_its_stops_in_order(self):
        helper = self.new_task(self.bob, 8, helper_ids=[(4, self.ann.id)])
        self.new_task(self.bob, 14)
        self.new_task(self.ann, 9, day=MONDAY + timedelta(days=1))
        self.new_task(self.ann, 15).action_cancel()
        day = self.Task.with_user(self.ann).get_my_day("2031-03-17")
        self.assertEqual([stop["id"] for stop in day["stops"]], [helper.id, self.task.id])
        stop = day["stops"][1]
        self.assertEqual((stop["from"], stop["to"], stop["status"]), (540, 600, "scheduled"))
        self.assertEqual((stop["client"], stop["phone"]), ("Clara", "416 555 0110"))
        self.assertEqual((stop["address"], stop["access_notes"]), ("5 Elm, Hamilton", "Code 1234"))
        self.assertEqual(stop["type"], "Repair")

    def test_actions_keep_the_time_at_which_they_were_made(self):
        now = fields.Datetime.now()
        times = [now - timedelta(hours=hours) for hours in (3, 2, 1)]
        for work, at in zip(("en_route", "start", "complete"), times, strict=True):
            self.assertTrue(self.work(work, at=fields.Datetime.to_string(at))["ok"])
        stamps = (self.task.en_route_at, self.task.started_at, self.task.completed_at)
        self.assertEqual(stamps, tuple(times))
        self.assertEqual(self.task.status, "completed")

    def test_a_clock_that_is_wrong_is_not_believed(self):
        now = fields.Datetime.now()
        for work, at in (("en_route", now + timedelta(hours=1)), ("start", now - timedelta(8))):
            self.work(work, at=at)
        for stamp in (self.task.en_route_at, self.task.started_at):
            self.assertLess(abs(stamp - now), timedelta(minutes=1))

    def test_a_second_sending_does_nothing(self):
        first = fields.Datetime.now() - timedelta(hours=1)
        self.work("en_route", at=first)
        self.assertTrue(self.work("en_route")["ok"])
        self.assertEqual(self.task.en_route_at, first)
        for _number in range(2):
            self.work("photo", {"image": PIXEL, "stage": "before", "key": "a"})
        self.assertEqual(self.task.photo_ids.mapped("stage"), ["before"])
        self.assertEqual(self.task.photo_ids.author_id, self.ann)

    def test_a_conflict_is_said_and_nothing_is_done(self):
        seen = self.task.datetime_start
        self.task._reschedule(utc(MONDAY, 14))
        answer = self.work("en_route", seen_start=seen)
        self.assertFalse(answer["ok"])
        self.assertEqual(answer["message"], "This task was moved to 2031-03-17 14:00.")
        self.assertEqual(self.task.status, "scheduled")
        self.assertTrue(self.work("note", {"text": "Belt worn"}, seen_start=seen)["ok"])
        self.assertEqual(self.task.completion_notes, "Belt worn")
        self.assertTrue(self.work("en_route", seen_start=None)["ok"])
        self.task.action_cancel()
        answer = self.work("start")
        self.assertIn("cannot go from Cancelled to In Progress", answer["message"])
        self.task.action_reset_to_draft()
        self.task.write({"technician_id": False, "datetime_start": False, "datetime_end": False})
        self.assertIn("no longer yours", self.work("start")["message"])

    def test_a_task_of_somebody_else_or_of_nobody(self):
        answer = self.work("en_route", user=self.bob)
        self.assertEqual((answer["ok"], answer["stop"]), (False, None))
        self.assertEqual(self.task.status, "scheduled")
        self.assertFalse(self.work("dance")["ok"])
        self.assertIn("no longer exists", self.Task.work_task(0, "start")["message"])
