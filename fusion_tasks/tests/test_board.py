from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FAR, MONDAY, NEAR, TasksCase, utc


@tagged("post_install", "-at_install")
class TestBoard(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher = cls.new_user("Dina", "fusion_tasks.group_dispatcher")
        cls.board = cls.Task.with_user(cls.dispatcher)

    def move(self, task, technician, hour, force=False, day=MONDAY):
        answer = self.board.move_task(task.id, technician and technician.id, utc(day, hour), force)
        task.invalidate_recordset()
        return answer["ok"], answer["reason"]

    def test_a_day_of_the_board(self):
        client = self.env["res.partner"].create({"name": "Clara", "city": "Hamilton"})
        task = self.new_task(
            self.ann, 9, hours=1.5, partner_id=client.id, helper_ids=[Command.set(self.bob.ids)]
        )
        late = self.new_task(self.bob, 18)
        self.new_task(self.ann, 9, day=MONDAY + timedelta(days=1))
        waiting = self.Task.create({"summary": "Open", "duration_hours": 2.0, "priority": "2"})
        data = self.board.get_board_data("2031-03-17", "2031-03-17")
        self.assertEqual((data["tz"], data["days"]), ("America/Toronto", ["2031-03-17"]))
        self.assertEqual([lane["name"] for lane in data["technicians"]], ["Ann", "Bob"])
        hours = {"2031-03-17": [[480, 720], [780, 1020]]}
        self.assertEqual(data["technicians"][0]["work"], hours)
        self.assertEqual([block["id"] for block in data["tasks"]], [task.id, late.id])
        block = data["tasks"][0]
        self.assertEqual((block["day"], block["from"], block["to"]), ("2031-03-17", 540, 630))
        self.assertEqual(block["people"], [self.ann.id, self.bob.id])
        self.assertEqual((block["client"], block["city"]), ("Clara", "Hamilton"))
        self.assertEqual([block["is_off"] for block in data["tasks"]], [False, True])
        card = data["unscheduled"][0]
        self.assertEqual((card["id"], card["hours"], card["priority"]), (waiting.id, 2.0, "2"))
        self.assertNotIn(str(NEAR[0]), str(data))

    def test_the_board_is_the_dispatchers(self):
        task = self.new_task(self.ann, 9)
        tasks = self.Task.with_user(self.ann)
        for call in (
            lambda: tasks.get_board_data(MONDAY, MONDAY),
            lambda: tasks.move_task(task.id, self.ann.id, utc(MONDAY, 14)),
            lambda: tasks.get_drop_hints(task.id, MONDAY, MONDAY),
            lambda: tasks.get_best_fits(task.ids),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(task.datetime_start, utc(MONDAY, 9))

    def test_bad_input_is_said(self):
        task = self.new_task(self.ann, 9)
        for call in (
            lambda: self.board.get_board_data("2031-03-18", "2031-03-17"),
            lambda: self.board.get_board_data("2031-01-01", "2031-12-31"),
            lambda: self.board.move_task(0, self.ann.id, utc(MONDAY, 14)),
            lambda: self.board.move_task(task.id, self.dispatcher.id, utc(MONDAY, 14)),
        ):
            with self.assertRaises(UserError):
                call()

    def test_a_task_is_placed_moved_and_put_back(self):
        task = self.Task.create({"summary": "Open", "latitude": NEAR[0], "longitude": NEAR[1]})
        self.assertEqual(self.move(task, self.ann, 9), (True, ""))
        self.assertEqual((task.technician_id, task.datetime_start), (self.ann, utc(MONDAY, 9)))
        self.assertEqual(self.move(task, self.bob, 14), (True, ""))
        self.assertEqual((task.technician_id, task.datetime_start), (self.bob, utc(MONDAY, 14)))
        self.assertEqual(self.move(task, False, 14), (True, ""))
        self.assertEqual(task.status, "draft")

    def test_a_move_is_refused_and_changes_nothing(self):
        self.new_task(self.ann, 14)
        task = self.new_task(self.bob, 9)
        for force in (False, True):
            self.assertEqual(self.move(task, self.ann, 14, force), (False, "overlap"))
            self.assertEqual((task.technician_id, task.datetime_start), (self.bob, utc(MONDAY, 9)))
        self.assertEqual(self.move(task, self.ann, 18), (False, "outside_hours"))
        self.assertEqual(self.move(task, self.ann, 18, force=True), (True, ""))
        self.assertEqual(task.datetime_start, utc(MONDAY, 18))
        done = self.new_task(self.bob, 9)
        done.action_complete()
        self.assertEqual(self.move(done, False, 9), (False, "status"))
        self.assertEqual(self.move(done, self.bob, 14, force=True), (False, "status"))

    def test_hints_say_where_travel_is_tight(self):
        self.new_task(self.ann, 9)
        task = self.Task.create({"summary": "Far", "latitude": FAR[0], "longitude": FAR[1]})
        hints = self.board.get_drop_hints(task.id, MONDAY, MONDAY)[self.ann.id]["2031-03-17"]
        self.assertEqual(hints["free"], [[480, 540], [600, 720], [780, 1020]])
        self.assertEqual(len(hints["usable"]), 1)  # 115 minutes from the job at nine
        self.assertEqual(hints["usable"][0][1], 1020)
        self.assertGreaterEqual(hints["usable"][0][0], 780)

    def test_the_best_fit_adds_the_least_driving(self):
        today = self.Task._get_today(self.company)
        task = self.Task.create({"summary": "Open", "latitude": NEAR[0], "longitude": NEAR[1]})
        skill = self.env["hr.skill"].search([], limit=1)
        rare = self.Task.create({"summary": "Rare", "skill_ids": [Command.set(skill.ids)]})
        fits = self.board.get_best_fits((task | rare).ids)
        self.assertEqual(list(fits), task.ids)
        slots = self.Task._find_slots(1.0, today, latitude=NEAR[0], longitude=NEAR[1])
        self.assertEqual(fits[task.id]["detour"], min(slot["detour"] for slot in slots))
        answer = self.board.move_task(
            task.id, fits[task.id]["technician_id"], fits[task.id]["start"]
        )
        self.assertTrue(answer["ok"])

    def test_others_are_told_that_something_changed(self):
        task = self.new_task(self.ann, 9)
        last = self.env["bus.bus"].search([], order="id desc", limit=1).id or 0
        self.move(task, self.bob, 9)
        self.env.cr.flush()
        sent = self.env["bus.bus"].search([("id", ">", last)])
        channels = " ".join(sent.mapped("channel"))
        for record in (
            self.env.ref("fusion_tasks.group_dispatcher"), self.ann.partner_id, self.bob.partner_id,
        ):  # fmt: skip
            self.assertIn(f'"{record._name}",{record.id}', channels.replace(" ", ""))
        self.assertNotIn("Visit", " ".join(sent.mapped("message")))

    def test_the_board_costs_a_bounded_number_of_queries(self):
        people = self.ann
        for number in range(29):
            people |= self.new_technician(f"Tech{number}")
        client = self.env["res.partner"].create({"name": "Clara"})
        for number, user in enumerate(people):
            for day in range(5):
                self.new_task(
                    user, 9 + number % 3, day=MONDAY + timedelta(days=day), partner_id=client.id
                )
        self.Task.create([{"summary": "Open", "partner_id": client.id}] * 10)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.board.get_board_data(MONDAY, MONDAY + timedelta(days=6))
            return self.env.cr.sql_log_count - before

        count()
        self.assertLessEqual(count(), 15)
