from odoo.fields import Command
from odoo.tests import tagged

from .. import const
from .common import RepairsCase
from .device import DeviceCase


@tagged("post_install", "-at_install")
class TestOfficeBrowser(RepairsCase, DeviceCase):
    """What the office, a stranger and the technician do with a job, screen by screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", cls.company, install_demo=False
        )
        cls.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": cls.company.id}
        )
        cls.company.account_sale_tax_id = False
        cls.olga = cls.new_user("Olga", "fusion_repairs.group_user", password="tasks_olga")
        cls.ann.write(
            {
                "password": cls.ann.login,
                "group_ids": [Command.link(cls.env.ref("fusion_repairs.group_field").id)],
            }
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Lift Parts Inc."})
        sellers = [Command.create({"partner_id": cls.vendor.id, "price": 40})]
        cls.battery = cls.new_product(
            "Battery", is_storable=True, list_price=80, seller_ids=sellers
        )
        cls.Repair = cls.env["repair.order"]

    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.patch(const, "REQUESTS_PER_ADDRESS", (1000, 3600))

    def test_the_office_takes_a_call(self):
        known, kind = self.Repair.search([], limit=1000), self.category.name
        self.as_desktop()
        with self.device("tasks_olga") as desk:
            desk.open("/odoo/action-fusion_repairs.action_intake/new")
            desk.fill(".o_field_widget[name=search_text] input", "clara@example.com")
            desk.see("Clara Client", ".o_field_widget[name=found_partner_ids]")
            desk.choose("category_id", kind)
            desk.see("Nothing yet", ".o_fusion_repairs_history")
            desk.fill(".o_field_widget[name=problem] textarea", "It stops half way.")
            first = ".o_field_widget[name=answer_ids] .o_data_row:first-child"
            desk.write_cell(f"{first} td[name=value]", "no")
            desk.click("button[name=action_create_repair]")
            desk.wait("Boolean(document.querySelector('.o_field_widget[name=x_fc_service_state]'))")
        job = self.Repair.search([("id", "not in", known.ids)])
        self.assertEqual((job.partner_id, job.x_fc_category_id), (self.client, self.category))
        self.assertEqual((job.x_fc_intake_source, job.x_fc_service_state), ("phone", "new"))
        self.assertEqual(job.x_fc_problem, "It stops half way.")

    def test_a_stranger_reports_on_a_phone(self):
        known, kind = self.Repair.search([], limit=1000), self.category.name
        self.as_phone()
        with self.device() as phone:
            phone.open("/repairs/request?lang=en_US")
            phone.click("a.button", kind)
            phone.see("Tell us what is wrong", "h1")
            self.assertLessEqual(phone.run("document.documentElement.scrollWidth"), 390)
            phone.fill("textarea[name=problem]", "It beeps at the top.")
            phone.run("document.querySelectorAll('input[value=no]').forEach((one) => one.click())")
            phone.fill("input[name=name]", "Nora New")
            phone.fill("input[name=email]", "nora@example.com")
            phone.click("button[type=submit]", "Send the request")
            phone.see("Thank you, we received your request", "h1")
        job = self.Repair.search([("id", "not in", known.ids)])
        self.assertEqual((job.partner_id.name, job.x_fc_problem),
                         ("Nora New", "It beeps at the top."))  # fmt: skip
        self.assertEqual((job.x_fc_intake_source, job.x_fc_service_state), ("public_form", "new"))

    def test_a_booking_by_the_office_uses_the_plan(self):
        subscription = self.new_subscription(self.new_plan(covers_maintenance=True))
        contract = self.new_contract()
        self.as_desktop()
        with self.device("tasks_olga") as desk:
            desk.open(f"/odoo/action-fusion_repairs.action_contracts/{contract.id}")
            desk.click("button[name=action_open_booking]")
            desk.see("Clara", ".modal-title")
            desk.see("5 Elm St", ".o_fusion_repairs_booking dd")
            desk.click(".o_fusion_repairs_openings footer .btn-primary", "Book")
            desk.wait("!document.querySelector('.o_fusion_repairs_booking')")
        visit = contract.open_visit_id
        self.assertEqual(
            (visit.state, visit.booked_via, visit.x_fc_fee), ("scheduled", "office", 0)
        )
        self.assertEqual(visit.plan_burn_id.subscription_id, subscription)
        self.assertEqual(subscription.visits_used, 1)

    def test_from_the_quote_to_the_money(self):
        """Labour under warranty, a part to buy, the invoice, cash at the door."""
        self.new_rate()
        job = self.new_job(product_id=self.lift.id, serial="SL-77", source="phone")
        job.move_ids = [
            Command.create(
                {"product_id": self.battery.id, "product_uom_qty": 2, "repair_line_type": "add"}
            )
        ]
        self.env["fusion.repair.labor.warranty"].create(
            {
                "partner_id": self.client.id,
                "product_id": self.lift.id,
                "equipment_id": job.x_fc_equipment_id.id,
                "date_start": "2020-01-01",
                "date_end": "2099-12-31",
                "company_id": self.company.id,
            }
        )
        self.quote(job)
        self.buy(job)
        self.invoice(job)
        self.collect(job)

    def quote(self, job):
        self.as_desktop()
        with self.device("tasks_olga") as desk:
            desk.open(f"/odoo/repair.order/{job.id}")
            desk.click(".o_notebook_headers a", "Quote")
            desk.click("button[name=action_fc_compute_quote]")
            desk.see("Labour warranty", ".o_field_widget[name=x_fc_quote_line_ids]")
            desk.click("button[name=action_order_missing_parts]")
            desk.see("Ordered", ".o_field_widget[name=x_fc_parts_state]")
            desk.press("Send Quote")
            desk.see("Sent", ".o_field_widget[name=x_fc_quote_state]")
        lines = {line.kind: line for line in job.x_fc_quote_line_ids}
        self.assertEqual(lines["part"].subtotal, 160)
        self.assertEqual((lines["labour"].subtotal, lines["callout"].subtotal), (0, 0))
        self.assertEqual(job.sale_order_id.amount_untaxed, job.x_fc_quote_total)

    def buy(self, job):
        order = job.move_ids.created_purchase_line_ids.order_id
        self.assertEqual((order.partner_id, order.order_line.product_qty), (self.vendor, 2))
        order.button_confirm()
        order.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        order.picking_ids.button_validate()
        self.assertEqual((job.x_fc_parts_state, job.move_ids.quantity), ("ready", 2))

    def invoice(self, job):
        order = job.sale_order_id
        order.action_confirm()
        self.assertEqual(job.x_fc_quote_state, "approved")
        order.user_id = self.olga
        order.order_line.filtered(lambda line: not line.product_id.is_storable).product_id.write(
            {"invoice_policy": "order"}
        )
        self.battery.invoice_policy = "order"
        with self.device("tasks_olga") as desk:
            desk.open(f"/odoo/sale.order/{order.id}")
            desk.press("Create Invoice")
            desk.click(".modal button[name=create_invoices]")
            desk.wait("!document.querySelector('.modal')")
        self.assertEqual(order.invoice_ids.state, "draft")
        order.invoice_ids.action_post()
        self.assertEqual(order.invoice_ids.amount_residual, job.x_fc_amount_due)

    def collect(self, job):
        job.user_id = self.ann
        due = job.x_fc_amount_due
        self.as_phone()
        with self.device(self.ann.login) as phone:
            phone.open(f"/odoo/repair.order/{job.id}")
            phone.press("Collect Payment")
            phone.click(".modal .o_field_widget[name=method] label", "Cash")
            phone.click(".modal button[name=action_collect]")
            phone.wait("!document.querySelector('.modal')")
        payment = job.x_fc_payment_ids
        self.assertEqual((payment.method, payment.amount, payment.state), ("cash", due, "done"))
        self.assertEqual((job.x_fc_paid_state, job.x_fc_amount_due), ("paid", 0))
