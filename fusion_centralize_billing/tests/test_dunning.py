import json

from psycopg2 import OperationalError

from odoo.tests import tagged

from .common import BillingCase, freeze_time, moment


@tagged("post_install", "-at_install")
class TestDunning(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maps.webhook_url = "https://app.example.com/hook"
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        cls.provider = demo.copy(
            {"company_id": cls.company.id, "state": "test", "allow_tokenization": True}
        )
        cls.moves = cls.env["account.move"].sudo()

    def make_token(self, state):
        return (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.env.ref("payment.payment_method_card").id,
                    "partner_id": self.link.partner_id.id,
                    "payment_details": "4242",
                    "provider_ref": state,
                    "demo_simulated_state": state,
                }
            )
        )

    def bill(self, state=None):
        """:return: the posted first invoice of 1 May; with a card that answers so"""
        order = self.subscribe()
        order.payment_token_id = self.make_token(state) if state else False
        with freeze_time("2026-05-01 16:00:00"):
            return order._create_recurring_invoice().sudo()

    def run_at(self, text):
        """Two runs: the first writes charges down, the second sends them."""
        with freeze_time(text):
            self.moves._cron_dunning()
            return self.moves._cron_dunning()

    def told(self):
        events = (
            self.env["fusion.billing.webhook"]
            .sudo()
            .search([("event_type", "like", "invoice.")], order="id")
        )
        return [event.event_type for event in events], events

    def test_posting_charges_nobody_and_two_runs_do(self):
        move = self.bill("done")
        self.assertFalse(move.transaction_ids)
        self.assertEqual(move.x_fc_next_attempt_at, moment("2026-05-01 16:00"))
        with freeze_time("2026-05-01 16:01:00"):
            self.assertEqual(self.moves._cron_dunning(), 0)
            self.assertEqual(move.transaction_ids.state, "draft")
            self.assertEqual(self.moves._cron_dunning(), 1)
            self.assertEqual(self.moves._cron_dunning(), 0)
        self.assertEqual(move.transaction_ids.state, "done")
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(move.x_fc_dunning_state, "none")
        kinds, events = self.told()
        self.assertEqual(kinds, ["invoice.created", "invoice.payment_succeeded"])
        data = json.loads(events[-1].payload)["data"]
        self.assertEqual((data["amount_paid_cents"], data["restored"]), (5537, False))

    def test_a_declined_card_is_tried_on_each_day_then_given_up_once(self):
        move = self.bill("error")
        days = ("05-01 17:00", "05-02 18:00", "05-04 19:00", "05-06 20:00", "05-08 21:00")
        states = []
        for day in days:
            self.run_at(f"2026-{day}:00")
            states.append((move.x_fc_payment_attempts, move.x_fc_dunning_state))
        self.assertEqual(
            states,
            [(1, "retrying"), (2, "retrying"), (3, "retrying"), (4, "retrying"), (5, "exhausted")],
        )
        self.run_at("2026-05-20 16:00:00")
        kinds, events = self.told()
        self.assertEqual(kinds.count("invoice.payment_retry_scheduled"), 4)
        self.assertEqual(kinds.count("invoice.payment_failed"), 1)
        data = json.loads(events[-1].payload)["data"]
        self.assertEqual((data["attempt"], data["final"]), (5, True))
        order = move._fc_get_subscription()
        self.assertTrue(order.payment_exception)
        subjects = self.env["mail.mail"].sudo().search([("subject", "like", move.name)])
        self.assertEqual(len(subjects), 5)
        self.assertEqual(len(move.transaction_ids), 5)

    def test_between_the_days_nothing_is_tried(self):
        move = self.bill("error")
        self.run_at("2026-05-01 17:00:00")
        self.run_at("2026-05-02 12:00:00")
        self.assertEqual(move.x_fc_payment_attempts, 1)
        self.assertEqual(move.x_fc_next_attempt_at, moment("2026-05-02 17:00"))

    def test_an_empty_list_gives_up_at_once(self):
        self.env["ir.config_parameter"].set_param("fusion_billing.dunning_days", "0")
        move = self.bill("error")
        self.run_at("2026-05-01 17:00:00")
        self.assertEqual(move.x_fc_dunning_state, "exhausted")

    def test_a_late_payment_restores(self):
        move = self.bill("error")
        move._fc_register_payment_failure("card_declined", final=True)
        move._fc_register_payment_failure("card_declined", final=True)
        move._fc_get_subscription().payment_token_id = self.make_token("done")
        self.assertEqual(move._fc_charge_token().state, "done")
        self.assertEqual(move.x_fc_dunning_state, "recovered")
        kinds, events = self.told()
        self.assertEqual(
            kinds, ["invoice.created", "invoice.payment_failed", "invoice.payment_succeeded"]
        )
        self.assertTrue(json.loads(events[-1].payload)["data"]["restored"])

    def test_an_unknown_outcome_is_never_charged_again(self):
        move = self.bill("pending")
        self.run_at("2026-05-01 17:00:00")
        self.assertEqual(move.transaction_ids.state, "pending")
        self.assertFalse(move._fc_charge_token())
        self.run_at("2026-05-09 17:00:00")
        self.assertEqual(len(move.transaction_ids), 1)

    def test_without_a_card_it_is_overdue_after_the_last_day(self):
        move = self.bill()
        self.assertFalse(move.x_fc_next_attempt_at)
        move.invoice_date_due = "2026-05-10"
        self.run_at("2026-05-17 16:00:00")
        self.assertEqual(move.x_fc_dunning_state, "none")
        self.run_at("2026-05-18 16:00:00")
        self.run_at("2026-05-19 16:00:00")
        self.assertEqual(move.x_fc_dunning_state, "exhausted")
        kinds, events = self.told()
        self.assertEqual(kinds, ["invoice.created", "invoice.payment_failed"])
        self.assertEqual(json.loads(events[-1].payload)["data"]["reason"], "overdue")

    def test_quotas_are_told_once_in_a_period(self):
        self.subscribe()
        usage = self.env["fusion.billing.usage"]
        at = moment("2026-05-20 12:00")
        self.push(3_000_000, "2026-05-02")
        self.assertEqual(usage._cron_check_thresholds(at), 0)
        self.push(1_000_000, "2026-05-03")
        self.assertEqual(usage._cron_check_thresholds(at), 1)
        self.assertEqual(usage._cron_check_thresholds(at), 0)
        self.push(1_000_000, "2026-05-04")
        self.assertEqual(usage._cron_check_thresholds(at), 1)
        events = (
            self.env["fusion.billing.webhook"]
            .sudo()
            .search([("event_type", "=", "usage.threshold_reached")], order="id")
        )
        data = [json.loads(event.payload)["data"] for event in events]
        self.assertEqual([one["threshold"] for one in data], [80, 100])
        self.assertEqual(
            (data[0]["metric_code"], data[0]["quantity"], data[0]["included_quota"]),
            ("map_calls", "4000000.000000", "5000000.000000"),
        )
        mails = self.env["mail.mail"].sudo().search([("subject", "like", "of what is included")])
        self.assertEqual(
            sorted(mail.subject[:18] for mail in mails),
            ["You have used 100 ", "You have used 80 %"],
        )
        self.push(5_000_000, "2026-06-02")
        self.assertEqual(usage._cron_check_thresholds(moment("2026-06-20 12:00")), 2)

    def test_a_crash_after_the_charge_sends_the_same_reference_again(self):
        """The provider knows a reference: the second request is the first one's, no new charge."""
        move = self.bill("done")
        sent = []
        send = type(self.env["payment.transaction"])._send_payment_request

        def crash(transaction):
            sent.append(transaction.reference)
            if len(sent) == 1:
                raise OperationalError("the connection was lost before the commit")
            return send(transaction)

        self.patch(type(self.env["payment.transaction"]), "_send_payment_request", crash)
        with freeze_time("2026-05-01 16:01:00"):
            self.moves._cron_dunning()  # written down
            with self.assertRaises(OperationalError), self.cr.savepoint():
                self.moves._cron_dunning()
            self.env.invalidate_all()
            self.assertEqual(move.transaction_ids.mapped("state"), ["draft"])
            self.moves._cron_dunning()
            self.moves._cron_dunning()
        self.assertEqual(len(sent), 2)
        self.assertEqual(len(set(sent)), 1)
        self.assertEqual(move.transaction_ids.mapped("state"), ["done"])
        self.assertEqual(move.amount_residual, 0)
