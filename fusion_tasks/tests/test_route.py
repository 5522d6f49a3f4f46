from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DEPOT, FAR, MONDAY, NEAR, TasksCase, utc

FARTHER = (43.0, -80.1)


@tagged("post_install", "-at_install")
class TestRoute(TasksCase):
    """Ann starts at the depot at 8:00; NEAR is 15 minutes away, FAR about 1 h 40."""

    def new_visit(self, hour, place, **values):
        return self.new_task(self.ann, hour, place=place, **values)

    def optimise(self, **options):
        return self.Task.optimise_route(self.ann.id, MONDAY, **options)

    def minutes(self, *places):
        stops = [DEPOT, *places]
        travel = self.env["fusion.tasks.travel"]
        return sum(travel._minutes(one, two)[0] for one, two in zip(stops, stops[1:], strict=False))

    def test_a_zigzag_is_undone_and_nothing_is_written(self):
        far = self.new_visit(10, FAR)
        near = self.new_visit(13, NEAR)
        again = self.new_visit(15, FAR)
        plan = self.optimise()
        self.assertEqual(
            (plan["before"], plan["after"]),
            (self.minutes(FAR, NEAR, FAR), self.minutes(NEAR, FAR, FAR)),
        )
        self.assertLess(plan["after"], plan["before"])
        self.assertEqual(plan["order"][0], near.id)
        self.assertEqual(set(plan["order"]), {far.id, near.id, again.id})
        self.assertEqual(far.datetime_start, utc(MONDAY, 10))

    def test_applying_moves_them_and_two_may_change_places(self):
        far = self.new_visit(10, FAR)
        near = self.new_visit(13, NEAR)
        again = self.new_visit(15, FAR)
        plan = self.optimise(apply=True)
        for move in plan["moves"]:
            task = self.Task.browse(move["task_id"])
            self.assertEqual((task.datetime_start, task.datetime_end), (move["start"], move["end"]))
        self.assertTrue(plan["moves"])
        rows = (far | near | again).sudo().booking_ids
        self.assertEqual(rows.mapped("blocking"), [True] * 3)
        self.assertEqual(sorted(rows.mapped("start")), sorted(
            (far | near | again).mapped("datetime_start")))  # fmt: skip
        self.assertEqual(self.optimise()["moves"], [])

    def test_what_a_client_was_told_is_kept(self):
        client = self.env["res.partner"].create({"name": "Client"})
        self.new_visit(10, FAR, partner_id=client.id, latitude=FAR[0], longitude=FAR[1])
        near = self.new_visit(13, NEAR, partner_id=client.id, latitude=NEAR[0], longitude=NEAR[1])
        self.new_visit(15, FAR, partner_id=client.id, latitude=FAR[0], longitude=FAR[1])
        plan = self.optimise()
        self.assertEqual((plan["moves"], plan["before"]), ([], plan["after"]))
        near.window_minutes = 30
        self.assertEqual(self.optimise()["moves"], [])

    def test_only_the_one_without_a_client_moves(self):
        client = self.env["res.partner"].create({"name": "Client"})
        told = self.new_visit(13, FAR, partner_id=client.id, latitude=FAR[0], longitude=FAR[1])
        near = self.new_visit(15, NEAR)
        free = self.new_visit(9, FARTHER)
        plan = self.optimise()
        self.assertNotIn(told.id, [move["task_id"] for move in plan["moves"]])
        self.assertLessEqual(plan["after"], plan["before"])
        self.assertEqual(set(plan["order"]), {told.id, near.id, free.id})

    def test_hours_and_appointments_are_kept(self):
        self.new_visit(10, FAR)
        self.new_visit(13, NEAR)
        self.new_visit(15, FAR)
        self.env["calendar.event"].create(
            {"name": "Dentist", "start": utc(MONDAY, 9), "stop": utc(MONDAY, 10),
             "partner_ids": [(6, 0, self.ann.partner_id.ids)]}
        )  # fmt: skip
        for move in self.optimise()["moves"]:
            self.assertFalse(move["start"] < utc(MONDAY, 10) and move["end"] > utc(MONDAY, 9), move)
            self.assertGreaterEqual(move["start"], utc(MONDAY, 8))
            self.assertLessEqual(move["end"], utc(MONDAY, 17))

    def test_what_has_begun_stays(self):
        begun = self.new_visit(10, FAR)
        begun.action_en_route()
        self.new_visit(13, NEAR)
        self.new_visit(15, FAR)
        plan = self.optimise()
        self.assertNotIn(begun.id, [move["task_id"] for move in plan["moves"]])

    def test_an_empty_day_and_one_visit(self):
        self.assertEqual(self.optimise(), {"before": 0, "after": 0, "order": [], "moves": []})
        only = self.new_visit(10, NEAR)
        self.assertEqual(self.optimise()["order"], [only.id])

    def test_too_many_visits(self):
        for number in range(10):
            start = utc(MONDAY, 8) + timedelta(minutes=30 * number)
            self.Task.create(
                {"summary": "Short", "technician_id": self.ann.id, "datetime_start": start,
                 "datetime_end": start + timedelta(minutes=20), "latitude": NEAR[0],
                 "longitude": NEAR[1]}
            )  # fmt: skip
        with self.assertRaisesRegex(UserError, "more than 9 visits"):
            self.optimise()

    def test_dispatchers_only(self):
        with self.assertRaises(AccessError):
            self.Task.with_user(self.ann).optimise_route(self.ann.id, MONDAY)

    def test_the_dialog(self):
        self.new_visit(10, FAR)
        self.new_visit(13, NEAR)
        late = self.new_visit(15, FAR)
        dispatcher = self.new_user("Dot", "fusion_tasks.group_dispatcher")
        route = self.env["fusion.technician.route"].with_user(dispatcher).create(
            {"technician_id": self.ann.id, "date": MONDAY}
        )  # fmt: skip
        route.action_try()
        plan = self.optimise()
        self.assertEqual((route.before, route.after), (plan["before"], plan["after"]))
        self.assertEqual(route.saved, plan["before"] - plan["after"])
        self.assertEqual(route.line_ids.task_id.ids, [move["task_id"] for move in plan["moves"]])
        late.action_cancel("Called off")
        with self.assertRaisesRegex(UserError, "changed meanwhile"), self.cr.savepoint():
            route.action_apply()
        late.action_reset_to_draft()
        late.write({"status": "scheduled"})
        route.action_try()
        self.assertEqual(route.action_apply()["type"], "ir.actions.act_window_close")
        self.assertEqual(self.optimise()["moves"], [])
