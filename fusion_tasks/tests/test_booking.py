from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable

from .common import FAR, MONDAY, NEAR, TasksCase, utc


@tagged("post_install", "-at_install")
class TestBooking(TasksCase):
    def rows(self, task):
        return task.sudo().booking_ids

    def test_the_constraint_is_in_the_database(self):
        self.env.cr.execute(
            "SELECT contype FROM pg_constraint WHERE conname = %s",
            ["fusion_technician_booking_no_overlap"],
        )
        self.assertEqual(self.env.cr.fetchall(), [("x",)])
        invariants = self.env["fusion.health"]._fusion_invariants()
        self.assertIn({"code": "fusion_tasks.no_overlap", "ok": True, "detail": ""}, invariants)

    def test_a_booking_takes_the_slot(self):
        task = self.book(hour=9, helper_ids=[Command.set(self.bob.ids)])
        self.assertEqual(task.status, "scheduled")
        self.assertEqual(task.datetime_end, utc(MONDAY, 10))
        self.assertEqual((task.travel_before, task.travel_after), (15, 0))
        self.assertEqual(self.rows(task).technician_id, self.ann | self.bob)
        self.assertEqual(self.rows(task).mapped("blocking"), [True, True])
        self.assertLost("overlap", hour=9)
        self.assertLost("overlap", technician=self.bob, hour=9)
        self.assertTrue(self.book(hour=10))  # adjacent, next door

    def test_each_reason(self):
        self.assertLost("not_technician", technician=self.env.user)
        self.assertLost("past", day=MONDAY.replace(year=2020))
        self.assertLost("outside_hours", hour=12)
        self.assertLost("travel", hour=8)
        self.book(hour=9)
        self.assertLost("travel", hour=10, place=FAR)
        with self.assertRaises(SlotUnavailable) as caught:
            self.Task._book_slot(
                {"summary": "Soon", "technician_id": self.ann.id,
                 "datetime_start": utc(MONDAY, 14)},
                not_before=utc(MONDAY, 15),
            )  # fmt: skip
        self.assertEqual(caught.exception.reason, "lead_time")

    @mute_logger("odoo.sql_db")
    def test_direct_sql_cannot_overlap(self):
        task = self.new_task(self.ann, 9)
        other = self.new_task(self.bob, 9)
        self.env.flush_all()
        for start, is_refused in ((utc(MONDAY, 9, 30), True), (utc(MONDAY, 10), False)):
            values = (other.id, self.ann.id, start, start + timedelta(hours=1))
            insert = """INSERT INTO fusion_technician_booking
                        (task_id, technician_id, start, stop, blocking)
                        VALUES (%s, %s, %s, %s, TRUE)"""
            if is_refused:
                with self.assertRaises(ExclusionViolation), self.env.cr.savepoint():
                    self.env.cr.execute(insert, values)
            else:
                self.env.cr.execute(insert, values)
        self.env.cr.execute(
            "SELECT COUNT(*) FROM fusion_technician_booking WHERE technician_id = %s", [self.ann.id]
        )
        self.assertEqual(self.env.cr.fetchone()[0], 2)
        self.assertTrue(task.exists())

    def test_a_dispatcher_is_refused_an_overlap_by_name_and_time(self):
        task = self.new_task(self.ann, 9)
        message = f"Ann already has {task.name} at 2031-03-17 09:00."
        with self.assertRaisesRegex(ValidationError, message):
            self.new_task(self.ann, 9)
        other = self.new_task(self.bob, 9)
        with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
            other.technician_id = self.ann
        with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
            other.helper_ids = self.ann
        other.invalidate_recordset()
        self.assertEqual(self.rows(other).technician_id, self.bob)

    def test_an_import_names_the_row_that_overlaps(self):
        taken = self.new_task(self.ann, 9)
        names = ["summary", "technician_id/.id", "datetime_start", "datetime_end"]
        rows = [
            [f"Row {hour}", str(self.ann.id), f"{utc(MONDAY, hour)}", f"{utc(MONDAY, hour + 1)}"]
            for hour in (8, 9, 10)
        ]
        answer = self.Task.load(names, rows)
        self.assertFalse(answer["ids"])
        # core's first message is that of the whole batch; then each row has its own
        _batch, *told = answer["messages"]
        self.assertEqual([one["rows"] for one in told], [{"from": 1, "to": 1}])
        said = f"Ann already has {taken.name} at 2031-03-17 09:00."
        self.assertIn(said, told[0]["message"])
        del rows[1]
        answer = self.Task.load(names, rows)
        self.assertEqual(answer["messages"], [])
        tasks = self.Task.browse(answer["ids"])
        self.assertEqual(tasks.mapped("datetime_start"), [utc(MONDAY, 8), utc(MONDAY, 10)])

    def test_an_overlap_may_be_wanted(self):
        self.new_task(self.ann, 9)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.new_task(self.ann, 9, allow_overlap=True)
        task = self.new_task(self.ann, 9, allow_overlap=True, overlap_reason="Training")
        self.assertEqual(self.rows(task).mapped("blocking"), [False])
        self.assertNotIn("09:00", self.find())

    def test_a_cancelled_or_archived_job_frees_its_time(self):
        task = self.new_task(self.ann, 9)
        task.action_cancel("Client moved away")
        self.assertEqual(task.cancel_reason, "Client moved away")
        other = self.new_task(self.ann, 9)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            task.action_schedule()
        other.active = False
        self.assertTrue(self.new_task(self.ann, 9))

    def test_a_job_moves_under_the_same_guarantee(self):
        task, other = self.book(hour=9), self.book(hour=14)
        with self.assertRaises(SlotUnavailable) as caught:
            task._reschedule(utc(MONDAY, 14))
        self.assertEqual(caught.exception.reason, "overlap")
        self.assertEqual(task.datetime_start, utc(MONDAY, 9))
        self.assertTrue(task._reschedule(utc(MONDAY, 14), technician_id=self.bob.id))
        self.assertEqual((task.technician_id, task.datetime_end), (self.bob, utc(MONDAY, 15)))
        self.assertTrue(other._reschedule(utc(MONDAY, 18), force=True))
        self.assertEqual(other.schedule_warning, "This is outside the technician's working hours.")

    def test_an_opening_is_taken_with_one_click(self):
        task = self.Task.create({"summary": "Open", "duration_hours": 2.0})
        self.assertEqual(task.status, "draft")
        action = task.action_find_slots()
        openings = self.env[action["res_model"]].search(action["domain"])
        openings[0].action_book()
        self.assertEqual(task.status, "scheduled")
        self.assertEqual(task.datetime_start, openings[0].start)
        late = self.Task.create({"summary": "Late", "duration_hours": 2.0})
        openings[0].copy({"task_id": late.id, "technician_id": task.technician_id.id})
        opening = self.env[action["res_model"]].search([("task_id", "=", late.id)])
        with self.assertRaises(SlotUnavailable):
            opening.action_book()
        self.assertEqual(late.status, "draft")

    def test_no_opening_is_explained(self):
        skill = self.env["hr.skill"].search([], limit=1)
        task = self.Task.create({"summary": "Rare", "skill_ids": [Command.set(skill.ids)]})
        with self.assertRaisesRegex(UserError, "lacks a required skill"):
            task.action_find_slots()

    def test_booking_costs_a_bounded_number_of_queries(self):
        self.book(hour=9)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.book(hour=14, place=NEAR)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 60)
