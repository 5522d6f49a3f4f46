from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestHealth(BillingCase, HttpCase):
    def checks(self):
        return {
            row["code"].partition(".")[2]: (row["state"], row["value"])
            for row in self.env["fusion.health"]._fusion_health_checks()
            if row["code"].startswith("fusion_centralize_billing.")
        }

    def broken(self):
        rows = self.env["fusion.health"]._fusion_invariants()
        return [
            row["code"].partition(".")[2]
            for row in rows
            if row["code"].startswith("fusion_centralize_billing.") and not row["ok"]
        ]

    def make_stripe(self, **values):
        stripe = self.env.ref("payment.payment_provider_stripe").sudo()
        self.env["payment.provider"].sudo().search([("code", "=", "stripe")]).state = "disabled"
        provider = stripe.copy(
            {"company_id": self.company.id, "name": "Stripe test", "stripe_publishable_key": "p",
             "stripe_secret_key": "s", "stripe_webhook_secret": False}
        )  # fmt: skip
        provider.write({"state": "test", **values})
        return provider

    def test_a_stripe_provider_without_a_secret_is_red_and_warned_of(self):
        provider = self.make_stripe()
        self.assertEqual(self.checks()["stripe_webhook_unsigned"], ("error", 1))
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.x_fc_billing_unsigned_stripe, "Stripe test")
        provider.stripe_webhook_secret = "whsec_x"
        self.assertEqual(self.checks()["stripe_webhook_unsigned"], ("ok", 0))
        self.assertFalse(self.env["res.config.settings"].create({}).x_fc_billing_unsigned_stripe)

    def test_a_key_that_nobody_uses_is_told(self):
        with freeze_time("2026-01-10 12:00"):
            self.maps._generate_api_key()
            self.env.cr.execute("UPDATE fusion_billing_api_key SET create_date = '2026-01-10'")
            self.env.invalidate_all()
            key = self.env["fusion.billing.api.key"].search([], limit=1)
            self.assertEqual((self.checks()["keys_unused"], key.is_unused), (("ok", 0), False))
        with freeze_time("2026-03-12 12:00"):
            key.invalidate_recordset()
            self.assertEqual((self.checks()["keys_unused"], key.is_unused), (("warning", 1), True))
            key.last_used_at = moment("2026-02-10 12:00")
            self.assertEqual(self.checks()["keys_unused"], ("ok", 0))
            key.last_used_at = False
            key.action_revoke()
            self.assertEqual(self.checks()["keys_unused"], ("ok", 0))

    def test_a_key_that_expires_soon_is_told(self):
        with freeze_time("2026-01-10 12:00"):
            self.maps._generate_api_key()
            key = self.env["fusion.billing.api.key"].search([], limit=1)
            key.expires_at = moment("2026-02-10 12:00")
            self.assertEqual(self.checks()["keys_expiring"], ("ok", 0))
        with freeze_time("2026-02-01 12:00"):
            self.assertEqual(self.checks()["keys_expiring"], ("warning", 1))
            key.action_revoke()
            self.assertEqual(self.checks()["keys_expiring"], ("ok", 0))

    def test_a_day_without_a_plan_is_found(self):
        order = self.subscribe()
        segments = self.env["fusion.billing.segment"].sudo()
        values = {
            "subscription_id": order.id, "plan_id": order.plan_id.id, "anchor": "2026-01-01",
        }  # fmt: skip
        early = segments.create({**values, "date_start": "2026-01-01", "date_end": "2026-02-01"})
        segments.create({**values, "date_start": "2026-02-01"})
        self.assertNotIn("periods_covered", self.broken())
        early.date_end = "2026-01-31"
        self.env.flush_all()
        self.assertIn("periods_covered", self.broken())

    def test_credit_that_does_not_add_up_is_found(self):
        wallet = self.env["fusion.billing.wallet"].create({"partner_id": self.link.partner_id.id})
        wallet._grant(50)
        self.env.flush_all()
        self.assertNotIn("credit_adds_up", self.broken())
        self.env.cr.execute("UPDATE fusion_billing_wallet SET balance = 60")
        self.assertIn("credit_adds_up", self.broken())

    def test_an_unsigned_notification_is_refused(self):
        provider = self.make_stripe()
        transaction = self.env["payment.transaction"].sudo().create(
            {"provider_id": provider.id, "reference": "unsigned-1", "amount": 5,
             "payment_method_id": self.env.ref("payment.payment_method_card").id,
             "currency_id": self.company.currency_id.id, "partner_id": self.link.partner_id.id}
        )  # fmt: skip
        event = {
            "type": "payment_intent.succeeded",
            "data": {"object": {"id": "pi_1", "description": "unsigned-1", "status": "succeeded"}},
        }
        with mute_logger("odoo.http"):
            answer = self.url_open("/payment/stripe/webhook", json=event)
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(transaction.state, "draft")

    def test_settings_are_texts_and_an_empty_one_is_the_default(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.x_fc_billing_dunning_days, "1,3,5,7")
        settings.write(
            {"x_fc_billing_dunning_days": "0", "x_fc_billing_timezone": "America/Vancouver"}
        )
        settings.execute()
        parameters = self.env["ir.config_parameter"]
        self.assertEqual(parameters._fc_billing("dunning_days"), "0")
        self.assertEqual(self.env["sale.order"]._fc_get_timezone(self.company), "America/Vancouver")
        settings = self.env["res.config.settings"].create({"x_fc_billing_dunning_days": ""})
        settings.execute()
        self.assertEqual(parameters._fc_billing("dunning_days"), "1,3,5,7")

    def test_usage_that_could_not_be_rated_is_red(self):
        before = self.checks()["unrated"][1]
        order = self.subscribe()
        order._fc_note_rating_failure("why")
        self.assertEqual(self.checks()["unrated"], ("error", before + 1))
        order._fc_note_failure(order._fc_get_spend_failure_summary(), "why")
        self.assertEqual(self.checks()["unrated"], ("error", before + 2))

    def test_invariants_hold_and_are_seen_when_they_break(self):
        order = self.subscribe()
        self.push(5_001_500)
        self.env["fusion.billing.usage"]._cron_rate_open_periods(moment("2026-06-01 12:00"))
        self.assertEqual(self.broken(), [])
        line = order.order_line.filtered("x_fc_usage_kind")
        line.price_unit = 0.21
        self.assertEqual(self.broken(), ["usage_explained"])
        line.price_unit = 0.20
        order.x_fc_shadow = True
        self.assertEqual(self.broken(), ["shadows_silent"])
        order.x_fc_shadow = False
        large = self.make_plan(self.maps, "maps-large", self.flat, 99)
        with freeze_time("2026-05-10 12:00:00"):
            self.maps._api_update_subscription(
                order, {"plan_code": large.code, "change_at": "period_end"}
            )
        order.next_invoice_date = "2026-07-01"
        self.assertEqual(self.broken(), ["plans_in_force"])
