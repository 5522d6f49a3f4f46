from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestEnrolment(RepairsCase):
    def test_a_sale_makes_one_contract_per_unit(self):
        order = self.new_order(self.lift, quantity=2)

        contracts = self.contracts_of(order)
        self.assertEqual(contracts.mapped("x_fc_unit_index"), [1, 2])
        for contract in contracts:
            self.assertEqual(contract.partner_id, self.client)
            self.assertEqual(contract.product_id, self.lift)
            self.assertEqual(contract.interval_months, 6)
            self.assertEqual(contract.x_fc_maintenance_fee, 149)
            self.assertEqual(contract.x_fc_anchor_date, date(2026, 1, 10))
            self.assertEqual(contract.next_due_date, date(2026, 7, 10))
            self.assertEqual(contract.state, "active")
            self.assertEqual(contract.x_fc_source, "sale")
            self.assertEqual(contract.x_fc_policy_category_id, self.category)
            self.assertTrue(contract.name.startswith("MC/"))
        self.assertEqual(len(contracts.equipment_id), 2)
        unit = contracts[1].equipment_id
        self.assertTrue(unit.x_fc_is_client_unit)
        self.assertEqual(unit.x_fc_client_id, self.client)
        self.assertEqual(unit.x_fc_unit_index, 2)
        self.assertEqual(len(set(contracts.equipment_id.mapped("x_fc_qr_code"))), 2)

    def test_again_creates_nothing(self):
        order = self.new_order(self.lift, quantity=2)
        before = self.contracts_of(order)

        self.assertFalse(order._spawn_maintenance_contracts())
        self.assertEqual(self.contracts_of(order), before)
        order.order_line.product_uom_qty = 3
        self.assertEqual(order._spawn_maintenance_contracts().x_fc_unit_index, 3)

    def test_what_is_not_maintained(self):
        self.category.x_fc_maintenance_enabled = False
        plain = self.new_product("Cushion")
        rail = self.new_product(
            "Rail", x_fc_repair_category_id=self.category.id, x_fc_maintenance_mode="excluded"
        )
        self.assertFalse(self.contracts_of(self.new_order(self.lift, plain)))
        self.category.x_fc_maintenance_enabled = True
        order = self.new_order(rail, self.lift, confirm=False)
        order.order_line = [Command.create({"display_type": "line_note", "name": "Ramp too"})]
        self.assertFalse(order._spawn_maintenance_contracts())
        order.action_confirm()
        self.assertEqual(self.contracts_of(order).product_id, self.lift)

    def test_a_product_of_its_own_cadence(self):
        self.lift.write({"x_fc_maintenance_interval_months": 3, "x_fc_maintenance_fee": 199})
        contract = self.contracts_of(self.new_order(self.lift))
        self.assertEqual(contract.next_due_date, date(2026, 4, 10))
        self.assertEqual(contract.x_fc_maintenance_fee, 199)
        plain = self.new_product("Walker", x_fc_maintenance_interval_months=12)
        contract = self.contracts_of(self.new_order(plain))
        self.assertEqual((contract.interval_months, contract.x_fc_maintenance_fee), (12, 0))

    def test_where_the_cadence_begins(self):
        order = self.new_order(self.lift, commitment_date=datetime(2026, 1, 11, 3, 30))
        self.assertEqual(self.contracts_of(order).x_fc_anchor_date, date(2026, 1, 10))
        with freeze_time("2026-05-02 02:00:00"):
            order = self.new_order(self.lift, commitment_date=False)
        self.assertEqual(self.contracts_of(order).x_fc_anchor_date, date(2026, 5, 1))

    def test_a_month_end(self):
        order = self.new_order(self.lift, commitment_date=datetime(2026, 8, 31))
        self.assertEqual(self.contracts_of(order).next_due_date, date(2027, 2, 28))

    def test_serials_are_units(self):
        order = self.with_serials(self.new_order(self.lift, confirm=False), "SN-1", "sn 2")
        order.action_confirm()
        contracts = self.contracts_of(order)
        self.assertEqual(contracts.mapped("x_fc_device_serial"), ["SN-1", "sn 2"])
        self.assertEqual(contracts.mapped("x_fc_serial_key"), ["SN1", "SN2"])
        self.assertEqual(contracts.equipment_id.mapped("serial_no"), ["SN-1", "sn 2"])

    def test_a_contract_without_a_sale_learns_its_line(self):
        by_hand = self.new_contract(x_fc_device_serial="sn123")
        order = self.with_serials(self.new_order(self.lift, confirm=False), "SN-123")
        order.action_confirm()
        self.assertFalse(self.contracts_of(order))
        self.assertEqual(by_hand.x_fc_source_sale_line_id, order.order_line)
        self.assertEqual(by_hand.x_fc_unit_index, 1)

    def test_a_used_unit_sold_again_asks_first(self):
        old = self.new_contract(x_fc_device_serial="SN-9")
        unit = old.equipment_id
        buyer = self.new_client("Boris Buyer")
        order = self.with_serials(self.new_order(self.lift, client=buyer, confirm=False), "SN9")
        order.action_confirm()

        contract = self.contracts_of(order)
        self.assertEqual((contract.state, contract.x_fc_device_serial), ("draft", False))
        self.assertEqual(contract.activity_ids.summary, "Unit changed owner?")
        self.assertEqual(old.state, "active")

        contract.action_take_over()

        self.assertEqual((old.state, old.x_fc_cancel_reason), ("cancelled", "sold_or_scrapped"))
        self.assertEqual((contract.state, contract.x_fc_device_serial), ("active", "SN-9"))
        self.assertEqual(contract.equipment_id, unit)
        self.assertEqual(unit.x_fc_client_id, buyer)

    def test_one_number_of_two_manufacturers(self):
        self.new_contract(x_fc_device_serial="SN-9")
        other = self.new_product("Other Lift", x_fc_repair_category_id=self.category.id)
        buyer = self.new_client("Boris Buyer")
        order = self.with_serials(self.new_order(other, client=buyer, confirm=False), "SN9")
        order.action_confirm()
        contract = self.contracts_of(order)
        self.assertEqual((contract.state, contract.x_fc_device_serial), ("active", False))
        self.assertEqual(contract.activity_ids.summary, "Same serial")

    def test_who_said_no_is_not_asked_again(self):
        order = self.new_order(self.lift)
        self.contracts_of(order).action_cancel("client_request")
        self.assertFalse(order._spawn_maintenance_contracts())
        self.contracts_of(order).write({"state": "paused", "x_fc_cancel_reason": False})
        self.assertFalse(order._spawn_maintenance_contracts())

    def test_a_cancelled_sale_comes_back(self):
        order = self.new_order(self.lift, quantity=2)
        contracts = self.contracts_of(order)
        contracts[1].action_pause()
        order._action_cancel()
        self.assertEqual(set(contracts.mapped("state")), {"cancelled"})
        self.assertEqual(set(contracts.mapped("x_fc_cancel_reason")), {"sale_cancelled"})

        order.action_draft()
        order.action_confirm()

        self.assertEqual(contracts.mapped("state"), ["active", "paused"])
        self.assertEqual(self.contracts_of(order), contracts)

    def test_a_wholesale_line(self):
        order = self.new_order(self.lift, quantity=10000)
        contract = self.contracts_of(order)
        self.assertEqual(len(contract), 1)
        self.assertTrue(contract.activity_ids)

    def test_a_fault_never_stops_the_sale(self):
        good = self.new_product("Good", x_fc_repair_category_id=self.category.id)
        bad, real = self.lift, type(self.env["sale.order"])._fc_prepare_contract_values

        def prepare(order, unit, policy):
            if unit["line"].product_id == bad:
                raise ValueError("broken")
            return real(order, unit, policy)

        order = self.new_order(good, bad, confirm=False)
        with mute_logger("odoo.addons.fusion_repairs.models.sale_order"):
            with self.subTest():
                self.patch(type(order), "_fc_prepare_contract_values", prepare)
                order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.contracts_of(order).product_id, good)
        self.assertIn("No maintenance contract", order.message_ids[0].body)

        self.patch(type(order), "_fc_prepare_contract_values", real)
        order.date_order = datetime.now()  # noqa: DTZ005
        found = self.env["sale.order"].cron_enrol_missed()
        self.assertEqual(found["failed"], 0)
        self.assertEqual(self.contracts_of(order).product_id, good + bad)

    def test_an_import_is_left_alone(self):
        order = self.new_order(self.lift, confirm=False)
        order.with_context(fusion_repairs_no_spawn=True).action_confirm()
        self.assertFalse(self.contracts_of(order))

    def test_the_delivery_moves_the_dates(self):
        lot = self.env["stock.lot"].create({"name": "LOT-7", "product_id": self.lift.id})
        self.lift.write({"is_storable": True, "tracking": "serial"})
        order = self.new_order(self.lift)
        contract = self.contracts_of(order)
        picking = order.picking_ids
        warehouse = picking.picking_type_id.warehouse_id
        self.env["stock.quant"]._update_available_quantity(
            self.lift, warehouse.lot_stock_id, 1, lot_id=lot
        )
        picking.action_assign()
        picking.move_ids.picked = True
        with freeze_time("2026-02-03 15:00:00"):
            picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(contract.x_fc_anchor_date, date(2026, 2, 3))
        self.assertEqual(contract.next_due_date, date(2026, 8, 3))
        self.assertEqual(contract.x_fc_device_serial, "LOT-7")
        self.assertEqual(contract.equipment_id.x_fc_serial_key, "LOT7")

    def test_a_hundred_lines_cost_little_more_than_ten(self):
        products = [
            self.new_product(f"Lift {number}", x_fc_repair_category_id=self.category.id)
            for number in range(100)
        ]
        counts = []
        for number in (10, 10, 100):
            order = self.new_order(*products[:number], confirm=False)
            order.with_context(fusion_repairs_no_spawn=True).action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._spawn_maintenance_contracts()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(self.contracts_of(order)), number)
        self.assertLessEqual(counts[2] - counts[1], 40)
