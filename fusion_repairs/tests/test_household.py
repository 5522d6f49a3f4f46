import importlib.util
from datetime import date, timedelta
from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase

NOW = "2031-03-14 14:00:00"  # Friday, 10:00 in Toronto
DUE = date(2031, 3, 31)


class HouseholdCase(RepairsCase):
    """Clara has a stair lift, an hour for $149.00, and a porch lift, 1.5 hours for $99.00, which is
    due ten days later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", cls.company, install_demo=False
        )
        cls.company.account_sale_tax_id = False
        cls.porch_category = cls.env.ref("fusion_repairs.category_porch_lift")
        cls.porch_category.write(
            {"x_fc_maintenance_enabled": True, "x_fc_maintenance_duration_hours": 1.5}
        )
        cls.porch_lift = cls.new_product(
            "Porch Lift 7", x_fc_repair_category_id=cls.porch_category.id
        )
        cls.stairs = cls.new_contract(x_fc_device_serial="SN-12345")
        cls.porch = cls.new_porch_contract()

    @classmethod
    def new_porch_contract(cls, **values):
        return cls.new_contract(
            **{
                "product_id": cls.porch_lift.id,
                "x_fc_policy_category_id": cls.porch_category.id,
                "x_fc_maintenance_fee": 99,
                "next_due_date": DUE + timedelta(days=10),
                **values,
            }
        )

    def book(self, contracts=None, hour=9):
        """:return: the visits"""
        both = self.stairs | self.porch
        return (both if contracts is None else contracts)._confirm_booking(
            technician_id=self.ann.id, start=utc(MONDAY, hour)
        )

    def new_mails(self, known):
        return self.env["mail.mail"].search([], order="id") - known


@tagged("post_install", "-at_install")
class TestHousehold(HouseholdCase):
    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)

    # -- Who belongs together ---------------------------------------------------------------------

    def test_who_is_done_in_one_visit(self):
        skill = self.env.ref("fusion_tasks.skill_type_service").skill_ids[0]
        skilled = self.porch_category.copy({"code": "x", "x_fc_maintenance_skill_id": skill.id})
        elsewhere = self.new_client("Cottage", parent_id=self.client.id, type="other")
        rows = (
            (True, {"next_due_date": DUE + timedelta(days=30)}),
            (False, {"next_due_date": DUE + timedelta(days=31)}),
            (False, {"partner_id": self.new_client("Nora Neighbour").id}),
            (False, {"x_fc_policy_category_id": skilled.id}),
            (False, {"state": "paused"}),
            (False, {"active": False}),
            (False, {"currency_id": self.env.ref("base.EUR").id}),
        )
        for is_in, values in rows:
            self.porch.active = False
            self.porch = self.new_porch_contract(**values)
            expected = self.stairs | self.porch if is_in else self.stairs
            self.assertEqual(self.stairs._get_household(), expected, values)
            expected = expected if is_in else self.porch
            self.assertEqual(self.porch._get_household(), expected, values)
        self.porch = self.new_porch_contract()
        self.porch.equipment_id.x_fc_site_id = elsewhere
        self.assertEqual(self.stairs._get_household(), self.stairs)
        self.porch.equipment_id.x_fc_site_id = False
        self.assertEqual(self.stairs._get_household(), self.stairs | self.porch)
        self.env["ir.config_parameter"].set_param("fusion_repairs.household_booking", "False")
        self.assertEqual(self.stairs._get_household(), self.stairs)

    def test_every_unit_finds_the_same_group(self):
        """Due on days 0, 10, 25 and 50: the last is too far from the first, though not from the
        third; it joins that one as soon as the others are booked."""
        third, fourth = (
            self.new_porch_contract(next_due_date=DUE + timedelta(days=days)) for days in (25, 50)
        )
        first = self.stairs | self.porch | third
        for contract in first:
            self.assertEqual(contract._get_household(), first)
        self.assertEqual(fourth._get_household(), fourth)
        self.book()
        for contract in third | fourth:
            self.assertEqual(contract._get_household(), third | fourth)
        self.assertEqual(self.stairs._get_household(), self.stairs)

    def test_a_visit_of_four_hours_at_most(self):
        """1 + 1.5 + 1.5 hours are four; one more unit is another visit. One unit is a visit of its
        own however long it takes."""
        third, fourth = self.new_porch_contract(), self.new_porch_contract()
        now = self.stairs | self.porch | third
        self.assertEqual(self.stairs._get_offer(), (now, fourth))
        self.assertEqual(self.stairs._get_page()["later"], "Porch Lift 7")
        self.category.x_fc_maintenance_duration_hours = 8
        self.assertEqual(self.stairs._get_offer(), (self.stairs, self.porch | third | fourth))

    # -- Reminder ---------------------------------------------------------------------------------

    def remind(self, *days_left):
        """:return: number of mails on the days on which there were any"""
        sent = {}
        for left in days_left:
            known = self.env["mail.mail"].search([])
            with freeze_time(f"{DUE - timedelta(days=left)} 15:00:00"):
                self.Contract.cron_send_due_reminders()
            count = len(self.new_mails(known))
            if count:
                sent[left] = count
        return sent

    def only_ours(self):
        (self.Contract.search([]) - self.stairs - self.porch).active = False

    def test_one_reminder_for_all(self):
        self.only_ours()
        known = self.env["mail.mail"].search([])
        days = range(31, -41, -1)
        self.assertEqual(self.remind(*days), {30: 1, 7: 1, 1: 1})
        mail = self.new_mails(known)[0]
        for text in ("Stair Lift 900, Porch Lift 7", "SN-12345", "Monday, March 31, 2031",
                     "Thursday, April 10, 2031", "$149.00 + applicable tax",
                     "$99.00 + applicable tax", "$248.00 + applicable tax",
                     "The first of them is due on Monday, March 31, 2031."):  # fmt: skip
            self.assertIn(text, mail.body_html)
        for contract in self.stairs | self.porch:
            said = "".join(contract.message_ids.mapped("body"))
            self.assertIn("Reminder (30 days) sent to Clara Client.", said)

    def test_the_unit_left_behind_keeps_its_own_reminders(self):
        self.only_ours()
        self.assertEqual(self.remind(31, 30), {30: 1})
        self.assertEqual(self.porch.last_reminder_band, "30")
        with freeze_time("2031-03-03 15:00:00"):  # 38 days before the porch lift is due
            self.book(self.stairs)
        self.assertFalse(self.porch.last_reminder_band)
        self.assertEqual(self.porch._get_household(), self.porch)
        # counted from the stair lift's date: 30, 7 and 1 days before the tenth day after it
        self.assertEqual(self.remind(*range(27, -31, -1)), {20: 1, -3: 1, -9: 1})

    def test_a_band_that_is_its_own_is_not_sent_twice(self):
        self.only_ours()
        self.porch.next_due_date = DUE
        self.assertEqual(self.remind(31, 30), {30: 1})
        with freeze_time("2031-03-03 15:00:00"):
            self.book(self.stairs)
        self.assertEqual(self.porch.last_reminder_band, "30")
        self.assertEqual(self.remind(*range(27, 5, -1)), {7: 1})

    def test_closed_before_the_visit(self):
        self.only_ours()
        self.assertEqual(self.remind(31, 30, 7), {30: 1, 7: 1})
        self.assertEqual(self.porch.last_reminder_band, "7")
        with freeze_time("2031-03-25 15:00:00"):  # 16 days before the porch lift is due
            self.stairs.action_cancel("sold_or_scrapped")
        self.assertEqual(self.porch.last_reminder_band, "30")

    # -- Booking ----------------------------------------------------------------------------------

    def test_one_task_and_a_visit_for_each(self):
        household = self.stairs._get_household()
        known = self.env["mail.mail"].search([])
        slot = household._get_booking_slots()[0]
        self.assertEqual(slot["end"] - slot["start"], timedelta(hours=2.5))
        visits = household._confirm_booking(slot["key"])

        task = visits.technician_task_id
        self.assertEqual(len(task), 1)
        self.assertEqual(task.duration_hours, 2.5)
        self.assertEqual(task.summary, "Maintenance: Stair Lift 900, Porch Lift 7")
        self.assertEqual(visits.contract_id, household)
        self.assertEqual(visits.mapped("x_fc_fee"), [149, 99])
        self.assertEqual(visits.mapped(lambda one: len(one.checklist_line_ids)), [13, 12])
        self.assertEqual(sum(visits.sale_order_id.mapped("amount_untaxed")), 248)
        repairs = visits.repair_order_id
        self.assertEqual(repairs.mapped("x_fc_service_state"), ["scheduled", "scheduled"])
        self.assertEqual(task.x_fc_repair_id, repairs[0])
        self.assertEqual(household.mapped("booking_repair_id"), repairs)
        self.assertEqual(self.porch.create_repair_from_booking(task), repairs[1])
        mail = self.new_mails(known)
        self.assertEqual(len(mail), 1)
        self.assertIn("$248.00 + applicable tax", mail.body_html)
        self.assertIn("Stair Lift 900 (…2345), Porch Lift 7", mail.body_html)
        for contract in household:
            with self.assertRaises(UserError):
                contract._confirm_booking(technician_id=self.bob.id, start=utc(MONDAY, 14))

    def test_a_plan_pays_for_as_many_as_it_has_visits(self):
        subscription = self.new_subscription(visits_total=1)
        page = self.stairs._get_page()
        fees = [unit["fee"] for unit in page["units"]]
        self.assertEqual(fees, ["Included in your plan", "$99.00 + applicable tax"])
        self.assertEqual(page["fee"], "$99.00 + applicable tax")
        visits = self.book()
        self.assertEqual(visits.mapped("x_fc_fee"), [0, 99])
        self.assertEqual(subscription.visits_used, 1)

    # -- Changes ----------------------------------------------------------------------------------

    def test_moved_together(self):
        visits, known = self.book(), self.env["mail.mail"].search([])
        visits[1]._reschedule(technician_id=self.bob.id, start=utc(MONDAY, 14), by_client=True)
        self.assertEqual(visits.technician_task_id.datetime_start, utc(MONDAY, 14))
        self.assertEqual(visits.technician_id, self.bob)
        self.assertEqual(visits.mapped("reschedule_count"), [1, 1])
        self.assertEqual(set(visits.repair_order_id.mapped("schedule_date")), {utc(MONDAY, 14)})
        self.assertEqual(len(self.new_mails(known)), 1)

    def test_moved_on_the_board_is_told_once(self):
        visits = self.book()
        known = self.env["mail.mail"].search([])
        visits.technician_task_id.write(
            {"datetime_start": utc(MONDAY, 13), "datetime_end": utc(MONDAY, 15, 30)}
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE fusion_technician_task SET write_date = '2031-03-14 13:00:00'")
        self.env.invalidate_all()
        self.env["fusion.repair.maintenance.visit"].cron_tell_moved()
        self.env["fusion.repair.maintenance.visit"].cron_tell_moved()
        self.assertEqual(len(self.new_mails(known)), 1)

    def test_tomorrow_is_told_once(self):
        self.book()
        known = self.env["mail.mail"].search([])
        with freeze_time(f"{MONDAY - timedelta(days=1)} 20:00:00"):
            for _run in range(2):
                self.env["fusion.repair.maintenance.visit"].cron_tell_tomorrow()
        self.assertEqual(len(self.new_mails(known)), 1)

    def test_the_client_cancels_all(self):
        visits, known = self.book(), self.env["mail.mail"].search([])
        visits[1]._client_cancel()
        self.assertEqual(visits.technician_task_id.status, "cancelled")
        self.assertEqual(visits.mapped("state"), ["cancelled", "cancelled"])
        self.assertEqual(set(visits.repair_order_id.mapped("state")), {"cancel"})
        self.assertEqual(set(visits.sale_order_id.mapped("state")), {"cancel"})
        mail = self.new_mails(known)
        self.assertEqual(len(mail), 1)
        self.assertIn(b"METHOD:CANCEL", mail.attachment_ids.raw)
        self.assertEqual(self.stairs._get_household(), self.stairs | self.porch)

    def test_an_absence_is_one_call_and_one_fee(self):
        fee = self.new_product("Absence", type="service", list_price=40)
        self.env["ir.config_parameter"].set_param(
            "fusion_repairs.no_show_fee_product_id", str(fee.id)
        )
        visits = self.book()
        visits[0].action_no_show()
        self.assertEqual(visits.mapped("state"), ["no_show", "no_show"])
        self.assertEqual(len((self.stairs | self.porch).activity_ids), 1)
        lines = self.env["sale.order.line"].search([("product_id", "=", fee.id)])
        self.assertEqual(len(lines), 1)

    def test_one_unit_is_taken_off(self):
        visits, known = self.book(), self.env["mail.mail"].search([])
        task = visits.technician_task_id
        self.stairs.action_cancel("sold_or_scrapped")
        self.assertEqual(visits.mapped("state"), ["cancelled", "scheduled"])
        self.assertEqual(visits.mapped(lambda one: one.sale_order_id.state), ["cancel", "draft"])
        self.assertEqual((task.status, task.duration_hours), ("scheduled", 1.5))
        self.assertEqual(task.summary, "Maintenance: Porch Lift 7")
        self.assertEqual(task.x_fc_repair_id, visits[1].repair_order_id)
        called_off, stays = self.new_mails(known)
        self.assertIn("Stair Lift 900", called_off.body_html)
        self.assertFalse(called_off.attachment_ids)
        self.assertIn("$99.00 + applicable tax", stays.body_html)
        self.assertNotIn("Stair Lift 900", stays.body_html)
        task.action_complete()
        self.assertEqual(visits.mapped("state"), ["cancelled", "done"])

    # -- Report and cycle -------------------------------------------------------------------------

    def report(self, visit, **values):
        visit.checklist_line_ids.write({"result": "pass"})
        visit.write({"outcome": "ok", "signature_refused_reason": "Away", **values})
        visit._submit_report()

    def test_each_unit_is_reported_and_rolls_by_itself(self):
        self.porch.write({"interval_months": 12, "x_fc_anchor_date": date(2030, 4, 10)})
        first, second = self.book()
        task = first.technician_task_id
        reports = self.env["fusion.repair.visit.report.wizard"].with_context(
            active_model=task._name, active_id=task.id
        )
        self.assertEqual(reports.new().default_get(["visit_id"])["visit_id"], first.id)
        with self.assertRaises(UserError):
            second._submit_report()
        with freeze_time(f"{MONDAY} 18:00:00"):
            self.report(first)
            self.assertEqual((task.status, first.state), ("in_progress", "done"))
            self.assertEqual(second.state, "in_progress")
            self.assertEqual(first.repair_order_id.state, "done")
            self.assertFalse(first.sale_order_id.invoice_ids)
            self.assertEqual(self.stairs.next_due_date, date(2031, 9, 30))
            self.assertEqual(self.porch.next_due_date, DUE + timedelta(days=10))
            self.assertEqual(reports.new().default_get(["visit_id"])["visit_id"], second.id)
            self.report(second)
        self.assertEqual((task.status, second.state), ("completed", "done"))
        self.assertEqual(self.porch.next_due_date, date(2032, 4, 10))
        self.assertEqual(self.stairs.next_due_date, date(2031, 9, 30))
        invoice = (first | second).sale_order_id.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.amount_untaxed, 248)

    def test_done_on_the_board(self):
        visits = self.book()
        with freeze_time(f"{MONDAY} 18:00:00"):
            visits.technician_task_id.action_complete()
        self.assertEqual(visits.mapped("state"), ["done", "done"])
        self.assertEqual(visits.mapped("rolled_forward"), [True, True])
        self.assertEqual(self.stairs.next_due_date, date(2031, 9, 30))
        self.assertEqual(self.porch.next_due_date, date(2031, 10, 10))
        self.assertEqual(visits.sale_order_id.invoice_ids.amount_untaxed, 248)

    def test_the_last_open_unit_taken_off_ends_the_task(self):
        first, second = self.book()
        with freeze_time(f"{MONDAY} 18:00:00"):
            self.report(first)
            second.action_cancel()
        self.assertEqual((first.state, second.state), ("done", "cancelled"))
        self.assertEqual(first.technician_task_id.status, "completed")

    def test_the_technician_reads_and_reports_all_units(self):
        self.ann.group_ids = [Command.link(self.env.ref("fusion_repairs.group_field").id)]
        visits = self.book()
        for visit in visits.with_user(self.ann):
            self.assertEqual(visit.repair_order_id.partner_id, self.client)
            visit.checklist_line_ids.write({"result": "pass"})
            visit.write({"outcome": "ok", "signature_refused_reason": "Away"})
            visit._submit_report()
        self.assertEqual(visits.mapped("state"), ["done", "done"])
        self.bob.group_ids = [Command.link(self.env.ref("fusion_repairs.group_field").id)]
        with self.assertRaises(AccessError):
            visits[1].with_user(self.bob).repair_order_id.read(["name"])

    def test_the_rule_of_an_older_database_is_renewed(self):
        rule = self.env.ref("fusion_repairs.repair_rule_field")
        own = "[('user_id', '=', user.id)]"
        path = Path(__file__).parent.parent / "migrations" / "19.0.1.5.0" / "pre-repair_rule.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        for before, after in ((script.OLD, script.NEW), (script.NEW, script.NEW), (own, own)):
            rule.domain_force = before
            self.env.flush_all()
            script.migrate(self.env.cr, "19.0.1.4.0")
            self.env.invalidate_all()
            self.assertEqual(rule.domain_force, after)
