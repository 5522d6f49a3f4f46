from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from .. import const
from ..services.stagger import spread
from .common import RepairsCase

TODAY = "2031-03-17 15:00:00"


@tagged("post_install", "-at_install")
class TestSpread(BaseCase):
    def test_evenly_over_the_weeks_and_never_on_weekends(self):
        days = spread(10, date(2031, 3, 17), 2, 10, True)
        self.assertEqual(days[0], date(2031, 3, 17))
        self.assertEqual(days[-1], date(2031, 3, 28))
        self.assertEqual(len(set(days)), 10)
        self.assertFalse([day for day in days if day.weekday() >= 5])

    def test_the_window_grows_when_full(self):
        days = spread(25, date(2031, 3, 17), 1, 3, True)
        self.assertEqual(max(days.count(day) for day in days), 3)
        self.assertEqual(days, sorted(days))
        self.assertGreater(days[-1], date(2031, 3, 21))

    def test_nothing_to_spread(self):
        self.assertEqual(spread(0, date(2031, 3, 17), 8, 10, True), [])


@tagged("post_install", "-at_install")
class TestBackfill(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chair_type = cls.env.ref("fusion_repairs.category_power_wheelchair")
        cls.chair_type.write(
            {"x_fc_maintenance_enabled": True, "x_fc_maintenance_interval_months": 12}
        )
        cls.chair = cls.new_product("Chair 5", x_fc_repair_category_id=cls.chair_type.id)
        cls.rail = cls.new_product("Extra Rail", x_fc_repair_category_id=cls.category.id)

    def sell(self, *products, delivered=True, when=datetime(2026, 1, 10), **values):
        """An order confirmed before this addon was there."""
        order = self.new_order(*products, confirm=False, commitment_date=when, **values)
        order.with_context(fusion_repairs_no_spawn=True).action_confirm()
        if delivered:
            for picking in order.picking_ids:
                picking.move_ids.write({"picked": True})
                for move in picking.move_ids:
                    move.quantity = move.product_uom_qty
                picking.button_validate()
                picking.move_ids.date = when
        return order

    def scan(self, **values):
        wizard = self.env["fusion.repair.maintenance.backfill.wizard"].create(
            {"company_id": self.company.id, **values}
        )
        run = wizard._create_run()
        self.assertEqual((run.state, len(run.line_ids)), ("draft", 0))
        with freeze_time(TODAY):
            self.assertTrue(run._scan())
        return run

    def execute(self, run):
        with freeze_time(TODAY):
            return run.action_execute()

    def found(self, run, order):
        lines = run.line_ids.filtered(lambda one: one.sale_line_id in order.order_line)
        return [(one.action, one.reason) for one in lines.sorted("unit_index")]

    def test_a_scan_makes_no_contract_no_mail_no_activity(self):
        models = ("fusion.repair.maintenance.contract", "mail.mail", "mail.activity")

        def counts():
            return [self.env[model].search_count([]) for model in models]

        self.sell(self.lift, quantity=2)
        before = counts()
        run = self.scan()
        self.assertEqual(counts(), before)
        self.assertEqual((run.state, run.create_count), ("ready", 2))

    def test_units_of_the_line_regime_need_no_serial(self):
        order = self.sell(self.lift, quantity=2)
        run = self.scan()
        self.assertEqual(self.found(run, order), [("create", False)] * 2)
        self.assertEqual(self.execute(run), 2)
        contracts = self.contracts_of(order)
        self.assertEqual(contracts.mapped("x_fc_unit_index"), [1, 2])
        self.assertEqual(set(contracts.mapped("x_fc_source")), {"backfill"})
        self.assertEqual(set(contracts.mapped("state")), {"active"})
        self.assertEqual(set(contracts.mapped("x_fc_maintenance_fee")), {149})
        self.assertEqual(len(contracts.equipment_id), 2)

    def test_units_of_the_serial_regime_need_one_and_the_newest_sale_wins(self):
        without = self.sell(self.chair)
        old = self.sell(self.chair, when=datetime(2025, 5, 1))
        new = self.sell(self.chair, when=datetime(2026, 5, 1), client=self.new_client("Otto"))
        serials = {old.order_line: ["PW-1"], new.order_line: ["pw 1"]}
        empty = {"device_type": False, "delivery_date": False, "service_start": False}
        self.patch(type(old.order_line), "_fc_claims_facts",
                   lambda line: {"serials": serials.get(line, []), **empty})  # fmt: skip
        run = self.scan()
        self.assertEqual(self.found(run, without), [("skip", "missing_serial")])
        self.assertEqual(self.found(run, old), [("skip", "duplicate_serial")])
        self.assertEqual(self.found(run, new), [("create", False)])
        self.execute(run)
        self.assertEqual(self.contracts_of(new).x_fc_serial_key, "PW1")

    def test_why_a_unit_is_left_out(self):
        other = self.env.ref("fusion_repairs.category_ramp")
        ramp = self.new_product("Ramp", x_fc_repair_category_id=other.id)
        plain = self.new_product("Cushion")
        never = self.new_product(
            "Lift Kit", x_fc_repair_category_id=self.category.id, x_fc_maintenance_mode="excluded"
        )
        gone = self.new_client("Greta")
        cases = {
            "accessory": self.sell(self.rail),
            "not_maintainable": self.sell(ramp),
            "no_category": self.sell(plain),
            "not_delivered": self.sell(self.lift, delivered=False),
            "inactive_partner": self.sell(self.lift, client=gone),
        }
        hidden = self.sell(never)
        gone.active = False
        refused = self.sell(self.lift)
        self.new_contract(x_fc_source_sale_line_id=refused.order_line.id).action_cancel(
            "client_request"
        )
        run = self.scan()
        for reason, order in cases.items():
            with self.subTest(reason=reason):
                self.assertEqual(self.found(run, order), [("skip", reason)])
        self.assertEqual(self.found(run, hidden), [])
        self.assertEqual(self.found(run, refused), [("skip", "opted_out")])
        self.assertEqual(self.execute(run), run.contract_count)

        report = run._report()
        self.assertEqual(report["by_reason"]["accessory"], 1)
        self.assertEqual(report["create"] + report["already"] + report["skip"], len(run.line_ids))

    def test_an_accessory_set_to_always_is_enrolled(self):
        order = self.sell(self.rail)
        self.rail.x_fc_maintenance_mode = "enabled"
        self.assertEqual(self.found(self.scan(), order), [("create", False)])

    def test_whole_words_alone_make_an_accessory(self):
        order = self.sell(self.new_product(
            "Handrailing Lift", x_fc_repair_category_id=self.category.id))  # fmt: skip
        self.assertEqual(self.found(self.scan(), order), [("create", False)])

    def test_enrolled_already_by_line_or_serial_even_when_paused(self):
        by_line, by_serial = self.sell(self.lift), self.sell(self.lift)
        self.new_contract(x_fc_source_sale_line_id=by_line.order_line.id).action_pause()
        self.new_contract(x_fc_device_serial="SL-9")
        self.with_serials(by_serial, "sl9")
        run = self.scan()
        self.assertEqual(self.found(run, by_line), [("already", False)])
        self.assertEqual(self.found(run, by_serial), [("already", False)])

    def test_the_first_due_date(self):
        """Due after 31 days keeps its date; others are spread, the oldest first."""
        natural = self.sell(self.lift, when=datetime(2031, 1, 10))
        old = self.sell(self.lift, when=datetime(2026, 1, 10))
        older = self.sell(self.lift, when=datetime(2024, 1, 10))
        run = self.scan(stagger_weeks=2)
        self.execute(run)
        contract = self.contracts_of(natural)
        self.assertEqual(contract.next_due_date, date(2031, 7, 10))
        self.assertEqual(contract.x_fc_anchor_date, date(2031, 1, 10))
        first, second = self.contracts_of(older), self.contracts_of(old)
        self.assertEqual(first.next_due_date, date(2031, 4, 17))
        self.assertEqual(second.next_due_date, date(2031, 4, 24))
        self.assertEqual(first.x_fc_anchor_date, date(2030, 10, 17))

    def test_at_most_so_many_a_day_and_their_mails_too(self):
        for _number in range(3):
            self.sell(self.lift, quantity=4)
        run = self.scan(stagger_weeks=1, max_per_day=2)
        days = run.line_ids.mapped("due_date")
        self.assertEqual(max(days.count(day) for day in days), 2)
        self.assertFalse([day for day in days if day.weekday() >= 5])
        self.assertGreaterEqual(min(days), date(2031, 4, 17))
        weeks = run._report()["per_week"]
        self.assertEqual(sum(week["due"] for week in weeks), 12)
        self.assertEqual(sum(week["first_mails"] for week in weeks), 12)

    def test_the_same_data_give_the_same_answer(self):
        self.sell(self.lift, quantity=3)
        runs = [self.scan(), self.scan()]
        answers = [
            [(one.sale_line_id, one.unit_index, one.due_date) for one in run.line_ids.sorted(
                lambda one: (one.sale_line_id.id, one.unit_index))]
            for run in runs
        ]  # fmt: skip
        self.assertEqual(*answers)

    def test_executing_twice_creates_once(self):
        order = self.sell(self.lift, quantity=2)
        run, twin = self.scan(), self.scan()
        self.assertEqual(self.execute(run), 2)
        self.assertEqual(self.execute(run), 0)
        self.assertEqual(self.execute(twin), 0)
        self.assertEqual(self.found(twin, order), [("already", False)] * 2)
        self.assertEqual(len(self.contracts_of(order)), 2)

    def test_what_a_person_set_survives_a_second_scan(self):
        order = self.sell(self.lift, quantity=2)
        run = self.scan()
        first, second = run.line_ids.sorted("unit_index")
        first.action_leave_out()
        second.due_date = date(2031, 9, 1)
        with freeze_time(TODAY):
            run._scan()
        self.assertEqual(run.line_ids.sorted("unit_index"), first + second)
        self.assertEqual((first.action, second.due_date), ("skip", date(2031, 9, 1)))
        self.assertEqual(self.execute(run), 1)
        self.assertEqual(self.contracts_of(order).next_due_date, date(2031, 9, 1))

    def test_a_type_set_by_hand_is_used(self):
        order = self.sell(self.new_product("Old Lift"))
        run = self.scan()
        self.assertEqual(self.found(run, order), [("skip", "no_category")])
        line = run.line_ids.filtered(lambda one: one.sale_line_id in order.order_line)
        line.category_id = self.category
        with freeze_time(TODAY):
            run._scan()
        self.assertEqual(self.found(run, order), [("create", False)])

    def test_chunks_go_on_where_they_were(self):
        self.patch(const, "BACKFILL_CHUNK", 2)
        for _number in range(5):
            self.sell(self.lift)
        run = self.env["fusion.repair.backfill.run"].create({"company_id": self.company.id})
        with freeze_time(TODAY):
            run._begin_scan()
            self.assertTrue(run._scan_chunk())
            self.assertEqual((run.state, run.scanned_count, run.progress), ("scanning", 2, 40.0))
            run._cron_backfill()  # another process, after the first was killed
            self.assertEqual((run.state, len(run.line_ids)), ("ready", 5))
            run.state = "executing"
            self.assertEqual(run._execute_chunk(), (2, True))
            run.action_pause()
            run._cron_backfill()
            self.assertEqual(run.contract_count, 2)
            run.action_go_on()
            run._cron_backfill()
        self.assertEqual((run.state, run.contract_count), ("done", 5))

    def test_one_bad_line_does_not_stop_the_rest(self):
        orders = [self.sell(self.lift) for _number in range(3)]
        run = self.scan()
        bad = run.line_ids.filtered(lambda one: one.sale_line_id in orders[1].order_line)
        bad.with_context(fusion_repairs_scan=True).fee = -1
        with mute_logger("odoo.addons.fusion_repairs.models.fusion_repair_backfill_run"):
            self.assertEqual(self.execute(run), 2)
        self.assertEqual((bad.action, run.state), ("skip", "done"))

    def test_the_world_went_on_between_scan_and_execute(self):
        archived, kept = self.new_client("Anna"), self.new_client("Karl")
        first = self.sell(self.lift, client=archived)
        second = self.sell(self.lift, client=kept)
        run = self.scan()
        archived.active = False
        self.assertEqual(self.execute(run), 1)
        self.assertEqual(self.found(run, first), [("skip", "inactive_partner")])
        self.assertTrue(self.contracts_of(second))

    def test_many_are_confirmed_by_their_number_and_by_a_manager(self):
        self.patch(const, "BACKFILL_CONFIRM", 1)
        self.sell(self.lift, quantity=2)
        run = self.scan()
        for user in (self.new_user("Olga", "fusion_repairs.group_user"),):
            with self.assertRaises(AccessError):
                run.with_user(user).action_execute()
        with self.assertRaisesRegex(UserError, "2 contracts"):
            self.execute(run)
        self.assertFalse(run.contract_count)
        run.confirm_count = 2
        self.assertEqual(self.execute(run), 2)

    def test_above_the_limit_it_goes_to_the_background(self):
        self.env["ir.config_parameter"].set_param("fusion_repairs.backfill_inline_limit", "0")
        self.sell(self.lift)
        run = self.env["fusion.repair.backfill.run"].create({"company_id": self.company.id})
        run.action_scan()
        self.assertEqual((run.state, len(run.line_ids)), ("scanning", 0))
        run._cron_backfill()
        self.assertEqual((run.state, len(run.line_ids)), ("ready", 1))
        self.assertIn("Stair Lift", run.report_html)

    def test_the_device_type_names_the_type(self):
        order = self.sell(self.new_product("Model X"))
        self.env["fusion.repair.device.type.map"].create(
            {"device_type": "Stair Glide", "category_id": self.category.id}
        )
        self.patch(type(order.order_line), "_fc_claims_facts", lambda line: {
            "serials": [], "device_type": "STAIR GLIDE", "delivery_date": False,
            "service_start": date(2026, 2, 1)})  # fmt: skip
        run = self.scan()
        self.assertEqual(self.found(run, order), [("create", False)])
        self.execute(run)
        self.assertEqual(self.contracts_of(order).x_fc_source, "claims")

    def test_another_company_is_left_alone(self):
        order = self.sell(self.lift)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        run = self.env["fusion.repair.backfill.run"].create({"company_id": other.id})
        run._scan()
        self.assertEqual(self.found(run, order), [])

    def test_the_report_as_tables(self):
        run = self.env["fusion.repair.backfill.run"].create({"company_id": self.company.id})
        self.client.name = "=HYPERLINK(1)"
        run.line_ids = [
            (0, 0, {"action": "create", "product_id": self.lift.id, "partner_id": self.client.id,
                    "category_id": self.category.id, "due_date": date(2031, 5, 5), "fee": 149.5}),
            (0, 0, {"action": "skip", "reason": "returned", "product_id": self.lift.id}),
        ]  # fmt: skip
        action = run.action_export_csv()
        file = self.env["ir.attachment"].search(
            [("res_model", "=", run._name), ("res_id", "=", run.id)]
        )
        self.assertEqual(action["url"], f"/web/content/{file.id}?download=true")
        lines = file.raw.decode("utf-8-sig").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertTrue(any("'=HYPERLINK(1)" in line and "149.50" in line for line in lines))
        self.assertTrue(any("Returned" in line for line in lines))
        run.action_export_xlsx()
        run.action_export_xlsx()
        files = self.env["ir.attachment"].search(
            [("res_model", "=", run._name), ("res_id", "=", run.id)]
        )
        self.assertEqual(len(files), 2)

    def test_how_long_a_run_still_takes(self):
        run = self.env["fusion.repair.backfill.run"].create({"company_id": self.company.id})
        with freeze_time("2031-03-17 15:00:00"):
            run.write({"state": "scanning", "total_count": 4000, "scanned_count": 0})
            self.assertEqual(run.minutes_left, 0)
        with freeze_time("2031-03-17 15:05:00"):
            run.write({"scanned_count": 1000})
            run.invalidate_recordset(["minutes_left"])
            self.assertEqual(run.minutes_left, 15)
