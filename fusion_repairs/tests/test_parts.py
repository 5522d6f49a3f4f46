from datetime import datetime

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestParts(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Lift Parts Inc."})
        sellers = [Command.create({"partner_id": cls.vendor.id, "price": 40})]
        cls.battery, cls.motor = (
            cls.new_product(name, is_storable=True, seller_ids=sellers)
            for name in ("Battery", "Motor")
        )
        cls.nobody = cls.new_product("Rare Gear", is_storable=True)

    def new_job_with(self, *parts):
        job = self.new_job()
        job.move_ids = [
            Command.create(
                {"product_id": part.id, "product_uom_qty": count, "repair_line_type": "add"}
            )
            for part, count in parts
        ]
        return job

    def orders(self, job):
        return job.move_ids.created_purchase_line_ids.order_id

    def receive(self, order):
        for move in order.picking_ids.filtered(lambda one: one.state != "done").move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        order.picking_ids.filtered(lambda one: one.state != "done").button_validate()

    def test_from_the_shortage_to_the_visit(self):
        known = self.env["mail.mail"].search([])
        job = self.new_job_with((self.battery, 2), (self.motor, 1))
        job.action_order_missing_parts()

        order = self.orders(job)
        self.assertEqual((order.partner_id, order.state), (self.vendor, "draft"))
        self.assertEqual(order.order_line.mapped("product_qty"), [2, 1])
        self.assertEqual(order.order_line.mapped("price_unit"), [40, 40])
        self.assertEqual((job.x_fc_parts_state, job.x_fc_service_state), ("ordered", "parts"))
        with self.assertRaises(UserError):
            job.action_order_missing_parts()
        self.assertEqual(len(order.order_line), 2)

        order.button_confirm()
        self.receive(order)
        self.assertEqual(job.move_ids.mapped("quantity"), [2, 1])
        self.assertEqual((job.x_fc_parts_state, job.x_fc_service_state), ("ready", "to_schedule"))
        self.assertEqual(
            job.activity_ids.activity_type_id,
            self.env.ref("fusion_repairs.mail_activity_schedule"),
        )
        mail = (self.env["mail.mail"].search([]) - known).filtered(
            lambda one: "parts for your repair" in (one.subject or "")
        )
        self.assertEqual(mail.email_to, "clara@example.com")
        self.assertIn("Battery, Motor", mail.body_html)

    def test_a_vendor_who_comes_later_is_told_to_the_office(self):
        job = self.new_job_with((self.battery, 1))
        job.action_order_missing_parts()
        order = self.orders(job)
        order.order_line.date_planned = datetime(2031, 3, 18, 16)
        self.assertFalse(job.activity_ids, "a draft promises nothing")
        order.button_confirm()
        order.date_planned = datetime(2031, 3, 17, 16)
        order.order_line.date_planned = datetime(2031, 3, 18, 1)  # in Toronto still March 17
        self.assertFalse(job.activity_ids)
        order.order_line.date_planned = datetime(2031, 3, 20, 16)
        note = job.activity_ids
        self.assertEqual(note.summary, f"The part comes later: {job.name}")
        self.assertIn("brings Battery on 03/20/2031, not on 03/17/2031", note.note)

    def test_an_open_draft_of_the_vendor_is_used(self):
        first, second = self.new_job_with((self.battery, 1)), self.new_job_with((self.motor, 1))
        first.action_order_missing_parts()
        second.action_order_missing_parts()
        self.assertEqual(self.orders(first), self.orders(second))
        self.assertEqual(self.orders(first).origin, f"{first.name}, {second.name}")

    def test_a_part_without_a_vendor_is_named_and_the_rest_goes_on(self):
        job = self.new_job_with((self.battery, 1), (self.nobody, 1))
        job.action_order_missing_parts()
        self.assertEqual(self.orders(job).order_line.product_id, self.battery)
        self.assertIn("Rare Gear", "".join(job.message_ids.mapped("body")))
        self.assertEqual(job.x_fc_parts_state, "to_order")
        with self.assertRaisesRegex(UserError, "Rare Gear"):
            job.action_order_missing_parts()

    def test_a_vendor_who_is_archived_gets_no_order(self):
        gone = self.env["res.partner"].create({"name": "Gone Ltd.", "active": False})
        self.motor.seller_ids.partner_id = gone
        job = self.new_job_with((self.battery, 1), (self.motor, 1))
        job.action_order_missing_parts()
        self.assertEqual(self.orders(job).partner_id, self.vendor)
        self.assertEqual(self.orders(job).order_line.product_id, self.battery)
        self.assertIn("Motor", "".join(job.message_ids.mapped("body")))

    def test_what_is_in_stock_is_not_ordered(self):
        stock = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        self.env["stock.quant"]._update_available_quantity(self.battery, stock.lot_stock_id, 5)
        job = self.new_job_with((self.battery, 2))
        with self.assertRaises(UserError):
            job.action_order_missing_parts()
        self.assertFalse(self.orders(job))

    def test_a_cancelled_order_is_short_again(self):
        job = self.new_job_with((self.battery, 1))
        job.action_order_missing_parts()
        self.orders(job).button_cancel()
        self.assertEqual(job.x_fc_parts_state, "to_order")
        job.action_order_missing_parts()
        self.assertEqual(job.x_fc_parts_state, "ordered")

    def test_the_office_needs_no_right_to_buy(self):
        office = self.new_user("Olga", "fusion_repairs.group_user")
        job = self.new_job_with((self.battery, 1))
        job.with_user(office).action_order_missing_parts()
        self.assertEqual(self.orders(job).state, "draft")
