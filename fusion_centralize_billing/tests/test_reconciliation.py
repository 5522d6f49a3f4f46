from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCase

MODEL = "fusion.billing.reconciliation"
ROLE = "fusion_centralize_billing.group_billing_"
LOGGER = "odoo.addons.fusion_centralize_billing"


@tagged("post_install", "-at_install")
class TestReconciliation(BillingCase):
    """CPU: 18,000 seconds included, then 0.0075 for each core-hour; 20.00 a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud = cls.env["fusion.billing.nexacloud"]._fc_service()
        cls.cpu = cls.env["fusion.billing.metric"].create({"name": "CPU", "code": "cpu_seconds"})
        cls.cpu_charge = cls.make_charge(
            service_id=cls.cloud.id, plan_code="p-1", plan_id=False, metric_id=cls.cpu.id,
            product_id=False, included_quota=18000, price_per_unit=0.0075, unit_batch=3600,
        )  # fmt: skip
        cls.year = cls.env.ref("sale_subscription.subscription_plan_year")
        cls.order = cls.shadow("sub-1")
        cls.rows = cls.env[MODEL]

    @classmethod
    def shadow(cls, number, plan=None, anchor="2026-05-10", price=20):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.link.partner_id.id,
                "plan_id": (plan or cls.month).id,
                "x_fc_billing_service_id": cls.cloud.id,
                "x_fc_nexacloud_subscription_id": number,
                "x_fc_nexacloud_plan_id": "p-1",
                "x_fc_billing_anchor": anchor,
                "x_fc_shadow": True,
                "order_line": [
                    Command.create({"product_id": cls.flat.id, "price_unit": price})
                ],
            }
        )  # fmt: skip

    @mute_logger(f"{LOGGER}.models.fusion_billing_reconciliation_run")
    def compare(self, amount, number="sub-1", period="2026-06", seconds=0, **options):
        return self.rows._reconcile_rows(
            [
                {
                    "subscription_external_id": number,
                    "period": period,
                    "cpu_seconds": seconds,
                    "external_amount": amount,
                }
            ],
            **options,
        )

    def row(self, number="sub-1", period="2026-06"):
        return self.rows.search(
            [("external_subscription_id", "=", number), ("period", "=", period)]
        )

    def test_the_arithmetic(self):
        for flat, charge, seconds, external, expected in (
            (20, self.cpu_charge, 25200, 20.015, (20.015, 0.0, "match")),
            (20, self.cpu_charge, 25200, 20, (20.015, 0.015, "delta")),
            (20, self.cpu_charge, 18001, 20, (20.000002, 0.000002, "match")),
            (20, self.cpu_charge.browse(), 999999, 20.01, (20.0, -0.01, "match")),
            (20, self.cpu_charge.browse(), 0, 20.010001, (20.0, -0.010001, "delta")),
            (0, self.cpu_charge, 0, 0, (0.0, 0.0, "match")),
            (0, self.cpu_charge, 0, 5, (0.0, -5.0, "delta")),
        ):
            with self.subTest(flat=flat, seconds=seconds, external=external):
                self.assertEqual(
                    self.rows._compute_reconciliation(flat, charge, seconds, external), expected
                )
        self.assertEqual(
            self.rows._compute_reconciliation(20, self.cpu_charge, 0, 20.5, 0.5),
            (20.0, -0.5, "match"),
        )

    def test_a_month_becomes_a_row_once(self):
        nothing = {"skipped": [], "failed": [], "unlinked": {"count": 0, "amount": 0.0}}
        for _time in range(2):
            self.assertEqual(
                self.compare(20.015, seconds=25200), {"match": 1, "delta": 0, **nothing}
            )
        row = self.row()
        self.assertEqual(
            (row.flat_amount, row.overage_amount, row.odoo_amount, row.delta, row.quantity),
            (20.0, 0.015, 20.015, 0.0, 25200.0),
        )
        self.assertEqual(
            (row.subscription_id, row.partner_id, row.service_id, row.company_id),
            (self.order, self.link.partner_id, self.cloud, self.company),
        )
        self.assertEqual(self.compare(7), {"match": 0, "delta": 1, **nothing})
        self.assertEqual(self.row(), row)
        self.assertEqual((row.status, row.cause, row.delta), ("delta", "unknown", 13.0))

    def test_the_flat_price_counts_in_a_month_with_a_bound(self):
        self.shadow("sub-y", self.year, price=200)
        self.shadow("sub-31", anchor="2026-01-31")
        for number, period, flat in (
            ("sub-1", "2026-05", 20.0),
            ("sub-1", "2027-02", 20.0),
            ("sub-y", "2026-05", 200.0),
            ("sub-y", "2026-06", 0.0),
            ("sub-y", "2027-05", 200.0),
            ("sub-31", "2026-02", 20.0),
            ("sub-31", "2026-04", 20.0),
        ):
            with self.subTest(number=number, period=period):
                self.compare(flat, number, period)
                row = self.row(number, period)
                self.assertEqual((row.flat_amount, row.status), (flat, "match"))

    def test_two_deployments_of_a_customer_do_not_collide(self):
        self.shadow("sub-2")
        self.compare(20)
        self.compare(20, "sub-2")
        self.assertEqual(self.rows.search_count([("service_id", "=", self.cloud.id)]), 2)

    def test_no_subscription_is_never_looked_up(self):
        self.assertTrue(self.subscribe("plain"))  # its source id is empty
        with self.assertLogs(LOGGER, "ERROR"):
            result = self.rows._reconcile_rows(
                [
                    {"subscription_external_id": "", "period": "2026-06", "external_amount": 5},
                    {"subscription_external_id": None, "period": "2026-06", "external_amount": 7.5},
                    {"subscription_external_id": "nope", "period": "2026-06"},
                    {"subscription_external_id": "sub-1", "period": "June"},
                    {"subscription_external_id": "sub-1", "period": "2026-06",
                     "external_amount": float("nan")},
                    {"subscription_external_id": "sub-1", "period": "2026-07",
                     "external_amount": 20},
                ]
            )  # fmt: skip
        self.assertEqual(
            result,
            {
                "match": 1, "delta": 0,
                "skipped": [{"id": "", "reason": "no subscription"}] * 2
                + [{"id": "nope", "reason": "unknown subscription"}],
                "failed": [
                    {"id": "sub-1", "error": "the period is no month (YYYY-MM)"},
                    {"id": "sub-1", "error": "no finite number"},
                ],
                "unlinked": {"count": 2, "amount": 12.5},
            },
        )  # fmt: skip
        self.assertEqual(
            self.rows.search([("service_id", "=", self.cloud.id)]), self.row(period="2026-07")
        )

    def test_a_resolved_row_stays_so_until_its_figures_change(self):
        self.compare(7)
        row = self.row()
        with self.assertRaises(UserError):
            row.action_resolve()
        manager = new_test_user(self.env, "resolver", groups=f"{ROLE}manager")
        dialog = self.env["fusion.billing.resolve"].with_user(manager)
        dialog = dialog.with_context(active_model=MODEL, active_ids=row.ids)
        dialog.create({"note": "A one-off", "cause": "one_off"}).action_resolve()
        self.assertEqual(
            (row.status, row.note, row.cause, row.resolved_by_id),
            ("resolved", "A one-off", "one_off", manager),
        )
        self.assertEqual(self.compare(7)["delta"], 0)
        self.assertEqual((row.status, row.cause), ("resolved", "one_off"))
        self.assertEqual(self.compare(8)["delta"], 1)
        self.assertEqual(
            (row.status, row.cause, row.resolved_by_id.id), ("delta", "unknown", False)
        )

    def test_a_reader_resolves_nothing(self):
        self.compare(7)
        reader = new_test_user(self.env, "reader", groups=f"{ROLE}user")
        row = self.row().with_user(reader)
        self.assertEqual(row.status, "delta")
        with self.assertRaises(AccessError):
            row._resolve("no")
        self.assertEqual(self.row().status, "delta")

    def test_only_comparisons_are_written(self):
        before = self.order.write_date, self.cpu_charge.write_date, self.order.amount_total
        self.compare(20)
        self.env.flush_all()
        self.assertEqual(
            before, (self.order.write_date, self.cpu_charge.write_date, self.order.amount_total)
        )
        self.assertEqual((self.order.state, self.order.x_fc_shadow), ("draft", True))

    def test_statements_do_not_grow_with_the_rows(self):
        rows = [
            {"subscription_external_id": "sub-1", "period": f"{year}-{month:02}",
             "external_amount": 20, "cpu_seconds": 0}
            for year in range(1950, 2200) for month in range(1, 13)
        ]  # fmt: skip
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(15):  # 12, and 3 statements of 1,000 rows
            self.assertEqual(self.rows._reconcile_rows(rows)["match"], 3000)
        self.assertEqual(self.row(period="2026-05").subscription_id, self.order)
