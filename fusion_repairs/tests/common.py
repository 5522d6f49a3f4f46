from datetime import date, datetime

from odoo.fields import Command

from odoo.addons.fusion_tasks.tests.common import NEAR, TasksCase


class RepairsCase(TasksCase):
    """A company that maintains stair lifts every 6 months for $149.00, and one client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.write({"company_ids": [Command.link(cls.company.id)]})
        cls.env.user.company_id = cls.company
        cls.company.write(
            {
                "currency_id": cls.env.ref("base.CAD").id,
                "phone": "+1 416 555 0100",
                "email": "office@field.example",
            }
        )
        cls.env.ref("base.CAD").active = True
        cls.Contract = cls.env["fusion.repair.maintenance.contract"]
        cls.category = cls.env.ref("fusion_repairs.category_stair_lift")
        cls.category.write(
            {
                "x_fc_maintenance_enabled": True,
                "x_fc_maintenance_interval_months": 6,
                "x_fc_maintenance_fee": 149,
                "x_fc_maintenance_duration_hours": 1.0,
            }
        )
        cls.lift = cls.new_product("Stair Lift 900", x_fc_repair_category_id=cls.category.id)
        cls.client = cls.new_client("Clara Client")

    @classmethod
    def new_product(cls, name, **values):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "list_price": 3000, "taxes_id": False, **values}
        )

    @classmethod
    def new_client(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.split()[0].lower()}@example.com",
                "phone": "+1 416 555 0123",
                "street": "5 Elm St",
                "lang": "en_US",
                "partner_latitude": NEAR[0],
                "partner_longitude": NEAR[1],
                **values,
            }
        )

    @classmethod
    def new_order(cls, *products, client=None, quantity=1, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": (client or cls.client).id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product in products
                ],
                "commitment_date": datetime(2026, 1, 10),
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def new_contract(cls, **values):
        return cls.Contract.create(
            {
                "partner_id": cls.client.id,
                "product_id": cls.lift.id,
                "next_due_date": date(2031, 3, 31),
                "x_fc_policy_category_id": cls.category.id,
                "x_fc_maintenance_fee": 149,
                "state": "active",
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def new_job(cls, **values):
        """:return: a job for a stair lift of the client, as the office enters it"""
        return cls.env["repair.order"]._fc_create_from_intake(
            {
                "partner_id": cls.client.id,
                "category_id": cls.category.id,
                "problem": "It stops half way.",
                **values,
            }
        )

    @classmethod
    def new_rate(cls, **values):
        """:return: $95.00 to come with 30 minutes and 5 km included, $120.00 an hour in quarters"""
        return cls.env["fusion.repair.callout.rate"].create(
            {
                "name": "Lifts by day",
                "equipment_class": "lift_elevating",
                "callout_fee": 95,
                "included_minutes": 30,
                "hourly_rate": 120,
                "increment_minutes": 15,
                "included_km": 5,
                "km_rate": 1.1,
                "valid_from": date(2026, 1, 1),
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def new_plan(cls, **values):
        product = cls.new_product("Comfort Plan", type="service", list_price=299)
        return cls.env["fusion.repair.service.plan"].create(
            {"name": "Comfort Plan", "product_id": product.id, **values}
        )

    @classmethod
    def new_subscription(cls, plan=None, **values):
        return cls.env["fusion.repair.service.plan.subscription"].create(
            {
                "plan_id": (plan or cls.new_plan()).id,
                "partner_id": cls.client.id,
                "date_start": date(2026, 1, 1),
                "date_end": date(2031, 12, 31),
                "company_id": cls.company.id,
                **values,
            }
        )

    def contracts_of(self, order):
        found = self.Contract.with_context(active_test=False)
        return found.search([("original_sale_order_id", "=", order.id)], order="id")

    def with_serials(self, order, *serials):
        """Let the first line know these serial numbers, as the funding addon would."""
        line = order.order_line[:1]

        def facts(one):
            known = list(serials) if one == line else []
            return {"serials": known, "device_type": False, "delivery_date": False,
                    "service_start": False}  # fmt: skip

        self.patch(type(line), "_fc_claims_facts", facts)
        return order
