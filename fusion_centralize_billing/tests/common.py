from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


def moment(text):
    """:return: naive UTC datetime of ``YYYY-MM-DD HH:MM``"""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


class BillingCase(AccountTestInvoicingCommon):
    """Two services; maps sells a monthly plan: 5 million calls, then 0.10 for each 1,000."""

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        return (
            groups | cls.env.ref("base.group_system") | cls.env.ref("sales_team.group_sale_manager")
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.partner_id.tz = "America/Toronto"
        cls.hst = cls.env["account.tax"].create(
            {"name": "HST 13%", "amount": 13, "amount_type": "percent", "type_tax_use": "sale"}
        )
        cls.month = cls.env.ref("sale_subscription.subscription_plan_month")
        services = cls.env["fusion.billing.service"]
        cls.maps = services.create({"name": "Maps", "code": "maps"})
        cls.desk = services.create({"name": "Desk", "code": "desk"})
        cls.calls = cls.env["fusion.billing.metric"].create(
            {"name": "Map calls", "code": "map_calls", "unit_label": "calls"}
        )
        cls.flat = cls.make_product("Maps Standard", 49, recurring_invoice=True)
        cls.overage = cls.make_product("Map calls", 0)
        cls.plan = cls.make_plan(cls.maps, "maps-standard", cls.flat, 49)
        cls.charge = cls.make_charge(charge_model="package")
        cls.link = cls.maps._api_upsert_customer(
            {"external_id": "u-1", "name": "Acme Inc", "email": "billing@acme.example.com"}
        )

    @classmethod
    def make_product(cls, name, price, **values):
        values = {"type": "service", "invoice_policy": "order", **values}
        return cls.env["product.product"].create(
            {"name": name, "list_price": price, "taxes_id": [Command.set(cls.hst.ids)], **values}
        )

    @classmethod
    def make_plan(cls, service, code, product, amount, **values):
        return cls.env["fusion.billing.plan"].create(
            {
                "service_id": service.id,
                "code": code,
                "name": code,
                "product_id": product.id,
                "plan_id": cls.month.id,
                "amount": amount,
                **values,
            }
        )

    @classmethod
    def make_charge(cls, **values):
        return cls.env["fusion.billing.charge"].create(
            {
                "name": "Map calls",
                "service_id": cls.maps.id,
                "plan_code": "maps-standard",
                "plan_id": cls.month.id,
                "metric_id": cls.calls.id,
                "product_id": cls.overage.id,
                "included_quota": 5_000_000,
                "price_per_unit": 0.10,
                "unit_batch": 1000,
                "currency_id": cls.company.currency_id.id,
                **values,
            }
        )

    @classmethod
    def subscribe(cls, external_id="s-1", on="2026-05-01", service=None, **values):
        """:return: a subscription that begins on that day"""
        with freeze_time(f"{on} 15:00:00"):
            return (service or cls.maps)._api_create_subscription(
                {
                    "external_customer_id": "u-1",
                    "external_id": external_id,
                    "plan_code": "maps-standard",
                    **values,
                }
            )

    def push(self, quantity, day="2026-05-02", on=None, **values):
        """:param on: day of the push, else the day after the window"""
        row = {
            "external_subscription_id": "s-1",
            "metric_code": "map_calls",
            "quantity": quantity,
            "period_start": f"{day}T00:00:00-04:00",
            "period_end": f"{day}T23:59:59-04:00",
            **values,
        }
        now = f"{on} 16:00:00" if on else (moment(f"{day} 12:00") + timedelta(days=1)).isoformat()
        with freeze_time(now):
            return self.maps._api_record_usage(row)

    def usage_lines(self, order):
        return [
            (line.x_fc_usage_kind, line.price_unit)
            for line in order.order_line.filtered("x_fc_usage_kind").sorted("id")
        ]
