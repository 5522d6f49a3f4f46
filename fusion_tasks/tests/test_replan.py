from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestReplan(TasksCase):
    """Ann is away on Monday; Bob has one visit at ten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.busy = cls.new_task(cls.bob, 10)
        cls.early, cls.late = cls.new_task(cls.ann, 10), cls.new_task(cls.ann, 14)
        cls.dispatcher = cls.new_user("Dina", "fusion_tasks.group_dispatcher")

    def propose(self, technician=None):
        tasks = self.Task.with_user(self.dispatcher)
        return tasks.propose_replan((technician or self.ann).id, MONDAY)

    def open(self):
        replans = self.env["fusion.technician.replan"].with_user(self.dispatcher)
        replan = replans.create({"technician_id": self.ann.id, "date": MONDAY})
        replan.action_propose()
        return replan

    def test_each_goes_near_its_time_and_nothing_is_written(self):
        revision = self.early.revision
        found = self.propose()
        self.assertEqual([one["task_id"] for one in found], [self.early.id, self.late.id])
        self.assertEqual({one["technician_id"] for one in found}, {self.bob.id})
        # the nearest to ten that leaves the drive from and to Bob's own visit next door
        self.assertEqual([one["start"] for one in found], [utc(MONDAY, 9), utc(MONDAY, 14)])
        self.env.invalidate_all()
        self.assertEqual((self.early.technician_id, self.early.revision), (self.ann, revision))
        self.assertEqual(self.early.datetime_start, utc(MONDAY, 10))
        self.assertEqual(self.Task.search_count([("technician_id", "=", self.bob.id)]), 1)

    def test_two_visits_are_never_promised_one_opening(self):
        twins = self.new_task(self.ann, 11), self.new_task(self.ann, 15)
        found = self.propose()
        starts = [one["start"] for one in found]
        self.assertEqual(len(found), 2 + len(twins))
        self.assertEqual(len(set(starts)), len(starts))

    def test_another_day_when_nobody_is_free(self):
        self.new_task(self.bob, 8, hours=2)
        self.new_task(self.bob, 11, hours=1)
        self.new_task(self.bob, 13, hours=4)
        found = self.propose()
        tuesday = MONDAY + timedelta(days=1)
        self.assertEqual({one["start"] for one in found}, {utc(tuesday, 8, 30)})
        self.assertEqual({one["technician_id"] for one in found}, {self.ann.id, self.bob.id})

    def test_nobody_with_the_skill(self):
        self.early.skill_ids = self.env["hr.skill"].search([], limit=1)
        first, second = self.propose()
        self.assertEqual((first["technician_id"], first["start"]), (False, False))
        self.assertIn("Nobody with the skills", first["message"])
        self.assertEqual(second["technician_id"], self.bob.id)

    def test_what_is_approved_moves(self):
        replan = self.open()
        self.assertEqual(replan.line_ids.task_id, self.early | self.late)
        replan.line_ids.filtered(lambda line: line.task_id == self.late).is_approved = False
        action = replan.action_apply()
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual(self.early.technician_id, self.bob)
        self.assertEqual(self.early.datetime_start, utc(MONDAY, 9))
        self.assertIn("Ann is away that day.", self.early.message_ids[0].body)
        self.assertEqual((self.late.technician_id, self.late.status), (self.ann, "scheduled"))

    def test_an_opening_lost_meanwhile_is_named_and_the_rest_goes_on(self):
        replan = self.open()
        self.new_task(self.bob, 9)
        self.assertEqual(replan.action_apply()["res_id"], replan.id)
        lost, moved = replan.line_ids
        self.assertEqual((lost.is_done, lost.is_approved), (False, False))
        self.assertIn("Another job", lost.message)
        self.assertEqual((moved.is_done, self.late.technician_id), (True, self.bob))
        self.assertEqual(self.early.technician_id, self.ann)
        with self.assertRaisesRegex(UserError, "Tick"):
            replan.action_apply()

    def test_a_day_without_visits(self):
        self.Task.search([("technician_id", "=", self.ann.id)]).action_cancel("Off")
        self.assertEqual(self.propose(), [])
        self.assertFalse(self.open().line_ids)

    def test_dispatchers_only(self):
        with self.assertRaises(AccessError):
            self.Task.with_user(self.ann).propose_replan(self.ann.id, MONDAY)
        for name in ("fusion.technician.replan", "fusion.technician.replan.line"):
            self.assertFalse(self.env[name].with_user(self.ann).has_access("create"))
