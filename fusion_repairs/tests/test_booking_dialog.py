from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable
from odoo.addons.fusion_tasks.tests.common import FAR, MONDAY, utc

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestBookingDialog(RepairsCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time("2031-03-14 14:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)
        self.office = self.new_user("Olga", "fusion_repairs.group_user")
        self.contract = self.new_contract(x_fc_notes="Ring twice").with_user(self.office)

    def book(self, slot, **options):
        action = self.contract.book_time(slot["technician_id"], slot["start"], **options)
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_the_office_books_and_moves(self):
        action = self.contract.action_open_booking()
        self.assertEqual(action["tag"], "fusion_repairs.booking_dialog")
        self.assertEqual(action["params"], {"contract_id": self.contract.id})
        found = self.contract.get_booking_dialog()
        self.assertIn(["Notes", "Ring twice"], [list(fact) for fact in found["facts"]])
        self.assertIn(["Maintenance fee", "$149.00 + applicable tax"],
                      [list(fact) for fact in found["facts"]])  # fmt: skip
        self.assertEqual(found["slots"][0]["start"][:10], "2031-03-14")  # no lead time
        visit = self.book(found["slots"][0])
        self.assertEqual((visit.booked_via, visit.state), ("office", "scheduled"))
        self.assertEqual(visit.repair_order_id.x_fc_intake_source, "phone")
        with self.assertRaises(UserError):
            self.contract.action_open_booking()

        action = visit.with_user(self.office).action_open_moving()
        self.assertEqual(action["params"], {"contract_id": self.contract.id})
        last = self.contract.get_booking_dialog()["slots"][-1]
        self.assertEqual(self.book(last), visit)
        self.assertEqual(str(visit.technician_task_id.datetime_start), last["start"])
        self.assertEqual(len(self.contract.visit_ids), 1)

    def test_a_filter_lists_every_opening(self):
        slots = self.contract.get_booking_dialog(self.bob.id, "2031-03-17")["slots"]
        self.assertEqual({slot["technician"] for slot in slots}, {"Bob"})
        self.assertEqual({slot["day"] for slot in slots}, {"Monday, March 17"})
        self.assertGreater(len(slots), 4)
        found = self.contract.get_booking_dialog(self.bob.id, "2031-03-16")
        self.assertEqual(found["slots"], [])
        self.assertIn("without the filter", found["no_slot"])

    def test_why_a_wished_time_cannot_be_had(self):
        self.new_task(self.ann, 9)
        self.new_task(self.ann, 14, latitude=FAR[0], longitude=FAR[1])
        for local, message, may_force in (
            ("2031-03-17T11:00", "This time is free.", False),
            ("2031-03-17T09:30", "Another job was just booked", False),
            ("2031-03-17T06:00", "outside the technician's working hours", True),
            ("2031-03-10T11:00", "This time has passed.", False),
            ("2031-03-17T15:00", "There is not enough time to drive there", True),
        ):
            with self.subTest(local=local):
                found = self.contract.explain_time(self.ann.id, local)
                self.assertIn(message, found["message"])
                self.assertEqual(found["may_force"], may_force)
                self.assertEqual(found["ok"], message == "This time is free.")
        self.assertRegex(found["message"], r"Drive there: \d+ min")
        free = self.contract.explain_time(self.ann.id, "2031-03-17T11:00")
        self.assertEqual(free["start"], str(utc(MONDAY, 11)))
        self.assertEqual(free["message"], "Ann: This time is free.")
        whoever = self.contract.explain_time(0, "2031-03-17T09:30")
        self.assertEqual((whoever["ok"], whoever["technician_id"]), (True, self.bob.id))
        for text in ("", "soon", "2031-13-01T10:00"):
            with self.assertRaises(UserError):
                self.contract.explain_time(self.ann.id, text)

    def test_a_dispatcher_books_outside_the_list(self):
        early = {"technician_id": self.ann.id, "start": str(utc(MONDAY, 6))}
        with self.assertRaises(SlotUnavailable):
            self.book(early)
        self.assertFalse(self.contract.visit_ids)
        visit = self.book(early, force=True)
        task = visit.technician_task_id
        self.assertEqual((task.datetime_start, task.status), (utc(MONDAY, 6), "scheduled"))
        self.assertIn("working hours", task.schedule_warning)
        self.assertEqual(self.book({**early, "start": str(utc(MONDAY, 5))}, force=True), visit)
        self.assertEqual(task.datetime_start, utc(MONDAY, 5))

    def test_an_overlap_is_never_forced(self):
        self.new_task(self.ann, 9)
        slot = {"technician_id": self.ann.id, "start": str(utc(MONDAY, 9))}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.book(slot, force=True)
        self.assertFalse(self.contract.visit_ids)

    def test_nobody_free_is_explained(self):
        (self.ann | self.bob).write({"x_fc_is_technician": False})
        self.assertIn("There is no opening", self.contract.get_booking_dialog()["no_slot"])
        with self.assertRaisesRegex(UserError, "No technician holds the skill"):
            self.contract.explain_time(0, "2031-03-17T11:00")

    def test_the_office_alone(self):
        self.ann.group_ids = [(4, self.env.ref("fusion_repairs.group_field").id)]
        contract = self.contract.with_user(self.ann)
        for call in (
            lambda: contract.get_booking_dialog(),
            lambda: contract.explain_time(self.ann.id, "2031-03-17T11:00"),
            lambda: contract.book_time(self.ann.id, utc(MONDAY, 11)),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(self.contract.visit_ids)

    def test_the_dates_follow_the_due_date(self):
        self.assertEqual(self.contract.next_due_date, date(2031, 3, 31))
        facts = dict(self.contract.get_booking_dialog()["facts"])
        self.assertEqual(facts["Due"], "Monday, March 31, 2031")
        slots = self.contract.get_booking_dialog()["slots"]
        last = date(2031, 3, 14) + timedelta(days=21)
        self.assertLessEqual(max(slot["start"][:10] for slot in slots), str(last))
