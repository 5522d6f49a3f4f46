from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


def day(text):
    """:return: the date of ``YYYY-MM-DD``"""
    return date.fromisoformat(text)


class SubscriptionCase(AccountTestInvoicingCommon):
    """A company with a chart of accounts; HST 13 % on what is sold."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref("sales_team.group_sale_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "America/Toronto"
        cls.tax = cls.env["account.tax"].create(
            {"name": "HST 13%", "amount": 13, "amount_type": "percent", "type_tax_use": "sale"}
        )
        cls.month = cls.env.ref("sale_subscription.subscription_plan_month")
        cls.quarter = cls.env.ref("sale_subscription.subscription_plan_quarter")
        cls.year = cls.env.ref("sale_subscription.subscription_plan_year")
        cls.hosting = cls.make_product("Hosting", 20)
        cls.setup_fee = cls.make_product("Set-up", 50, recurring_invoice=False)
        cls.customer = cls.env["res.partner"].create(
            {"name": "Maple Works", "email": "maple@example.com", "is_company": True}
        )

    @classmethod
    def make_product(cls, name, price, **values):
        values = {"type": "service", "invoice_policy": "order", "recurring_invoice": True, **values}
        return cls.env["product.product"].create(
            {"name": name, "list_price": price, "taxes_id": [Command.set(cls.tax.ids)], **values}
        )

    @classmethod
    def make_order(cls, start=False, plan=None, lines=None, **values):
        """:param lines: list of (product, quantity)"""
        lines = lines or [(cls.hosting, 1)]
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "plan_id": (plan or cls.month).id,
                "start_date": start,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in lines
                ],
                **values,
            }
        )

    @classmethod
    def start(cls, on, **values):
        """:return: a subscription confirmed on that day"""
        with freeze_time(f"{on} 15:00:00"):
            order = cls.make_order(**values)
            order.action_confirm()
        return order

    def run_on(self, on):
        """Run the daily job at noon of Toronto."""
        with freeze_time(f"{on} 16:00:00"):
            return self.env["sale.order"]._cron_recurring_create_invoice()

    def periods(self, order):
        """:return: [(first day, first day after)] of the posted invoices, oldest first"""
        lines = order.order_line.invoice_lines.filtered(
            lambda line: line.subscription_period_end and line.parent_state == "posted"
        )
        return [
            (str(line.subscription_period_start), str(line.subscription_period_end))
            for line in lines.sorted("subscription_period_start")
        ]


__all__ = ["SubscriptionCase", "TransactionCase", "day", "freeze_time"]
