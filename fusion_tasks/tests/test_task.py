from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import DEPOT, MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestTask(TasksCase):
    def test_times_are_both_or_none_and_in_order(self):
        start = utc(MONDAY, 9)
        for values in (
            {"datetime_start": start, "datetime_end": start},
            {"datetime_start": start, "datetime_end": start - timedelta(hours=1)},
            {"datetime_end": start},
            {"datetime_start": start, "datetime_end": start + timedelta(hours=25)},
            {"duration_hours": 0},
            {"duration_hours": 25},
        ):
            before = self.Task.search_count([])
            with self.subTest(values), self.assertRaises(ValidationError):
                self.Task.create({"summary": "Bad", "technician_id": self.ann.id, **values})
            self.assertEqual(self.Task.search_count([]), before)

    def test_a_length_makes_an_end(self):
        task = self.new_task(self.ann, 9)
        task.duration_hours = 2.5
        self.assertEqual(task.datetime_end, utc(MONDAY, 11, 30))
        self.assertEqual((task.scheduled_date, task.time_start, task.time_end), (MONDAY, 9, 11.5))
        self.assertEqual(task.name[:5], "TASK/")
        self.assertEqual(task.display_name, "Visit at 9")
        self.assertIn((task.id, "Visit at 9"), self.Task.name_search(task.name))

    def test_an_hour_stays_an_hour_when_clocks_change(self):
        start = utc(date(2027, 3, 14), 1, 30)
        task = self.Task.create(
            {"summary": "Night", "technician_id": self.ann.id, "datetime_start": start,
             "duration_hours": 1.0}
        )  # fmt: skip
        self.assertEqual(task.duration_hours, 1.0)
        self.assertEqual((task.time_start, task.time_end), (1.5, 3.5))

    def test_the_client_fills_the_address(self):
        partner = self.env["res.partner"].create(
            {"name": "Client", "phone": "+1 416 555 0110", "partner_latitude": DEPOT[0],
             "partner_longitude": DEPOT[1]}
        )  # fmt: skip
        task = self.Task.create({"summary": "At home", "partner_id": partner.id})
        self.assertEqual((task.address_id, task.contact_phone), (partner, "+1 416 555 0110"))
        self.assertEqual((task.latitude, task.longitude), DEPOT)

    def test_a_phone_number_is_tidied_where_it_can_be_read(self):
        asked = []

        def read(_task, number=False, country=False, **_options):
            asked.append((number, country))
            return "+14165550110" if number.startswith("416") else False

        self.patch(type(self.Task), "_phone_format", read)
        self.company.country_id = self.env.ref("base.ca")
        partner = self.env["res.partner"].create({"name": "Clara", "phone": "416 555-0110"})
        task = self.Task.create({"summary": "Visit", "partner_id": partner.id})
        self.assertEqual(task.contact_phone, "+14165550110")
        self.assertEqual(asked[-1], ("416 555-0110", self.env.ref("base.ca")))
        task.contact_phone = "ask for Bob at 12"
        self.assertEqual(task.contact_phone, "ask for Bob at 12")
        task.contact_phone = "416-555-0110"
        self.assertEqual(task.contact_phone, "+14165550110")
        self.assertEqual(self.book(contact_phone="416.555.0110").contact_phone, "+14165550110")

    def test_every_step(self):
        allowed = {
            ("draft", "scheduled"), ("draft", "cancelled"),
            ("scheduled", "draft"), ("scheduled", "en_route"), ("scheduled", "in_progress"),
            ("scheduled", "completed"), ("scheduled", "cancelled"), ("scheduled", "no_show"),
            ("en_route", "scheduled"), ("en_route", "in_progress"), ("en_route", "cancelled"),
            ("en_route", "no_show"), ("in_progress", "completed"), ("in_progress", "cancelled"),
            ("no_show", "draft"), ("no_show", "scheduled"), ("cancelled", "draft"),
            ("cancelled", "scheduled"), ("completed", "in_progress"),
        }  # fmt: skip
        statuses = [status for status, _label in self.Task._fields["status"].selection]
        for old in statuses:
            for new in statuses:
                task = self.new_task(self.ann, 9, status=old)
                if old == new or (old, new) in allowed:
                    task.write({"status": new})
                    self.assertEqual(task.status, new)
                else:
                    with self.assertRaises(UserError):
                        task.write({"status": new})
                    self.assertEqual(task.status, old)
                task.unlink()

    def test_stamps_are_set_once(self):
        task = self.new_task(self.ann, 9)
        task.action_complete()
        self.assertEqual(task.started_at, task.completed_at)
        self.assertFalse(task.en_route_at)
        first = task.completed_at
        task.with_context(mail_notrack=True).write({"completed_at": first - timedelta(days=1)})
        task.action_start()
        task.action_complete()
        self.assertEqual(task.completed_at, first - timedelta(days=1))

    def test_the_share_of_visits_that_began_in_time(self):
        tasks = self.Task
        for user, minutes in ((self.ann, 30), (self.bob, 31)):
            task = self.new_task(user, 9, window_minutes=30, status="en_route")
            moment = utc(MONDAY, 9) + timedelta(minutes=minutes)
            task.with_context(fusion_tasks_at=moment).action_start()
            tasks += task
        self.assertEqual(tasks.mapped("on_time_share"), [1, 0])
        [(share,)] = self.Task._read_group([("id", "in", tasks.ids)], [], ["on_time_share:avg"])
        self.assertEqual(share, 0.5)
        self.assertFalse(self.new_task(self.ann, 14).on_time_share)

    def test_the_hook_is_called_once_for_each_change(self):
        calls = []
        tasks = self.new_task(self.ann, 9) | self.new_task(self.bob, 9, status="en_route")

        def hook(task, old, new):
            calls.append((task.id, old, new))

        self.patch(self.registry["fusion.technician.task"], "_on_status_changed", hook)
        tasks.action_en_route()
        self.assertEqual(calls, [(tasks[0].id, "scheduled", "en_route")])

    def test_a_scheduled_task_needs_a_technician_and_times(self):
        task = self.Task.create({"summary": "Open"})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            task.action_schedule()
        task.invalidate_recordset()
        self.assertEqual(task.status, "draft")

    def test_figures_that_cannot_be_are_the_default(self):
        travel = self.env["fusion.tasks.travel"]
        for text in ("", "often", "0", "61"):
            self.env["ir.config_parameter"].set_param("fusion_tasks.slot_grid_minutes", text)
            self.assertEqual(travel._get_number("slot_grid_minutes"), 30)
        self.env["ir.config_parameter"].set_param("fusion_tasks.slot_grid_minutes", "15")
        self.assertEqual(travel._get_number("slot_grid_minutes"), 15)

    def test_travel_without_coordinates(self):
        minutes = self.env["fusion.tasks.travel"]._minutes
        self.assertEqual(minutes((0, 0, "M4C 1B5"), (0, 0, "m4c1b5")), (10, 0.0))
        self.assertEqual(minutes((0, 0, "M4C 1B5"), (0, 0, "M4C 2A1")), (15, 0.0))
        self.assertEqual(minutes((95, 10), DEPOT), (30, 0.0))
        self.assertEqual(minutes(DEPOT, DEPOT), (0, 0.0))
        self.assertEqual(minutes(DEPOT, (49.28, -123.12))[0], 180)
