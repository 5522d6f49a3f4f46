from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestCapacity(TasksCase, HttpCase):
    """Ann and Bob work 8 hours each; Bob alone holds a certificate, until Tuesday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_user("Mona", "fusion_tasks.group_manager")
        cls.skill = cls.env.ref("fusion_tasks.skill_type_certificate").skill_ids[0]
        with freeze_time("2031-03-01 12:00:00"):
            cls.bob.x_fc_repair_skills = cls.skill
        cls.bob.employee_ids.employee_skill_ids.valid_to = date(2031, 3, 18)

    def look(self, hour=7):
        with freeze_time(utc(MONDAY, hour)):
            return self.Task.with_user(self.boss).get_capacity()

    def test_free_hours_by_skill_and_day(self):
        self.new_task(self.ann, 9, hours=2)
        self.new_task(self.bob, 13, hours=4)
        found = self.look()
        self.assertEqual(found["days"][0], {"date": "2031-03-17", "label": "Mon, Mar 17"})
        everybody, certified = found["rows"]
        self.assertEqual((everybody["label"], certified["label"]),
                         ("Any technician", self.skill.name))  # fmt: skip
        off = {"free": 0, "work": 0}
        self.assertEqual(everybody["cells"][:2],
                         [{"free": 10, "work": 16}, {"free": 16, "work": 16}])  # fmt: skip
        self.assertEqual(everybody["cells"][5:], [off, off])
        self.assertEqual(
            certified["cells"][:3], [{"free": 4, "work": 8}, {"free": 8, "work": 8}, off]
        )

    def test_what_is_left_of_today(self):
        first = self.look(15)["rows"][0]["cells"][0]
        self.assertEqual(first, {"free": 4, "work": 4})

    def test_a_full_day_has_nothing_left(self):
        self.ann.x_fc_max_tasks_per_day = 1
        self.new_task(self.ann, 9)
        first = self.look()["rows"][0]["cells"][0]
        self.assertEqual(first, {"free": 8, "work": 16})

    def test_managers_only(self):
        for user in (self.ann, self.new_user("Dina", "fusion_tasks.group_dispatcher")):
            with self.assertRaises(AccessError):
                self.Task.with_user(user).get_capacity()

    def test_the_screen(self):
        self.boss.password = "tasks_mona"
        action = self.env.ref("fusion_tasks.action_capacity")
        ready = "document.querySelectorAll('.o_fusion_tasks_capacity_page td').length === 14"
        self.browser_js(
            f"/odoo/action-{action.id}", "console.log('test successful')", ready, login="tasks_mona"
        )
