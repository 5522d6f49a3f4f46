from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestWallet(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maps.webhook_url = "https://maps.example.com/hook"
        cls.partner = cls.link.partner_id
        cls.wallet = cls.env["fusion.billing.wallet"].create({"partner_id": cls.partner.id})
        cls.manager = new_test_user(
            cls.env, "credit", groups="fusion_centralize_billing.group_billing_manager"
        )

    def bill(self, amount=100.0, **values):
        """:return: a posted invoice of the service, 13 % of tax on top"""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 5, 1),
                "x_fc_billing_service_id": self.maps.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.flat.id, "price_unit": amount})
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def moves(self):
        return [(entry.kind, entry.amount) for entry in self.wallet.entry_ids.sorted("id")]

    def events(self):
        events = self.env["fusion.billing.webhook"].search([], order="id")
        return [event.event_type for event in events if event.event_type.startswith("wallet")]

    def test_a_grant_pays_before_the_card(self):
        self.wallet._grant(50, note="Sorry")
        invoice = self.bill()
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (113.0, 63.0))
        self.assertEqual(self.moves(), [("grant", 50.0), ("consume", -50.0)])
        self.assertEqual(self.wallet.balance, 0)
        entry = self.wallet.entry_ids.filtered("entry_move_id").entry_move_id
        self.assertEqual(
            sorted((line.account_id.account_type, line.balance) for line in entry.line_ids),
            [("asset_receivable", -50.0), ("expense", 50.0)],
        )
        self.assertEqual(self.events(), ["wallet.depleted"])

    def test_an_invoice_that_is_paid_whole_is_told_as_paid(self):
        self.wallet._grant(200)
        invoice = self.bill()
        self.assertEqual((invoice.payment_state, self.wallet.balance), ("paid", 87.0))
        types = self.env["fusion.billing.webhook"].search([]).mapped("event_type")
        self.assertIn("invoice.payment_succeeded", types)
        self.assertFalse(invoice.x_fc_next_attempt_at)

    def test_what_expires_next_is_used_first(self):
        late = self.wallet._grant(10)
        soon = self.wallet._grant(30, expires_on=date(2026, 6, 1))
        over = self.wallet._grant(70, expires_on=date(2026, 4, 30))
        self.bill(31 / 1.13)
        self.assertEqual((late._get_left(), soon._get_left(), over._get_left()), (9.0, 0.0, 70.0))

    def test_the_app_is_told_once_when_credit_runs_low(self):
        self.wallet.low_balance = 60
        self.wallet._grant(150)
        self.bill(70 / 1.13)
        self.assertEqual((self.wallet.balance, self.events()), (80.0, []))
        self.bill(30 / 1.13)
        self.assertEqual((self.wallet.balance, self.events()), (50.0, ["wallet.low_balance"]))
        self.bill(10 / 1.13)
        self.assertEqual(self.events(), ["wallet.low_balance"])
        event = self.env["fusion.billing.webhook"].search(
            [("event_type", "=", "wallet.low_balance")]
        )
        self.assertIn('"wallet":{"balance_cents":5000,"currency":"USD"}', event.payload)

    def test_bought_credit_comes_once_it_is_paid_and_once_only(self):
        invoice = self.wallet._sell(80)
        self.assertEqual((invoice.amount_total, invoice.amount_tax, self.wallet.balance),
                         (80.0, 0.0, 0.0))  # fmt: skip
        self.assertEqual(invoice.invoice_line_ids.account_id.account_type, "liability_current")
        self.pay(invoice)
        self.assertEqual((self.wallet.balance, self.moves()), (80.0, [("purchase", 80.0)]))
        invoice._invoice_paid_hook()
        self.assertEqual(self.moves(), [("purchase", 80.0)])
        self.bill()
        debt = self.env["account.move.line"].search(
            [("account_id", "=", invoice.invoice_line_ids.account_id.id)]
        )
        self.assertEqual(sum(debt.mapped("balance")), 0)

    def pay(self, invoice):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({})._create_payments()

    def test_selling_credit_uses_none(self):
        self.wallet._grant(10)
        self.assertEqual(self.wallet._sell(80).amount_residual, 80.0)

    def test_expired_credit_goes_and_what_was_paid_for_stays(self):
        today = date(2026, 7, 2)
        self.wallet._grant(10, expires_on=today - timedelta(days=1))
        self.wallet._grant(20, expires_on=today)
        self.pay(self.wallet._sell(40))
        with freeze_time("2026-07-02 16:00"):
            wallets = self.env["fusion.billing.wallet"]
            self.assertEqual((wallets._cron_expire(), wallets._cron_expire()), (1, 0))
        self.assertEqual(self.wallet.balance, 60.0)
        self.assertEqual(
            self.moves(),
            [("grant", 10.0), ("grant", 20.0), ("purchase", 40.0), ("expire", -10.0)],
        )

    def test_a_withdrawn_grant_pays_nothing(self):
        grant = self.wallet._grant(50)
        grant.with_user(self.manager).action_void()
        self.assertEqual(self.bill().amount_residual, 113.0)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            grant.action_void()

    def test_an_invoice_that_is_posted_again_keeps_its_credit(self):
        self.wallet._grant(200)
        invoice = self.bill()
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual((invoice.payment_state, self.wallet.balance), ("paid", 87.0))

    def test_other_customers_currencies_and_invoices_use_none(self):
        self.wallet._grant(200)
        other = self.env["res.partner"].create({"name": "Other"})
        euro = self.env.ref("base.EUR")
        euro.active = True
        for values in (
            {"partner_id": other.id}, {"currency_id": euro.id}, {"x_fc_billing_service_id": False},
        ):  # fmt: skip
            with self.subTest(values=values):
                self.bill(**values)
                self.assertEqual(self.wallet.balance, 200.0)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_it_at_or_above_0(self):
        self.wallet._grant(5)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.cr.execute("UPDATE fusion_billing_wallet SET balance = -1")

    def test_the_dialog(self):
        dialog = self.env["fusion.billing.wallet.top.up"].with_user(self.manager)
        values = {"wallet_id": self.wallet.id, "amount": 25, "kind": "grant"}
        with self.assertRaisesRegex(ValidationError, "in the past"):
            dialog.create({**values, "expires_on": date(2020, 1, 1)})
        dialog.create(values).action_confirm()
        self.assertEqual(self.wallet.balance, 25.0)
        action = dialog.create({**values, "kind": "purchase"}).action_confirm()
        invoice = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 25.0))
        for amount in (0, -1):
            with self.assertRaisesRegex(UserError, "above 0"):
                dialog.create({**values, "amount": amount}).action_confirm()

    def test_rights(self):
        reader = new_test_user(
            self.env, "reader", groups="fusion_centralize_billing.group_billing_user"
        )
        self.assertEqual(self.wallet.with_user(reader).balance, 0)
        for work in (
            lambda: self.wallet.with_user(reader)._grant(5),
            lambda: self.wallet.with_user(reader)._sell(5),
            lambda: self.wallet.with_user(self.manager).write({"balance": 5}),
            lambda: self.wallet.with_user(self.manager).create(
                {"partner_id": self.manager.partner_id.id, "balance": 5}
            ),
            lambda: self.env["fusion.billing.wallet.entry"].with_user(self.manager).create(
                {"wallet_id": self.wallet.id, "kind": "grant", "amount": 5}
            ),
        ):  # fmt: skip
            with self.assertRaises(AccessError):
                work()
        self.assertEqual(self.moves(), [])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(
            self.env, "elsewhere", groups="fusion_centralize_billing.group_billing_manager",
            company_id=elsewhere.id, company_ids=[Command.set(elsewhere.ids)],
        )  # fmt: skip
        self.assertFalse(self.env["fusion.billing.wallet"].with_user(other).search([]))
