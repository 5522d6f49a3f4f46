from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SubscriptionCase


@tagged("post_install", "-at_install")
class TestSecurity(SubscriptionCase):
    MODELS = ("sale.subscription.plan", "sale.order.close.reason", "sale.order.log")

    def test_rights_by_role(self):
        manager = {"sale.order.log": "r"}
        expected = {
            "base.group_portal": {"sale.subscription.plan": "r"},
            "base.group_user": {},
            "sales_team.group_sale_salesman": dict.fromkeys(self.MODELS, "r"),
            "sales_team.group_sale_manager": dict.fromkeys(self.MODELS, "rwcu") | manager,
        }
        for group, rights in expected.items():
            user = new_test_user(self.env, f"user_{group}", groups=group)
            for model in self.MODELS:
                with self.subTest(group=group, model=model):
                    records = self.env[model].with_user(user)
                    found = "".join(
                        letter
                        for letter, operation in zip(
                            "rwcu", ("read", "write", "create", "unlink"), strict=True
                        )
                        if records.has_access(operation)
                    )
                    self.assertEqual(found, rights.get(model, ""))

    def test_revenue_of_another_company_and_salesperson_is_hidden(self):
        order = self.start("2026-05-01")
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        order.user_id = self.env.ref("base.user_admin")
        rows = self.env["sale.order.log"].with_user(seller)
        self.assertFalse(rows.search([("order_id", "=", order.id)]))
        order.user_id = seller
        self.assertEqual(len(rows.search([("order_id", "=", order.id)])), 1)
        with self.assertRaises(AccessError):
            rows.search([]).write({"amount_signed": 0})

    def test_a_portal_user_cannot_act_on_orders(self):
        order = self.start("2026-05-01")
        visitor = new_test_user(self.env, "visitor", groups="base.group_portal")
        visitor.partner_id.parent_id = self.customer
        for method in ("set_close", "pause_subscription", "action_clear_exception"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(order.with_user(visitor), method)()
        self.assertEqual(order.subscription_state, "3_progress")
