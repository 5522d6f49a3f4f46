from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_tasks.exceptions import SlotUnavailable
from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase

NOW = "2031-03-14 14:00:00"  # Friday, 10:00 in Toronto


@tagged("post_install", "-at_install")
class TestBooking(RepairsCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)
        self.contract = self.new_contract()

    def book(self, contract=None, hour=10, technician=None, **values):
        return (contract or self.contract)._confirm_booking(
            technician_id=(technician or self.ann).id, start=utc(MONDAY, hour), **values
        )

    def assertRefused(self, reason, work):
        counted = ("fusion.technician.task", "fusion.repair.maintenance.visit", "repair.order",
                   "sale.order", "mail.mail")  # fmt: skip
        before = [self.env[name].search_count([]) for name in counted]
        with self.assertRaises(SlotUnavailable) as caught, self.env.cr.savepoint():
            work()
        self.assertEqual(caught.exception.reason, reason)
        self.assertEqual([self.env[name].search_count([]) for name in counted], before)

    def test_openings_are_real(self):
        self.new_task(self.ann, 8, 9.0)
        self.new_task(self.bob, 8, 4.0)
        slots = [slot for slot in self.contract._get_booking_slots() if slot["date"] == MONDAY]
        self.assertTrue(slots)
        self.assertEqual({slot["technician_id"] for slot in slots}, {self.bob.id})
        self.assertGreaterEqual(min(slot["start"] for slot in slots), utc(MONDAY, 13))
        label = slots[0]["label"].replace("\u202f", " ")
        self.assertRegex(label, r"^Monday, March 17, \d+:\d\d( PM)?–\d+:\d\d PM arrival$")

    def test_openings_begin_after_the_lead_time(self):
        first = self.contract._get_booking_slots()[0]["start"]
        self.assertGreaterEqual(first, datetime.fromisoformat(NOW) + timedelta(hours=24))
        soon = self.contract._get_booking_slots(not_before=datetime.fromisoformat(NOW))
        self.assertEqual(soon[0]["start"].date().isoformat(), "2031-03-14")

    def test_the_skill_decides(self):
        skill = self.env.ref("fusion_tasks.skill_type_service").skill_ids[0]
        self.category.x_fc_maintenance_skill_id = skill
        self.assertFalse(self.contract._candidate_technicians())
        self.assertFalse(self.contract._get_booking_slots())
        self.bob.x_fc_repair_skills = skill
        self.assertEqual(self.contract._candidate_technicians(), self.bob)
        found = {slot["technician_id"] for slot in self.contract._get_booking_slots()}
        self.assertEqual(found, {self.bob.id})

    def test_the_preferred_technician_comes_first(self):
        self.contract.x_fc_preferred_technician_id = self.bob
        found = {slot["technician_id"] for slot in self.contract._get_booking_slots()}
        self.assertEqual(found, {self.bob.id})

    def test_booking_makes_everything(self):
        slot = self.contract._get_booking_slots()[0]
        visit = self.contract._confirm_booking(slot["key"], phone="555 0199", note="Two dogs")

        task, repair, order = visit.technician_task_id, visit.repair_order_id, visit.sale_order_id
        self.assertEqual((visit.state, visit.booked_via), ("scheduled", "client_portal"))
        self.assertEqual(visit.x_fc_fee, 149)
        self.assertEqual(len(visit.checklist_line_ids), 13)
        self.assertEqual(visit.visit_date, task.scheduled_date)
        self.assertEqual((task.status, task.task_type), ("scheduled", "maintenance"))
        self.assertEqual(task.datetime_start, slot["start"])
        self.assertEqual(task.technician_id.id, slot["technician_id"])
        self.assertEqual((task.contact_phone, task.access_notes), ("555 0199", "Two dogs"))
        self.assertTrue(task.calendar_event_id)
        self.assertEqual((repair.state, repair.x_fc_repair_type), ("confirmed", "maintenance"))
        self.assertEqual(repair.x_fc_intake_source, "client_portal")
        self.assertEqual(repair.picking_type_id.sequence_code, "FR")
        self.assertEqual(repair.x_fc_equipment_id, self.contract.equipment_id)
        self.assertEqual(repair.x_fc_task_ids, task)
        self.assertEqual((order.state, order.amount_untaxed), ("draft", 149))
        self.assertEqual(order.repair_order_ids, repair)
        self.assertEqual(self.contract.open_visit_id, visit)
        self.assertEqual(self.contract.booking_repair_id, repair)
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.email_to, "clara@example.com")
        self.assertIn("/repairs/maintenance/visit/", mail.body_html)
        self.assertIn(b"METHOD:REQUEST", mail.attachment_ids.raw)
        self.assertEqual(self.contract.create_repair_from_booking(task), repair)

    def test_without_an_address_a_visit_is_booked_and_the_office_told(self):
        self.client.write({"street": False, "partner_latitude": 0, "partner_longitude": 0})
        slots = self.contract._get_booking_slots()
        self.assertEqual(slots[0]["travel_before"], 30)
        visit = self.contract._confirm_booking(slots[0]["key"])
        self.assertEqual(visit.state, "scheduled")
        self.assertEqual(
            self.contract.activity_ids.mapped("summary"), ["The client's address is incomplete"]
        )

    def test_one_visit_per_contract(self):
        visit = self.book()
        with self.assertRaises(UserError):
            self.book(hour=14)
        self.assertEqual(self.contract.visit_ids, visit)

    def test_two_clients_and_one_slot(self):
        other = self.new_contract()
        self.book()
        self.assertRefused("overlap", lambda: self.book(other))
        self.assertFalse(other.open_visit_id)

    def test_keys_are_checked(self):
        key = self.contract._get_booking_slots()[0]["key"]
        other = self.new_contract()
        for bad in ("", "x", key[:-3], key + "A"):
            self.assertRefused("outside_hours", lambda bad=bad: self.contract._confirm_booking(bad))
        self.assertRefused("outside_hours", lambda: other._confirm_booking(key))
        with freeze_time("2031-03-14 16:00:01"):
            self.assertRefused("past", lambda: self.contract._confirm_booking(key))

    def test_the_lead_time_holds_for_clients_only(self):
        start = utc(MONDAY, 10) - timedelta(days=3)  # today, 10:00
        with self.assertRaises(SlotUnavailable) as caught:
            self.contract._confirm_booking(
                technician_id=self.ann.id, start=start + timedelta(hours=3)
            )
        self.assertEqual(caught.exception.reason, "lead_time")
        visit = self.contract._confirm_booking(
            technician_id=self.ann.id, start=start + timedelta(hours=3), source="phone"
        )
        self.assertEqual(visit.booked_via, "office")

    def test_links(self):
        resolve = self.Contract._resolve_booking_token
        token, second = (self.contract._issue_booking_token() for _number in range(2))
        self.assertEqual(resolve(token), (self.contract, "ok"))
        self.assertEqual(resolve(second), (self.contract, "ok"))
        for bad in ("", "x", token[:-1], "x" * 10000, "a\0b"):
            self.assertEqual(resolve(bad), (self.Contract, "unknown"))
        visit = self.book()
        self.assertEqual(resolve(token)[1], "booked")
        visit.action_cancel()
        self.assertEqual(resolve(token)[1], "ok")
        self.contract.roll_next_due_date()
        self.assertEqual(resolve(token)[1], "expired")
        self.contract.action_pause()
        self.assertEqual(resolve(token)[1], "inactive")
        stored = self.env["fusion.access.token"].search([("res_model", "=", self.contract._name)])
        self.assertFalse(any(stored.mapped("use_count")))

    def test_a_tracked_unit_without_a_lot(self):
        self.lift.write({"is_storable": True, "tracking": "serial"})
        visit = self.book()
        self.assertFalse(visit.repair_order_id.product_id)
        visit.technician_task_id.action_complete()
        self.assertEqual(visit.repair_order_id.state, "done")

    def test_a_call_is_asked_for_once(self):
        first = self.contract._request_callback("no_time", phone="555", note="mornings <b>")
        self.assertEqual(self.contract._request_callback("again"), first)
        self.assertIn("mornings &lt;b&gt;", first.note)
        self.assertIn("again", first.note)

    def test_cancelling_frees_everything(self):
        visit = self.book()
        cycle = self.contract.booking_cycle
        visit.action_cancel("Ill")
        self.assertEqual(visit.state, "cancelled")
        self.assertEqual(visit.technician_task_id.status, "cancelled")
        self.assertEqual(visit.repair_order_id.state, "cancel")
        self.assertEqual(visit.sale_order_id.state, "cancel")
        self.assertFalse(self.contract.open_visit_id)
        self.assertFalse(self.contract.booking_repair_id)
        self.assertEqual(self.contract.booking_cycle, cycle)
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn(b"METHOD:CANCEL", mail.attachment_ids.raw)
        self.assertNotEqual(self.book(), visit)

    def test_the_client_moves_three_times(self):
        visit = self.book()
        before = visit.technician_task_id._get_ics()
        for number, hour in enumerate((13, 14, 15), 1):
            visit._reschedule(technician_id=self.bob.id, start=utc(MONDAY, hour), by_client=True)
            self.assertEqual(visit.reschedule_count, number)
        self.assertEqual(visit.technician_task_id.datetime_start, utc(MONDAY, 15))
        self.assertEqual(visit.technician_id, self.bob)
        self.assertEqual(visit.repair_order_id.schedule_date, utc(MONDAY, 15))
        self.assertNotEqual(visit.technician_task_id._get_ics(), before)
        with self.assertRaises(UserError):
            visit._reschedule(technician_id=self.ann.id, start=utc(MONDAY, 10), by_client=True)
        visit._reschedule(technician_id=self.ann.id, start=utc(MONDAY, 10))
        self.assertEqual(visit.reschedule_count, 3)

    def test_the_cut_off(self):
        visit = self.book()
        with freeze_time(utc(MONDAY, 10) - timedelta(hours=23)):
            with self.assertRaises(UserError):
                visit._client_cancel()
            with self.assertRaises(UserError):
                visit._reschedule(technician_id=self.ann.id, start=utc(MONDAY, 15), by_client=True)
        self.assertEqual(visit.state, "scheduled")
        visit._client_cancel()
        self.assertEqual(visit.state, "cancelled")

    def test_a_leave_after_the_booking_is_the_offices_to_solve(self):
        dispatcher = self.new_user("Dina", "fusion_tasks.group_dispatcher")
        visit = self.book()
        known = self.env["mail.mail"].search([])
        self.env["resource.calendar.leaves"].create(
            {"resource_id": self.ann.employee_ids.resource_id.id, "calendar_id": self.calendar.id,
             "date_from": utc(MONDAY, 8), "date_to": utc(MONDAY, 17)}
        )  # fmt: skip
        task = visit.technician_task_id
        self.assertEqual((visit.state, task.status), ("scheduled", "scheduled"))
        self.assertEqual(task.activity_ids.user_id, dispatcher)
        told = (self.env["mail.mail"].search([]) - known).mapped("email_to")
        self.assertNotIn("clara@example.com", str(told), "the client hears it from staff")

    def test_a_mail_server_that_is_down_loses_no_booking(self):
        self.env["ir.mail_server"].search([], limit=100).active = False
        self.env["ir.mail_server"].create(
            {"name": "Down", "smtp_host": "127.0.0.1", "smtp_port": 9}
        )
        known = self.env["mail.mail"].search([])
        visit = self.book()
        mail = self.env["mail.mail"].search([]) - known
        self.assertEqual(mail.state, "outgoing")
        servers = type(self.env["ir.mail_server"])
        with (
            patch.object(servers, "_disable_send", classmethod(lambda _servers: False)),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            mail.send(auto_commit=False)
        self.assertEqual(mail.exists().state, "exception")
        self.assertEqual(visit.state, "scheduled")

    def test_an_absent_client_is_called(self):
        visit = self.book()
        visit.technician_task_id.action_no_show()
        self.assertEqual(visit.state, "no_show")
        self.assertTrue(self.contract.activity_ids)
        self.assertFalse(self.contract.open_visit_id)

    def test_a_finished_task_rolls_once(self):
        visit = self.book()
        cycle = self.contract.booking_cycle
        with freeze_time("2031-03-17 15:30:00"):
            visit.technician_task_id.action_complete()
        self.assertEqual(visit.state, "done")
        self.assertTrue(visit.rolled_forward)
        self.assertEqual(visit.repair_order_id.state, "done")
        self.assertEqual(self.contract.next_due_date.isoformat(), "2031-09-30")
        self.assertEqual(self.contract.last_service_date.isoformat(), "2031-03-17")
        self.assertNotEqual(self.contract.booking_cycle, cycle)
        self.assertFalse(self.contract.open_visit_id)
        visit.technician_task_id.action_start()
        self.assertEqual(visit.state, "in_progress")
        visit.technician_task_id.action_complete()
        self.assertEqual(visit.state, "done")
        self.assertEqual(self.contract.next_due_date.isoformat(), "2031-09-30")

    def test_a_task_linked_by_hand(self):
        task = self.new_task(self.ann, 9, task_type="maintenance",
                             x_fc_maintenance_contract_id=self.contract.id)  # fmt: skip
        task.action_complete()
        self.assertEqual(self.contract.visit_ids.state, "done")
        self.assertEqual(self.contract.next_due_date.isoformat(), "2031-09-30")

    def test_the_day_before_the_client_is_told_once(self):
        contract = self.new_contract()
        with freeze_time("2031-03-12 14:00:00"):
            visit = contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, 10))
        known = self.env["mail.mail"].search([])
        visits = self.env["fusion.repair.maintenance.visit"]
        with freeze_time("2031-03-16 18:59:00"):  # 14:59 in Toronto
            visits.cron_tell_tomorrow()
        self.assertEqual(self.env["mail.mail"].search([]), known)
        with freeze_time("2031-03-16 19:00:00"):
            visits.cron_tell_tomorrow()
            visits.cron_tell_tomorrow()
        mail = self.env["mail.mail"].search([]) - known
        self.assertEqual(mail.subject, "We come tomorrow")
        self.assertIn("/repairs/maintenance/visit/", mail.body_html)
        self.assertEqual(visit.told_for, MONDAY)

    def test_an_absent_client_gets_a_draft_of_the_fee(self):
        product = self.new_product("Missed visit", type="service", list_price=45)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("fusion_repairs.no_show_fee_product_id", str(product.id))
        contract = self.new_contract()
        with freeze_time("2031-03-12 14:00:00"):
            visit = contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, 10))
        with freeze_time("2031-03-17 14:30:00"):
            visit.action_no_show()
        order = self.env["sale.order"].search([("origin", "=", visit.name)])
        self.assertEqual((order.state, order.amount_untaxed), ("draft", 45))
        self.assertIn(order.name, str(contract.activity_ids.mapped("note")))

    def test_staff_moves_are_told_once_when_it_is_quiet(self):
        contract = self.new_contract()
        with freeze_time("2031-03-12 14:00:00"):
            visit = contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, 10))
        known = self.env["mail.mail"].search([])
        task = visit.technician_task_id

        def move(hour, moment):
            start = utc(MONDAY, hour)
            task.write({"datetime_start": start, "datetime_end": start + timedelta(hours=1)})
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE fusion_technician_task SET write_date = %s WHERE id = %s", (moment, task.id)
            )

        def tell(moment):
            with freeze_time(moment):
                visit.cron_tell_moved()
            return self.env["mail.mail"].search([]) - known

        self.assertFalse(tell("2031-03-14 14:00:00"))
        move(11, "2031-03-14 14:00:00")
        move(13, "2031-03-14 14:04:00")
        self.assertFalse(tell("2031-03-14 14:13:00"))
        mail = tell("2031-03-14 14:14:00")
        self.assertEqual(mail.subject, "Your maintenance visit has a new time")
        self.assertIn("1:00", mail.body_html)
        self.assertEqual(tell("2031-03-14 15:00:00"), mail)

    def test_contracts_of_an_archived_client_pause(self):
        contract, other = self.new_contract(), self.new_contract(state="draft")
        self.client.active = False
        self.assertEqual((contract.state, other.state), ("paused", "draft"))
