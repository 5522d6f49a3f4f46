from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DEPOT, MONDAY, TasksCase, utc

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg"
    "=="
)


@tagged("post_install", "-at_install")
class TestSecurity(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher = cls.new_user("Dina", "fusion_tasks.group_dispatcher")
        cls.manager = cls.new_user("Mona", "fusion_tasks.group_manager")
        cls.staff = cls.new_user("Stan", "base.group_user")
        cls.portal = cls.new_user("Pia", "base.group_portal")
        cls.mine = cls.new_task(cls.ann, 9)
        cls.other = cls.new_task(cls.bob, 9)
        cls.photo, cls.other_photo = cls.env["fusion.technician.task.photo"].create(
            [{"task_id": task.id, "image": PIXEL} for task in (cls.mine, cls.other)]
        )
        cls.unassigned = cls.Task.create({"summary": "Open"})

    def may(self, user, operation, record):
        return record.with_user(user).has_access(operation)

    def test_who_may_do_what(self):
        users = (self.ann, self.dispatcher, self.manager, self.staff, self.portal)
        for record, operation, expected in (
            (self.mine, "read", (True, True, True, False, False)),
            (self.mine, "write", (True, True, True, False, False)),
            (self.mine, "unlink", (False, False, True, False, False)),
            (self.other, "read", (False, True, True, False, False)),
            (self.other, "write", (False, True, True, False, False)),
            (self.unassigned, "read", (True, True, True, False, False)),
            (self.unassigned, "write", (False, True, True, False, False)),
            (self.Task, "create", (False, True, True, False, False)),
            (self.mine.sudo().booking_ids.sudo(False), "read", (False,) * 5),
            (self.env["fusion.technician.schedule.guard"], "read", (False,) * 5),
            (self.env["fusion.technician.feed"], "create", (True, True, True, False, False)),
            (self.env["fusion.access.token"], "read", (False,) * 5),
            (self.env["fusion.tasks.rate"], "read", (False,) * 5),
            (self.photo, "read", (True, True, True, False, False)),
            (self.photo, "write", (True, True, True, False, False)),
            (self.photo, "unlink", (False, True, True, False, False)),
            (self.other_photo, "read", (False, True, True, False, False)),
            (self.env["fusion.technician.task.opening"], "create",
             (False, True, True, False, False)),
        ):  # fmt: skip
            with self.subTest(model=record._name, record=record.ids, operation=operation):
                found = tuple(self.may(user, operation, record) for user in users)
                self.assertEqual(found, expected)

    def test_a_technician_works_but_does_not_plan(self):
        task = self.mine.with_user(self.ann)
        for values in (
            {"technician_id": self.bob.id},
            {"helper_ids": [(4, self.bob.id)]},
            {"datetime_start": utc(MONDAY, 8)},
            {"duration_hours": 3},
            {"partner_id": self.bob.partner_id.id},
            {"allow_overlap": True},
            {"company_id": self.company.id},
            {"res_model": "res.partner", "res_id": self.bob.partner_id.id},
        ):
            with self.assertRaises(AccessError):
                task.write(values)
        with self.assertRaises(AccessError):
            task.action_find_slots()
        self.assertEqual(self.mine.datetime_start, utc(MONDAY, 9))
        task.action_en_route()
        task.action_start()
        task.completion_notes = "New belt"
        task.action_complete()
        self.assertEqual(self.mine.status, "completed")
        with self.assertRaises(UserError):
            task.action_start()
        self.mine.with_user(self.manager).action_start()
        self.assertEqual(self.mine.status, "in_progress")

    def test_a_dispatcher_books(self):
        task = self.unassigned.with_user(self.dispatcher)
        task._reschedule(utc(MONDAY, 14), technician_id=self.ann.id)
        self.assertEqual(self.unassigned.technician_id, self.ann)
        self.assertTrue(task.schedule_warning is not None)

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.dispatcher.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        tasks = self.Task.with_user(self.dispatcher).with_context(allowed_company_ids=other.ids)
        self.assertFalse(tasks.search([]))

    def test_where_the_day_starts_is_the_managers_to_see(self):
        home = self.env["res.partner"].create(
            {"name": "Home", "partner_latitude": DEPOT[0], "partner_longitude": DEPOT[1]}
        )
        self.ann.x_fc_start_partner_id = home
        with self.assertRaises(AccessError):
            self.ann.with_user(self.dispatcher).read(["x_fc_start_partner_id"])
        self.assertTrue(self.Task.with_user(self.dispatcher)._find_slots(date_from=MONDAY))

    def test_the_start_page(self):
        for user, expected in (
            (self.ann, ["My day"]), (self.dispatcher, ["Dispatch board", "My day"]),
            (self.staff, []),
        ):  # fmt: skip
            links = self.env["fusion.start"].with_user(user)._fusion_start_links()
            found = [link["label"] for link in links if "fusion_tasks." in link["url"]]
            self.assertEqual(found, expected)
