from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FAR, MONDAY, NEAR, TasksCase, utc


@tagged("post_install", "-at_install")
class TestSlots(TasksCase):
    def test_an_empty_day_offers_hours_less_the_first_drive(self):
        # 5.79 km x 1.3 / 45 km/h = 10.04 minutes, up to 15: the first start on the grid is 8:30.
        self.assertEqual(
            self.find(hours=2),
            ["08:30", "09:00", "09:30", "10:00", "13:00", "13:30", "14:00", "14:30", "15:00"],
        )

    def test_the_first_drive_may_be_done_before_the_shift(self):
        self.env["ir.config_parameter"].set_param(
            "fusion_tasks.travel_counts_at_day_start", "False"
        )
        self.assertEqual(self.find(hours=4), ["08:00", "13:00"])

    def test_a_weekend_has_none(self):
        self.assertEqual(self.find(day=MONDAY + timedelta(days=5)), [])

    def test_a_job_takes_its_time_and_the_drive_on_both_sides(self):
        self.new_task(self.ann, 10, place=FAR)
        # 60 km on the road: 95 minutes there, 95 back.
        minutes = self.env["fusion.tasks.travel"]._minutes(NEAR, FAR)[0]
        self.assertEqual(minutes, 110)
        self.assertEqual(self.find(hours=0.5), ["13:00", "13:30", "14:00", "14:30", "15:00",
                                                "15:30", "16:00", "16:30"])  # fmt: skip

    def test_a_job_next_door_costs_no_drive(self):
        self.new_task(self.ann, 9)
        self.assertEqual(self.find(hours=2), ["10:00", "13:00", "13:30", "14:00", "14:30", "15:00"])

    def test_a_helper_is_busy_too(self):
        self.new_task(self.bob, 13, hours=4, helper_ids=[Command.set(self.ann.ids)])
        self.assertEqual(self.find(hours=3), ["08:30", "09:00"])

    def test_half_a_day_of_leave(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Dentist",
                "resource_id": self.ann.employee_ids.resource_id.id,
                "calendar_id": self.calendar.id,
                "date_from": utc(MONDAY, 8),
                "date_to": utc(MONDAY, 12),
            }
        )
        # The day begins after the leave, and with it the first drive.
        self.assertEqual(self.find(hours=3), ["13:30", "14:00"])
        self.assertLost("leave", hour=9)

    def test_a_public_holiday(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": utc(MONDAY, 0),
                "date_to": utc(MONDAY, 23),
            }
        )
        self.assertEqual(self.find(people=self.ann | self.bob), [])

    def new_event(self, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Elsewhere",
                "start": utc(MONDAY, 13),
                "stop": utc(MONDAY, 17),
                "partner_ids": [Command.set(self.ann.partner_id.ids)],
                "show_as": "busy",
                **values,
            }
        )

    def test_an_appointment_takes_its_time(self):
        self.new_event(privacy="private")
        self.assertEqual(self.find(hours=3), ["08:30", "09:00"])
        self.assertLost("event", hour=14)

    def test_a_declined_or_free_appointment_does_not(self):
        self.new_event().attendee_ids.do_decline()
        self.new_event(show_as="free")
        self.assertEqual(self.find(hours=3.5), ["08:30", "13:00", "13:30"])

    def test_an_all_day_appointment_takes_the_local_day(self):
        self.new_event(allday=True, start_date=MONDAY, stop_date=MONDAY)
        self.assertEqual(self.find(), [])
        self.assertEqual(self.find(hours=4, day=MONDAY + timedelta(days=1)), ["13:00"])

    def test_a_full_day_has_none(self):
        self.ann.x_fc_max_tasks_per_day = 1
        task = self.new_task(self.ann, 9)
        self.assertEqual(self.find(), [])
        self.assertLost("day_full", hour=14)
        self.assertEqual(len(self.find(hours=4, exclude_task_id=task.id)), 1)

    def test_nothing_before_the_earliest_start(self):
        self.assertEqual(self.find(hours=3, not_before=utc(MONDAY, 13, 1)), ["13:30", "14:00"])

    def test_the_past_is_never_offered(self):
        self.assertEqual(self.find(day=date(2020, 3, 16)), [])

    def test_clocks_change(self):
        """2027-03-14: 2:30 does not exist. 2027-11-07: 1:30 is there twice."""
        self.calendar.attendance_ids = [
            Command.clear(),
            Command.create({"name": "Night", "dayofweek": "6", "hour_from": 0, "hour_to": 4,
                            "day_period": "morning"}),
        ]  # fmt: skip
        spring = self.find(day=date(2027, 3, 14))
        self.assertEqual(spring, ["00:30", "01:00", "01:30", "03:00"])
        slots = self.Task._find_slots(
            1.0, date(2027, 11, 7), date(2027, 11, 7), self.ann.ids,
            latitude=NEAR[0], longitude=NEAR[1],
        )  # fmt: skip
        starts = [slot["start_local"] for slot in slots]
        self.assertIn("2027-11-07T01:30:00-04:00", starts)
        self.assertIn("2027-11-07T01:30:00-05:00", starts)
        self.assertTrue(all(slot["end"] - slot["start"] == timedelta(hours=1) for slot in slots))

    def test_the_least_driving_wins_a_start(self):
        self.new_task(self.bob, 9)
        slots = self.Task._find_slots(
            1.0, MONDAY, MONDAY, (self.ann | self.bob).ids, latitude=NEAR[0], longitude=NEAR[1]
        )
        by_start = {slot["start"]: slot for slot in slots}
        self.assertEqual(by_start[utc(MONDAY, 9)]["technician_id"], self.ann.id)
        self.assertEqual(by_start[utc(MONDAY, 10)]["technician_id"], self.bob.id)
        self.assertEqual(by_start[utc(MONDAY, 10)]["detour"], 0)
        self.assertEqual(
            [slot["start"] for slot in slots if slot["recommended"]],
            [utc(MONDAY, 8, 0) + timedelta(hours=2), utc(MONDAY, 10, 30), utc(MONDAY, 11)],
        )

    def test_the_list_is_the_same_each_time(self):
        asked = {"duration_hours": 1.0, "date_from": MONDAY, "per_day": 3}
        self.assertEqual(self.Task._find_slots(**asked), self.Task._find_slots(**asked))
        self.assertEqual(len(self.Task._find_slots(**asked)), 30)
        self.assertEqual(len(self.Task._find_slots(**asked, limit=4)), 4)

    def test_gaps_and_the_next_slot(self):
        task = self.new_task(self.ann, 9)
        gaps = self.Task._get_available_gaps(self.ann.id, MONDAY, 1.0, *NEAR)
        self.assertEqual([(gap["prev_task_id"], gap["usable_minutes"]) for gap in gaps],
                         [(task.id, 120), (task.id, 240)])  # fmt: skip
        slot = self.Task._find_next_available_slot(self.ann.id, MONDAY, 4.0, *NEAR)
        self.assertEqual(slot["start"], utc(MONDAY, 13))
        self.assertIs(self.Task._find_next_available_slot(self.ann.id, MONDAY, 5.0), False)

    def test_bad_questions_are_refused(self):
        with self.assertRaises(UserError):
            self.Task._find_slots(date_from=MONDAY, date_to=MONDAY - timedelta(days=1))
        with self.assertRaises(UserError):
            self.Task._find_slots(date_from=MONDAY, date_to=MONDAY + timedelta(days=92))
        with self.assertRaises(UserError):
            self.Task._find_slots(duration_hours=0)
        with self.assertRaises(UserError):
            self.Task._get_available_gaps(self.env.user.id, MONDAY)
        self.assertEqual(
            self.Task._check_slot(0, utc(MONDAY, 9), utc(MONDAY, 10)), (False, "not_technician")
        )

    def test_an_archived_technician_has_none(self):
        self.ann.active = False
        self.assertEqual(self.find(), [])

    def test_an_archived_employee_has_none(self):
        self.ann.employee_ids.active = False
        self.assertEqual(self.find(), [])
        self.assertLost("company")

    def test_the_explanation_agrees_with_the_list(self):
        self.new_task(self.ann, 8, hours=4)
        self.new_task(self.ann, 13, hours=4)
        told = self.Task._explain_no_slot(
            duration_hours=1.0, date_from=MONDAY, date_to=MONDAY, technician_ids=self.ann.ids
        )
        self.assertEqual(told["result"], 0)
        self.assertEqual(
            told["steps"],
            [
                {
                    "label": "Ann, 2031-03-17",
                    "value": "Jobs and appointments leave no gap that is long enough.",
                }
            ],
        )

    def test_each_day_is_explained(self):
        skill = self.env["hr.skill"].search([], limit=1)
        asked = {"date_from": MONDAY, "date_to": MONDAY, "technician_ids": self.ann.ids}
        for extra, value in (
            ({"skill_ids": skill.ids}, "The technician lacks a required skill on that day."),
            ({"duration_hours": 5}, "This is outside the technician's working hours."),
            ({"not_before": utc(MONDAY, 17)}, "This time is too soon."),
            ({}, "There is an opening."),
        ):
            told = self.Task._explain_no_slot(**asked, **extra)
            self.assertEqual([step["value"] for step in told["steps"]], [value])
            self.assertEqual(bool(told["result"]), value == "There is an opening.")
