from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestPayment(RepairsCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", cls.company, install_demo=False
        )
        journals = cls.env["account.journal"]
        ours = {"company_id": cls.company.id}
        journals.create({"name": "Till", "code": "TILL", "type": "cash", **ours})
        online = journals.create({"name": "Online", "code": "ONL", "type": "bank", **ours})
        providers = cls.env["payment.provider"]
        cls.provider = providers.search(
            [("code", "=", "demo"), ("company_id", "=", cls.company.id)]
        )
        cls.provider = cls.provider or cls.env.ref("payment.payment_provider_demo").copy(ours)
        cls.provider.write({"state": "test", "journal_id": online.id})
        cls.income = cls.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        cls.service = cls.new_product("Repair", type="service", invoice_policy="order",
                                      property_account_income_id=cls.income.id)  # fmt: skip
        cls.job = cls.new_job()
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
                "repair_order_ids": [Command.link(cls.job.id)],
                "order_line": [
                    Command.create(
                        {"product_id": cls.service.id, "price_unit": 200, "tax_ids": False}
                    )
                ],
            }
        )  # fmt: skip
        cls.order.action_confirm()

    def invoice(self):
        invoice = self.order._create_invoices()
        invoice.action_post()
        return invoice

    def test_what_is_due(self):
        self.assertEqual(self.job.x_fc_amount_due, 200)
        self.assertEqual(self.job.x_fc_paid_state, "none")
        codes = [code for code, _label in self.job._fc_payment_methods()]
        self.assertEqual(codes, ["link", "cash", "cheque", "terminal_manual"])

    def test_cash_before_the_invoice_waits_for_the_office(self):
        payment = self.job._fc_collect_payment("cash", 50)
        self.assertEqual((payment.state, payment.method_label), ("pending", "Cash"))
        self.assertEqual((self.job.x_fc_amount_due, self.job.x_fc_paid_state), (150, "partial"))
        with self.assertRaises(UserError):
            payment.action_register()
        invoice = self.invoice()
        self.assertEqual(self.job.x_fc_amount_due, 150)

        payment.action_register()

        self.assertEqual(payment.state, "done")
        self.assertEqual(payment.account_payment_id.amount, 50)
        self.assertEqual(payment.account_payment_id.journal_id.type, "cash")
        self.assertEqual(invoice.amount_residual, 150)
        self.assertEqual(self.job.x_fc_amount_due, 150)
        with self.assertRaises(UserError):
            payment.action_cancel()

    def test_money_for_a_posted_invoice_is_booked_at_once(self):
        invoice = self.invoice()
        payment = self.job._fc_collect_payment("cheque", 120, "no. 55")
        self.assertEqual((payment.state, invoice.amount_residual), ("done", 80))
        self.assertIn("no. 55", payment.account_payment_id.memo)
        self.job._fc_collect_payment("terminal_manual", 80, "AUTH 1")
        self.assertEqual((self.job.x_fc_amount_due, self.job.x_fc_paid_state), (0, "paid"))
        with self.assertRaises(UserError):
            self.job.action_collect_payment()

    def test_amounts_and_methods_that_are_refused(self):
        cases = (("cash", 0), ("cash", -5), ("cash", 200.01), ("link", 201), ("beads", 10),
                 ("terminal_manual", 10), ("__init__", 10))  # fmt: skip
        for method, amount in cases:
            with self.subTest(method=method, amount=amount), self.assertRaises(UserError):
                self.job._fc_collect_payment(method, amount)
        with self.assertRaises(UserError):
            self.new_job()._fc_collect_payment("cash", 10)
        self.assertFalse(self.job.x_fc_payment_ids)

    def test_a_second_tap(self):
        self.job._fc_collect_payment("cash", 200)
        with self.assertRaises(UserError):
            self.job._fc_collect_payment("cash", 200)
        self.assertEqual(self.job.x_fc_payment_ids.mapped("amount"), [200])

    def test_a_link_is_used_again(self):
        first = self.job._fc_collect_payment("link", 200)
        again = self.job._fc_collect_payment("link", 200)
        self.assertEqual(first, again)
        self.assertIn(f"/my/orders/{self.order.id}", first.link)
        self.assertIn("payment_amount=200", first.link)
        self.assertEqual(self.job.x_fc_paid_state, "link_sent")
        self.assertEqual(self.job.x_fc_amount_due, 200)
        other = self.job._fc_collect_payment("link", 50)
        self.assertEqual((first.state, other.state), ("cancelled", "pending"))
        self.invoice()
        self.assertIn("/my/invoices/", self.job._fc_collect_payment("link", 200).link)

    def pay(self, amount=200):
        """:return: what the client began on the page behind the link"""
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.env["payment.method"].search([], limit=1).id,
                "amount": amount,
                "currency_id": self.order.currency_id.id,
                "partner_id": self.client.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.link(self.order.id)],
            }
        )

    def test_the_link_is_paid(self):
        link = self.job._fc_collect_payment("link", 200)
        transaction = self.pay()
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": transaction.reference, "simulated_state": "done"},
        )
        self.assertEqual(transaction.state, "done")
        transaction._post_process()
        self.assertEqual((link.state, link.transaction_id), ("done", transaction))
        self.assertEqual((self.job.x_fc_paid_state, self.job.x_fc_amount_due), ("paid", 0))
        transaction._post_process()
        self.assertEqual(len(self.job.x_fc_payment_ids), 1)

        second = self.pay()
        second._process("demo", {"reference": second.reference, "simulated_state": "done"})
        second._post_process()
        self.assertEqual(self.job.x_fc_payment_ids.mapped("amount"), [200, 200])
        self.assertIn("refund", self.job.activity_ids.mapped("summary")[-1])

    def test_a_payment_that_fails(self):
        link = self.job._fc_collect_payment("link", 200)
        transaction = self.pay()
        transaction._process(
            "demo", {"reference": transaction.reference, "simulated_state": "error"}
        )
        transaction._post_process()
        self.assertEqual((transaction.state, link.state), ("error", "pending"))
        self.assertEqual((self.job.x_fc_paid_state, self.job.x_fc_amount_due), ("link_sent", 200))

    def test_the_technician_collects_at_the_door(self):
        tech = new_test_user(
            self.env, "tech", "fusion_repairs.group_field", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        job = self.job.with_user(tech)
        with self.assertRaises(AccessError):
            job._fc_collect_payment("cash", 20)
        self.job.user_id = tech
        action = job.action_collect_payment()
        dialog = self.env["fusion.repair.payment.collect"].with_user(tech).browse(action["res_id"])
        with Form(dialog) as form:
            self.assertEqual((form.amount_due, form.amount), (200, 200))
            form.method = "link"
        again = dialog.action_collect()
        self.assertEqual(again["res_id"], dialog.id)
        self.assertTrue(dialog.qr)
        self.assertIn("/my/orders/", dialog.link)
        mails = self.env["mail.mail"].search([])
        dialog.action_send()
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.email_to, "clara@example.com")
        self.assertIn("Pay now", mail.body_html)
        self.assertIn("$200.00", mail.body_html)
        job._fc_collect_payment("cash", 20)
        self.assertEqual(self.job.x_fc_amount_due, 180)
