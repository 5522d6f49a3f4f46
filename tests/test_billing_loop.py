"""A stranger's way with the published examples: from a customer to a paid invoice and the signed
webhook, then suspension, restoration and removal."""

from .billing_support import BillingCase, BillingError, quickstart


class TestBillingLoop(BillingCase):
    def kinds(self, subscription):
        events = self.rpc(
            "fusion.billing.webhook", "search_read",
            [("payload", "like", subscription)], ["event_type", "state"], order="sequence",
        )  # fmt: skip
        self.assertEqual({event["state"] for event in events}, {"sent"})
        return [event["event_type"] for event in events]

    def test_quickstart_ends_with_a_paid_invoice(self):
        said = []
        name = quickstart.run(
            self.billing, "maps-standard", "map_calls", say=lambda *words: said.append(words)
        )
        self.assertEqual(said[2][1]["inserted"], 3)
        self.assertGreater(said[4][1], 0)

        self.run_billing()

        invoices = quickstart.wait_for_payment(self.billing, name, seconds=10)
        self.assertEqual(len(invoices), 2)
        # 49 for each period; 6 started hundreds above 3,000 calls of the first one, which is over
        self.assertEqual([one["fees_amount_cents"] for one in invoices], [5200, 4900])
        self.assertEqual(self.deployments.states[name], "running")
        self.assertEqual(self.kinds(name).count("invoice.payment_succeeded"), 2)
        self.assertCleanLog()

    def test_the_app_suspends_restores_and_takes_down(self):
        name = quickstart.run(self.billing, "maps-standard", "map_calls", say=lambda *_words: None)
        customer = name.removesuffix("-1")
        (account,) = self.rpc(
            "fusion.billing.account.link", "search_read",
            [("external_id", "=", customer)], ["partner_id"],
        )  # fmt: skip
        token = self.rpc("payment.token", "search", [("partner_id", "=", account["partner_id"][0])])
        self.rpc("payment.token", "write", token, {"demo_simulated_state": "error"})
        self.run_billing()
        self.assertEqual(self.deployments.states[name], "suspended")

        self.rpc("payment.token", "write", token, {"demo_simulated_state": "done"})
        unpaid = self.billing.get("/invoices", external_subscription_id=name)["invoices"]
        self.assertEqual({one["payment_status"] for one in unpaid}, {"failed"})
        for invoice in unpaid:
            self.billing.post(f"/invoices/{invoice['id']}/retry_payment")
        self.tell()
        self.assertEqual(self.deployments.states[name], "running")

        self.billing.delete(f"/subscriptions/{name}")
        self.tell()
        self.assertEqual(self.deployments.states[name], "removed")
        self.assertEqual(len(self.deployments.seen), len(set(self.deployments.seen)))

    def test_a_part_goes_back_to_the_card_and_the_rest_waits_for_the_next_invoice(self):
        name = quickstart.run(self.billing, "maps-standard", "map_calls", say=lambda *_words: None)
        self.run_billing()
        invoice = quickstart.wait_for_payment(self.billing, name, seconds=10)[0]
        fee = invoice["fees"][0]
        total = 1000 + round(1000 * invoice["taxes_amount_cents"] / invoice["fees_amount_cents"])
        body = {
            "invoice_id": invoice["id"],
            "refund_amount_cents": total - 100,
            "credit_amount_cents": 100,
            "items": [{"fee_id": fee["id"], "amount_cents": 1000}],
        }
        note = self.billing.post("/credit_notes", {"credit_note": body})["credit_note"]
        self.assertEqual(
            (note["total_amount_cents"], note["refund_status"], note["credit_status"]),
            (total, "succeeded", "available"),
        )
        refunds = self.rpc(
            "payment.transaction", "search_read",
            [("operation", "=", "refund")], ["amount", "state"],
        )  # fmt: skip
        self.assertEqual(
            [(round(-100 * one["amount"]), one["state"]) for one in refunds],
            [(total - 100, "done")],
        )
        (stored,) = self.rpc(
            "account.move", "search_read",
            [("x_fc_billing_uuid", "=", note["id"])], ["amount_residual"],
        )  # fmt: skip
        self.assertEqual(stored["amount_residual"], 1.0)
        # more than the card paid is refused, and nothing is credited
        body["refund_amount_cents"] = invoice["total_amount_cents"]
        with self.assertRaises(BillingError) as caught:
            self.billing.post("/credit_notes", {"credit_note": body})
        self.assertEqual((caught.exception.status, caught.exception.code), (422, "not_payable"))
