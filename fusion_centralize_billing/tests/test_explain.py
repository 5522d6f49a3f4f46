import random

from odoo.tests import tagged

from ..models.sale_order_line import replay
from .common import BillingCase, moment


@tagged("post_install", "-at_install")
class TestExplain(BillingCase):
    def test_a_line_explains_itself_and_keeps_its_figures(self):
        order = self.subscribe()
        self.push(5_001_500)
        self.env["fusion.billing.usage"]._cron_rate_open_periods(moment("2026-06-01 12:00"))
        line = order.order_line.filtered("x_fc_usage_kind")
        self.charge.price_per_unit = 99

        found = line._fc_explain_usage()

        self.assertEqual(found["result"], 0.20)
        self.assertEqual(
            found["rule"], {"name": "Map calls", "version": "package", "source": "charge"}
        )
        self.assertEqual(found["inputs"]["period_start"], "2026-05-01 04:00:00")
        self.assertEqual(
            [step["value"] for step in found["steps"]],
            ["5001500", "5001500", "5000000", "1500", "0.1", "0.200000", "0.20"],
        )  # fmt: skip
        self.assertEqual(order.order_line[0]._fc_explain_usage(), {})

    def test_the_explanation_replays_to_the_same_amount(self):
        dice = random.Random(7)
        for _case in range(500):
            charge = self.charge
            quantity = dice.randrange(0, 9_000_000_000) / 1000
            facts = {
                "model": dice.choice(("standard", "package")),
                "aggregate": f"{quantity:.6f}",
                "rounding": "none",
                "decimals": 0,
                "quota": 5_000_000,
                "price": 0.1,
                "batch": 1000,
                "least": 0,
                "most": 0,
                "tiers": [],
            }
            charge.charge_model = facts["model"]
            _quantity, units, precise, total = replay(facts, 0.01)
            self.assertEqual((float(units), float(precise)), charge._compute_billable(quantity))
            self.assertLessEqual(abs(total - precise), 0.005)
