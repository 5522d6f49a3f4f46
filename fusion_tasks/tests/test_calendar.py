from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestCalendar(TasksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher = cls.new_user("Dina", "fusion_tasks.group_dispatcher")
        cls.client = cls.env["res.partner"].create(
            {"name": "Client", "email": "c@field.example", "city": "Hamilton", "street": "5 Elm"}
        )

    def new_task(self, technician, hour, **values):
        return super().new_task(
            technician, hour, partner_id=self.client.id, access_notes="Code 1234", **values
        )

    def alerts(self):
        activities = self.env["mail.activity"].search([("user_id", "=", self.dispatcher.id)])
        return activities.mapped("summary")

    def test_a_job_is_in_the_calendars_of_those_who_do_it(self):
        mails = self.env["mail.mail"].search_count([])
        task = self.new_task(
            self.ann, 9, helper_ids=[Command.set(self.bob.ids)], task_type="repair"
        )
        event = task.calendar_event_id
        self.assertEqual(event.name, "[Repair] Visit at 9 – Hamilton")
        self.assertEqual((event.start, event.stop), (utc(MONDAY, 9), utc(MONDAY, 10)))
        self.assertEqual(event.user_id, self.ann)
        self.assertEqual(event.attendee_ids.partner_id, (self.ann | self.bob).partner_id)
        self.assertEqual((event.privacy, event.show_as), ("private", "busy"))
        self.assertEqual((event.location, event.x_fc_task_id), ("5 Elm, Hamilton", task))
        self.assertNotIn("1234", f"{event.description} {event.location} {event.name}")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_the_event_follows_its_job(self):
        task = self.new_task(self.ann, 9)
        event = task.calendar_event_id
        task._reschedule(utc(MONDAY, 14), technician_id=self.bob.id)
        self.assertEqual((event.start, event.user_id), (utc(MONDAY, 14), self.bob))
        self.assertEqual(event.attendee_ids.partner_id, self.bob.partner_id)
        task.summary = "Change the belt"
        self.assertEqual(event.name, "[Other] Change the belt – Hamilton")
        task.action_complete()
        self.assertTrue(event.exists())

    def test_the_event_goes_with_its_job(self):
        for leave in ("action_cancel", "action_no_show", "action_reset_to_draft", "unlink"):
            task = self.new_task(self.ann, 9)
            event = task.calendar_event_id
            getattr(task, leave)()
            self.assertFalse(event.exists(), leave)
        task = self.new_task(self.ann, 9)
        event = task.calendar_event_id
        task.active = False
        self.assertFalse(event.exists())
        task.active = True
        self.assertTrue(task.calendar_event_id)
        self.assertFalse(self.Task.create({"summary": "Open"}).calendar_event_id)

    def test_a_job_of_ones_own_is_no_other_appointment(self):
        task = self.new_task(self.ann, 9)
        self.assertTrue(task._reschedule(utc(MONDAY, 9, 30)))

    def test_a_job_follows_its_event(self):
        task = self.new_task(self.ann, 9)
        event = task.calendar_event_id.with_user(self.ann)
        event.write({"start": utc(MONDAY, 14), "stop": utc(MONDAY, 16)})
        self.assertEqual(
            (task.datetime_start, task.datetime_end), (utc(MONDAY, 14), utc(MONDAY, 16))
        )
        self.assertEqual(task.sudo().booking_ids.start, utc(MONDAY, 14))
        self.assertIn("Moved in the calendar by Ann.", task.message_ids[0].body)

    def test_an_event_cannot_go_where_its_job_cannot(self):
        self.new_task(self.ann, 14)
        task = self.new_task(self.ann, 9)
        event = task.calendar_event_id
        for user, start, hours in (
            (self.ann, utc(MONDAY, 14), 1), (self.ann, utc(MONDAY, 18), 1),
            (self.dispatcher, utc(MONDAY, 14), 1), (self.ann, utc(MONDAY, 9), 25),
        ):  # fmt: skip
            with self.assertRaises(UserError), self.env.cr.savepoint():
                event.with_user(user).sudo().write(
                    {"start": start, "stop": start + timedelta(hours=hours)}
                )
            self.env.invalidate_all()
            self.assertEqual((event.start, task.datetime_start), (utc(MONDAY, 9), utc(MONDAY, 9)))
        with self.assertRaisesRegex(UserError, "all day"), self.env.cr.savepoint():
            event.write({"allday": True, "start_date": MONDAY, "stop_date": MONDAY})

    def test_an_event_that_is_deleted_leaves_a_job_to_plan(self):
        for drop in (lambda event: event.unlink(), lambda event: event.write({"active": False})):
            task = self.new_task(self.ann, 9)
            drop(task.calendar_event_id.with_user(self.ann))
            self.assertEqual(task.status, "draft")
            self.assertFalse(task.sudo().booking_ids.filtered("blocking"))
            activity = task.activity_ids
            self.assertEqual(activity.user_id, self.dispatcher)
            self.assertEqual(activity.summary, "Plan again: its event was deleted")
            self.assertIn("Ann", activity.note)

    def test_a_leave_over_booked_jobs_is_told(self):
        first, second = self.new_task(self.ann, 9), self.new_task(self.ann, 14)
        self.new_task(self.bob, 9)
        leave = {
            "name": "Sick", "resource_id": self.ann.employee_ids.resource_id.id,
            "calendar_id": self.calendar.id, "date_from": utc(MONDAY, 8),
            "date_to": utc(MONDAY, 17),
        }  # fmt: skip
        leave = self.env["resource.calendar.leaves"].create(leave)
        self.assertEqual(self.alerts(), ["2 jobs on a day off: Ann"])
        self.assertEqual(first.activity_ids.user_id, self.dispatcher)
        self.assertIn(f"{second.name}, 2031-03-17 14:00", first.activity_ids.note)
        leave.name = "Really sick"
        self.assertEqual(self.alerts(), ["2 jobs on a day off: Ann"])
        self.assertEqual((first.status, second.status), ("scheduled", "scheduled"))
        self.assertEqual(first.schedule_warning, "The technician is on leave at this time.")

    def test_half_a_day_of_leave_tells_of_that_half(self):
        self.new_task(self.ann, 9)
        self.new_task(self.ann, 14)
        self.env["resource.calendar.leaves"].create(
            {"resource_id": self.ann.employee_ids.resource_id.id, "calendar_id": self.calendar.id,
             "date_from": utc(MONDAY, 13), "date_to": utc(MONDAY, 17)}
        )  # fmt: skip
        self.assertEqual(self.alerts(), ["1 jobs on a day off: Ann"])

    def test_a_public_holiday_is_everybodys(self):
        self.new_task(self.ann, 9)
        self.new_task(self.bob, 9)
        self.env["resource.calendar.leaves"].create(
            {"name": "Holiday", "calendar_id": False, "company_id": self.company.id,
             "date_from": utc(MONDAY, 0), "date_to": utc(MONDAY, 23)}
        )  # fmt: skip
        self.assertEqual(
            sorted(self.alerts()), ["1 jobs on a day off: Ann", "1 jobs on a day off: Bob"]
        )

    def test_hours_that_change_under_booked_jobs_are_told(self):
        self.new_task(self.ann, 9)
        self.calendar.attendance_ids.filtered(
            lambda hours: (hours.dayofweek, hours.hour_from) == ("0", 8)
        ).unlink()
        self.assertEqual(self.alerts(), ["1 jobs on a day off: Ann"])

    def test_another_calendar_under_booked_jobs_is_told(self):
        self.new_task(self.bob, 9)
        evenings = self.calendar.copy({"name": "Evenings"})
        evenings.attendance_ids.filtered(lambda hours: hours.hour_from == 8).unlink()
        self.assertEqual(self.alerts(), [])
        self.bob.employee_ids.resource_calendar_id = evenings
        self.assertEqual(self.alerts(), ["1 jobs on a day off: Bob"])

    def test_jobs_of_somebody_who_left_are_told(self):
        task = self.new_task(self.ann, 9)
        self.ann.employee_ids.active = False
        self.assertEqual(self.alerts(), ["1 jobs of somebody who left: Ann"])
        self.assertEqual((task.status, task.technician_id), ("scheduled", self.ann))
        self.assertEqual(self.find(), [])
        other = self.new_task(self.bob, 9)
        self.bob.active = False
        self.assertEqual(other.activity_ids.summary, "1 jobs of somebody who left: Bob")
        self.assertEqual(self.find(people=self.bob), [])

    def test_a_technician_who_changes_company_is_told(self):
        task = self.new_task(self.ann, 9)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.ann.company_ids |= other
        self.ann.employee_ids.write({"company_id": other.id})
        self.assertEqual(task.activity_ids.summary, "1 jobs of somebody who left: Ann")
