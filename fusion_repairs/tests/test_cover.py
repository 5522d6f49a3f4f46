from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase


@tagged("post_install", "-at_install")
class TestLaborWarranty(RepairsCase):
    def warranties(self, order):
        return self.env["fusion.repair.labor.warranty"].search(
            [("sale_line_id", "in", order.order_line.ids)], order="unit_index"
        )

    def test_a_sale_brings_one_per_unit(self):
        """Commitment 2026-01-10 and 12 months: until 2027-01-09."""
        self.lift.x_fc_labor_warranty_months = 12
        order = self.new_order(self.lift, quantity=2)
        found = self.warranties(order)
        self.assertEqual(found.mapped("unit_index"), [1, 2])
        self.assertEqual(found[0].date_start, date(2026, 1, 10))
        self.assertEqual(found[0].date_end, date(2027, 1, 9))
        self.assertEqual(found.equipment_id, self.contracts_of(order).equipment_id)
        self.assertFalse(order._fc_spawn_labor_warranties())
        self.assertEqual(self.warranties(order), found)

    def test_none_without_months_or_when_left_out(self):
        self.assertFalse(self.warranties(self.new_order(self.lift)))
        self.lift.x_fc_labor_warranty_months = 12
        order = self.new_order(self.lift, confirm=False)
        order.with_context(fusion_repairs_no_spawn=True).action_confirm()
        self.assertFalse(self.warranties(order))
        self.assertEqual(len(order._fc_spawn_labor_warranties()), 1)

    def test_a_line_that_fails_takes_no_other_along(self):
        self.lift.x_fc_labor_warranty_months = 12
        order = self.new_order(self.lift, confirm=False)
        bad = order.order_line.copy({"order_id": order.id})
        orders = type(self.env["sale.order"])
        prepare = orders._fc_prepare_warranty_values

        def spoil(case, line, *arguments):
            values = prepare(case, line, *arguments)
            return {**values, "partner_id": False} if line == bad else values

        self.patch(orders, "_fc_prepare_warranty_values", spoil)
        logger = "odoo.addons.fusion_repairs.models.sale_order_cover"
        with self.assertLogs(logger, "ERROR"), mute_logger("odoo.sql_db"):
            order.action_confirm()
        self.assertEqual(self.warranties(order).sale_line_id, order.order_line - bad)

    def test_many_lines_cost_as_many_statements_as_few(self):
        self.lift.x_fc_labor_warranty_months = 12

        def cost(count):
            order = self.new_order(self.lift, confirm=False)
            for _line in range(count - 1):
                order.order_line[:1].copy({"order_id": order.id})
            order.with_context(fusion_repairs_no_spawn=True).action_confirm()
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(order._fc_spawn_labor_warranties()), count)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(1)
        few, many = cost(3), cost(30)
        self.assertLessEqual(many - few, 27)

    def test_a_fault_never_stops_the_sale(self):
        self.lift.x_fc_labor_warranty_months = 12
        self.patch(type(self.env["sale.order"]), "_fc_prepare_warranty_values",
                   lambda *_arguments: {"partner_id": False})  # fmt: skip
        logger = "odoo.addons.fusion_repairs.models.sale_order_cover"
        with self.assertLogs(logger, "ERROR"), mute_logger("odoo.sql_db"):
            order = self.new_order(self.lift)
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.warranties(order))


@tagged("post_install", "-at_install")
class TestPlan(RepairsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Subscription = cls.env["fusion.repair.service.plan.subscription"]
        cls.plan = cls.new_plan()

    def book(self, contract, hour=9):
        with freeze_time("2031-03-10 14:00:00"):
            return contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, hour))

    def test_a_sale_brings_the_plan_once(self):
        order = self.new_order(self.plan.product_id)
        found = self.Subscription.search([("sale_line_id", "in", order.order_line.ids)])
        self.assertEqual((found.visits_total, found.visits_used, found.state), (2, 0, "active"))
        self.assertEqual((found.date_start, found.date_end), (date(2026, 1, 10), date(2027, 1, 9)))
        self.assertFalse(order._fc_spawn_plan_subscriptions())
        order._action_cancel()
        self.assertEqual(found.state, "cancelled")

    def test_a_job_uses_one_visit_however_often_asked(self):
        subscription = self.new_subscription(self.plan)
        job = self.new_job()
        burn = subscription._burn(job)
        self.assertEqual(subscription._burn(job), burn)
        self.assertEqual(subscription.visits_used, 1)
        subscription._burn(self.new_job())
        self.assertEqual((subscription.visits_remaining, subscription.state), (0, "exhausted"))
        self.assertFalse(subscription._burn(self.new_job()))
        self.assertEqual(len(subscription.burn_ids), 2)

        subscription._return(job)
        self.assertEqual((subscription.visits_used, subscription.state), (1, "active"))
        subscription._return(job)
        self.assertEqual(subscription.visits_used, 1)

    def test_the_plan_that_ends_first_is_used(self):
        late = self.new_subscription(self.plan)
        early = self.new_subscription(self.plan, date_end=date(2031, 6, 30))
        find = self.Subscription._find_for
        self.assertEqual(find(self.client, self.category, date(2031, 6, 30)), early)
        self.assertEqual(find(self.client, self.category, date(2031, 7, 1)), late)
        self.assertFalse(find(self.client, self.category, date(2032, 1, 1)))
        self.plan.category_ids = self.env.ref("fusion_repairs.category_scooter")
        self.assertFalse(find(self.client, self.category, date(2031, 6, 30)))

    def test_an_ended_plan_expires(self):
        subscription = self.new_subscription(self.plan, date_end=date(2031, 6, 30))
        with freeze_time("2031-07-01 03:00:00"):  # still June 30 in Toronto
            self.env["repair.order"].cron_nightly()
            self.assertEqual(subscription.state, "active")
        with freeze_time("2031-07-01 14:00:00"):
            self.env["repair.order"].cron_nightly()
        self.assertEqual(subscription.state, "expired")

    def test_a_maintenance_visit_uses_the_plan(self):
        subscription = self.new_subscription(self.plan)
        contract = self.new_contract()
        self.assertEqual(contract._get_page()["fee"], "Included in your plan")
        visit = self.book(contract)
        self.assertEqual((visit.x_fc_fee, subscription.visits_used), (0, 1))
        line = visit.sale_order_id.order_line
        self.assertEqual(line.price_unit, 0)
        self.assertIn("covered by plan Comfort Plan", line.name)
        self.assertEqual(visit.plan_burn_id.repair_id, visit.repair_order_id)

        with freeze_time("2031-03-11 14:00:00"):
            visit._client_cancel()
        self.assertEqual((subscription.visits_used, visit.plan_burn_id.state), (0, "returned"))

    def test_a_late_cancel_and_an_absence_keep_it(self):
        subscription = self.new_subscription(self.plan)
        first = self.book(self.new_contract())
        with freeze_time(utc(MONDAY, 8)):
            first.action_cancel()
        self.assertEqual(subscription.visits_used, 1)
        second = self.book(self.new_contract(), 14)
        with freeze_time(utc(MONDAY, 15)):
            second.action_no_show()
        self.assertEqual(subscription.visits_used, 2)

    def test_an_exhausted_plan_leaves_the_normal_fee(self):
        self.new_subscription(self.plan, visits_total=1)._burn(self.new_job())
        contract = self.new_contract()
        self.assertEqual(contract._get_page()["fee"], "$149.00 + applicable tax")
        visit = self.book(contract)
        self.assertEqual((visit.x_fc_fee, visit.sale_order_id.amount_untaxed), (149, 149))
        self.assertFalse(visit.plan_burn_id)
