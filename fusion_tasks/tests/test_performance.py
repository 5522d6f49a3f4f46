from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import MONDAY, NEAR, TasksCase, utc


@tagged("post_install", "-at_install")
class TestPerformance(TasksCase):
    def count(self, people):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Task._find_slots(
            1.0, MONDAY, MONDAY + timedelta(days=14), people.ids, latitude=NEAR[0],
            longitude=NEAR[1],
        )  # fmt: skip
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_technicians(self):
        people = self.ann
        for number in range(49):
            people |= self.new_technician(f"Tech{number}")
        for number, user in enumerate(people):
            self.new_task(user, 9, day=MONDAY + timedelta(days=number % 5))
        self.env["calendar.event"].create(
            [
                {"name": "Busy", "start": utc(MONDAY, 14), "stop": utc(MONDAY, 15),
                 "partner_ids": [Command.set(user.partner_id.ids)]}
                for user in people
            ]
        )  # fmt: skip
        self.count(people)  # what is cached for good is in
        one, ten, fifty = (self.count(people[:size]) for size in (1, 10, 50))
        self.assertEqual((ten, fifty), (one, one))
        self.assertLessEqual(fifty, 30)
