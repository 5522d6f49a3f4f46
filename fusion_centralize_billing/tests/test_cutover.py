from datetime import date, datetime, timezone
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tests.common import LoopbackServer

from ..wizards.fusion_billing_import_wizard import FusionBillingImportWizard
from .test_import import ImportCase, subscription, user

BATCH = "odoo.addons.fusion_base.tools.batch"


def source_row(number="s-1", **values):
    return subscription(
        number,
        current_period_start=datetime(2026, 6, 1, 4, 0, tzinfo=timezone.utc),
        current_period_end=datetime(2026, 7, 1, 4, 0, tzinfo=timezone.utc),
        **values,
    )


@tagged("post_install", "-at_install")
@freeze_time("2026-06-10 15:00:00")
class TestCutover(ImportCase):
    def setUp(self):
        super().setUp()
        self.rows = [source_row()]
        reader = patch.object(
            FusionBillingImportWizard,
            "_read_nexacloud_rows",
            lambda wizard: {"subscriptions": self.rows},
        )
        reader.start()
        self.addCleanup(reader.stop)
        self.load(users=[user(stripe_customer_id="cus_1")])
        self.service = self.link().service_id
        self.service.write({"webhook_url": "https://app.example.com/hook"})

    def compare(self, number="s-1", amount="20.00", period="2026-05"):
        self.env["fusion.billing.reconciliation"]._reconcile_rows(
            [{"subscription_external_id": number, "period": period, "cpu_seconds": 0,
              "external_amount": amount}]
        )  # fmt: skip

    def check(self, **values):
        cutover = self.env["fusion.billing.cutover"].create(
            {"service_id": self.service.id, **values}
        )
        cutover.action_check()
        return cutover

    def cut_over(self):
        cutover = self.check(is_agreed=True)
        cutover.action_cut_over()
        return cutover

    def events(self):
        return self.env["fusion.billing.webhook"].search([], order="id").mapped("event_type")

    def live_charges(self):
        return self.env["fusion.billing.charge"].search([("plan_id", "!=", False)])

    def test_from_a_shadow_to_a_billed_subscription(self):
        self.compare()
        cutover = self.check()

        [line] = cutover.line_ids
        self.assertEqual(
            (cutover.state, line.state, line.reason, line.compared_month, line.is_ledger_clear,
             line.next_invoice_date, line.payment),
            ("checked", "ready", "", "2026-05", True, date(2026, 7, 1), "Pay by link"),
        )  # fmt: skip
        self.assertEqual((self.order().state, self.order().x_fc_shadow), ("draft", True))
        self.assertFalse(self.live_charges())

        cutover.is_agreed = True
        cutover.action_cut_over()

        order = self.order()
        self.assertEqual(
            (order.state, order.subscription_state, order.x_fc_shadow, order.start_date,
             order.x_fc_billing_anchor, order.next_invoice_date),
            ("sale", "3_progress", False, date(2026, 6, 1), date(2026, 6, 1), date(2026, 7, 1)),
        )  # fmt: skip
        self.assertEqual(
            (cutover.state, cutover.signed_by_id, line.state), ("done", self.env.user, "done")
        )
        self.assertEqual(
            [(one.metric_id.code, one.plan_id, one.included_quota) for one in self.live_charges()],
            [("cpu_seconds", order.plan_id, 18000.0)],
        )
        self.assertEqual(self.events(), ["subscription.started"])
        self.assertFalse(order.invoice_ids)

    def test_the_running_period_is_billed_once_at_its_end(self):
        self.compare()
        self.service._api_record_usage(
            {"usage": [
                {"external_subscription_id": "s-1", "metric_code": "cpu_seconds",
                 "quantity": 90000, "period_start": f"2026-06-0{day}T05:00:00Z",
                 "period_end": f"2026-06-0{day}T06:00:00Z"}
                for day in (2, 3)
            ]}
        )  # fmt: skip
        self.cut_over()

        with freeze_time("2026-07-01 12:00:00"):
            self.env["sale.order"]._cron_recurring_create_invoice()

        [move] = self.order().invoice_ids
        # 180,000 - 18,000 seconds = 45 core-hours at 0.0075, and the plan's 20.00 for July
        self.assertEqual(sorted(move.invoice_line_ids.mapped("price_subtotal")), [0.34, 20.0])
        self.assertEqual(self.order().next_invoice_date, date(2026, 8, 1))

    def test_each_obstacle_is_named(self):
        cases = {
            "Last month is not compared, or differs.": lambda: self.compare(amount="21.00"),
            "The source does not have it.": lambda: self.rows.clear(),
            "At the source it is: past_due": lambda: self.rows[0].update(status="past_due"),
            "The source does not say when its period ends.": lambda: self.rows[0].update(
                current_period_end=None
            ),
            "The source's period ended on": lambda: self.rows[0].update(
                current_period_end=datetime(2026, 6, 10, 4, 0, tzinfo=timezone.utc)
            ),
        }
        for reason, spoil in cases.items():
            self.rows[:] = [source_row()]
            self.compare()
            with (
                self.subTest(reason=reason),
                mute_logger(
                    "odoo.addons.fusion_centralize_billing.models.fusion_billing_reconciliation_run"
                ),
            ):
                spoil()
                [line] = self.check().line_ids
                self.assertEqual(line.state, "blocked")
                self.assertIn(reason, line.reason)
                self.assertFalse(line.card_facts)

    def test_a_ledger_issue_blocks(self):
        self.compare()
        self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.order().partner_id.id,
             "x_fc_nexacloud_invoice_id": "i-1", "x_fc_ledger_issue": "tax_mismatch"}
        )  # fmt: skip
        [line] = self.check().line_ids
        self.assertEqual((line.state, line.is_ledger_clear), ("blocked", False))
        self.assertIn("Ledger:", line.reason)

    def test_nothing_happens_without_a_signature(self):
        self.compare()
        cutover = self.check()
        with self.assertRaisesRegex(UserError, "Tick that both sides"):
            cutover.action_cut_over()
        self.assertEqual((self.order().state, cutover.state), ("draft", "checked"))

    def test_what_changed_since_the_check_counts(self):
        self.compare()
        cutover = self.check(is_agreed=True)
        self.rows[0]["status"] = "cancelled"
        with self.assertRaisesRegex(UserError, "Nothing is ready"):
            cutover.action_cut_over()
        self.assertTrue(self.order().x_fc_shadow)

    @mute_logger(BATCH)
    def test_a_failing_one_stops_no_other(self):
        self.load(subscriptions=[subscription("s-2", user_id="u-1")])
        self.rows.append(source_row("s-2"))
        self.compare()
        self.compare("s-2")
        self.order().order_line.product_id.recurring_invoice = False
        product = self.find_product("NC-PLAN-p-1").copy({"recurring_invoice": True})
        self.order("s-2").order_line.product_id = product

        cutover = self.cut_over()

        self.assertEqual(
            {one.subscription_id: one.state for one in cutover.line_ids},
            {self.order(): "failed", self.order("s-2"): "done"},
        )
        self.assertTrue(self.order().x_fc_shadow)
        self.assertIn("no subscription product", cutover.line_ids.sorted("id")[0].reason)

    def test_undo_before_the_first_invoice(self):
        self.compare()
        cutover = self.cut_over()
        cutover.line_ids.action_undo()

        order = self.order()
        self.assertEqual(
            (order.state, order.subscription_state, order.x_fc_shadow, order.next_invoice_date,
             order.x_fc_terminated_at),
            ("draft", "1_draft", True, False, False),
        )  # fmt: skip
        self.assertFalse(self.live_charges())
        self.assertEqual(self.events(), ["subscription.started", "subscription.updated"])
        self.assertEqual(cutover.line_ids.state, "undone")
        with self.assertRaisesRegex(UserError, "can be undone"):
            cutover.line_ids.action_undo()

        self.cut_over()
        self.assertEqual(self.order().subscription_state, "3_progress")
        self.assertEqual(len(self.live_charges()), 1)

    def test_no_undo_after_the_first_invoice(self):
        self.compare()
        cutover = self.cut_over()
        with freeze_time("2026-07-01 12:00:00"):
            self.env["sale.order"]._cron_recurring_create_invoice()
        with self.assertRaisesRegex(UserError, "invoiced here already"):
            cutover.line_ids.action_undo()
        self.assertEqual(self.order().subscription_state, "3_progress")

    def test_a_second_subscription_keeps_the_charge(self):
        self.load(subscriptions=[subscription("s-2")])
        self.rows.append(source_row("s-2"))
        self.compare()
        self.compare("s-2")
        cutover = self.cut_over()
        self.assertEqual(len(self.live_charges()), 1)
        cutover.line_ids[0].action_undo()
        self.assertEqual(len(self.live_charges()), 1)

    def test_a_chosen_one_alone(self):
        self.load(subscriptions=[subscription("s-2")])
        cutover = self.check(subscription_ids=[fields.Command.set(self.order("s-2").ids)])
        self.assertEqual(cutover.line_ids.subscription_id, self.order("s-2"))

    def test_rights(self):
        cutover = self.check()
        groups = "fusion_centralize_billing.group_billing_manager"
        manager = new_test_user(self.env, "cutover_manager", groups=groups)
        for method in ("action_check", "action_cut_over"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(cutover.with_user(manager), method)()
        with self.assertRaises(AccessError):
            cutover.line_ids.with_user(manager).action_undo()

    def test_a_signed_one_is_kept(self):
        self.compare()
        cutover = self.cut_over()
        with self.assertRaisesRegex(UserError, "is kept"):
            cutover.unlink()

    def test_the_report_names_who_signed(self):
        self.compare()
        cutover = self.cut_over()
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html(
            "fusion_centralize_billing.report_cutover", cutover.ids
        )
        text = html.decode()
        self.assertIn(self.env.user.name, text)
        self.assertIn("2026-05", text)
        self.assertIn("Pay by link", text)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-10 15:00:00")
class TestCutoverCard(ImportCase):
    def setUp(self):
        super().setUp()
        self.server = LoopbackServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.env["ir.config_parameter"].sudo().set_param(
            "fusion_billing.stripe_api_base", self.server.url
        )
        self.provider = self.env["payment.provider"].search(
            [("code", "=", "stripe"), ("company_id", "=", self.env.company.id)], limit=1
        ) or self.env.ref("payment.payment_provider_stripe").copy(
            {"company_id": self.env.company.id}
        )
        self.provider.write(
            {
                "state": "test",
                "stripe_publishable_key": "pk_test_x",
                "stripe_secret_key": "sk_test_x",
            }
        )
        self.load(users=[user(stripe_customer_id="cus_1")])
        self.partner = self.link().partner_id

    def answer(self, default="pm_1", customer="cus_1"):
        self.server.answer(
            path="/v1/customers/cus_1",
            json={"id": "cus_1", "invoice_settings": {"default_payment_method": default}},
        )
        self.server.answer(
            path="/v1/payment_methods/pm_1",
            json={"id": "pm_1", "customer": customer, "card": {"brand": "visa", "last4": "4242"}},
        )

    def test_the_default_card_is_found_and_kept_once(self):
        self.answer()
        card = self.partner._fc_find_card(self.env.company)
        self.assertEqual(card, {"method": "pm_1", "last4": "4242", "label": "Visa •••• 4242"})
        self.assertFalse(self.env["payment.token"].search([]))

        token = self.partner._fc_keep_card(self.env.company, card)
        self.assertEqual(self.partner._fc_keep_card(self.env.company, card), token)
        self.assertEqual(len(self.server.requests), 2)
        self.assertEqual(
            (token.provider_ref, token.stripe_payment_method, token.payment_details,
             token.partner_id, token.provider_id),
            ("cus_1", "pm_1", "4242", self.partner, self.provider),
        )  # fmt: skip

    def test_the_card_goes_with_the_subscription(self):
        self.answer()
        self.env["fusion.billing.reconciliation"]._reconcile_rows(
            [{"subscription_external_id": "s-1", "period": "2026-05", "cpu_seconds": 0,
              "external_amount": "20.00"}]
        )  # fmt: skip
        cutover = self.env["fusion.billing.cutover"].create(
            {"service_id": self.link().service_id.id, "is_agreed": True}
        )
        rows = {"subscriptions": [source_row()]}
        with patch.object(FusionBillingImportWizard, "_read_nexacloud_rows", lambda _wizard: rows):
            cutover.action_cut_over()
        self.assertEqual(cutover.line_ids.payment, "Visa •••• 4242")
        self.assertEqual(self.order().payment_token_id.stripe_payment_method, "pm_1")
        self.assertEqual(len(self.server.requests), 2)
        cutover.line_ids.action_undo()
        self.assertFalse(self.order().payment_token_id)

    def test_no_card(self):
        for default, customer in ((None, "cus_1"), ("pm_1", "cus_2")):
            with self.subTest(default=default, customer=customer):
                self.answer(default, customer)
                self.assertEqual(self.partner._fc_find_card(self.env.company), {})

    @mute_logger(
        "odoo.addons.fusion_centralize_billing.models.res_partner_card",
        "odoo.addons.payment.models.payment_provider",
    )
    def test_stripe_is_down(self):
        self.server.answer(path="/v1/customers/cus_1", status=500, json={"error": {}})
        self.assertEqual(self.partner._fc_find_card(self.env.company), {})
        self.assertFalse(self.partner._fc_keep_card(self.env.company, {}))
