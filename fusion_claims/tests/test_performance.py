from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import GATE, ClaimsCase


@tagged("post_install", "-at_install")
class TestPerformance(ClaimsCase):
    def count(self, call):
        """:return: statements of a call on a cold cache"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_counts(self):
        orders = self.env["sale.order"].with_user(self.clerk)
        orders._fc_dashboard_counts()
        few = self.count(orders._fc_dashboard_counts)
        for sale_type in ("adp", "march_of_dimes", "odsp", "wsib") * 5:
            self.new_case(sale_type, lines=False)
        self.assertEqual(self.count(orders._fc_dashboard_counts), few)
        self.assertLessEqual(few, 8)

    def test_portions_of_many_lines(self):
        def order_of(lines):
            order = self.new_case(lines=False)
            order.order_line = [
                Command.create({"product_id": self.product.id}) for _number in range(lines)
            ]
            return order

        small, large = order_of(20), order_of(200)
        for order in (large, small):  # warmed alike: what is cached for good is in for both
            self.count(lambda order=order: order.write({"x_fc_client_type": "acsd"}))
            self.count(lambda order=order: order.write({"x_fc_client_type": "reg"}))
        few = self.count(lambda: small.write({"x_fc_client_type": "ow"}))
        many = self.count(lambda: large.write({"x_fc_client_type": "ow"}))
        self.assertEqual(large.x_fc_adp_portion_total, 200_000)
        self.assertLessEqual(many, few * 1.5)

    def test_a_board_of_eighty(self):
        cases = [self.new_case(lines=False) for _number in range(80)]
        names = ["name", "partner_id", "x_fc_waiting_on", "x_fc_days_in_state", "x_fc_is_slow",
                 "amount_untaxed", "currency_id", "user_id"]  # fmt: skip
        orders = self.env["sale.order"].with_user(self.clerk)
        domain = [("id", "in", [case.id for case in cases])]

        def read():
            specification = {name: {} for name in names}
            return orders.web_search_read(domain, specification, limit=80)

        read()
        self.assertLessEqual(self.count(read), 25)

    def test_a_step_with_three_mails(self):
        self.env["ir.config_parameter"].set_param(GATE, "True")
        orders = [self.new_case(x_fc_assessment_start_date="2026-05-04") for _time in range(3)]
        for order in orders:
            self.complete(order)
        orders[0].action_fc_set_status("assessment_completed")
        plain = self.count(lambda: orders[1].write({"note": "x"}))
        step = self.count(lambda: orders[2].action_fc_set_status("assessment_completed"))
        self.assertEqual(len(self.mails(orders[2])), 3)
        self.assertLessEqual(step, plain + 60)

    def test_the_daily_look_does_not_grow_per_case(self):
        def due(number):
            ends = fields.Date.today() + timedelta(days=20)
            for _time in range(number):
                order = self.new_case(lines=False, status="approved")
                order.x_fc_claim_approval_date = ends - relativedelta(months=6)
            return self.count(self.env["sale.order"]._cron_claims_followups)

        due(2)
        few, many = due(5) / 5, due(40) / 40
        self.assertLessEqual(many, few * 1.1)
