"""fusion_repairs on a database of its own: nothing of it waits for the funding addon."""

from datetime import date, timedelta

from toolbox import databases

from .support import TIMEOUT_S, Client, ServerCase
from .test_parallel_visits import LINK, HouseholdClient

CONTRACT = "fusion.repair.maintenance.contract"


class TestRepairsWithoutClaims(ServerCase):
    addons = ("fusion_repairs",)
    database = "repairs_alone"

    @classmethod
    def copy_template(cls, environment, name):
        databases.drop(environment, name)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendars = cls.rpc("resource.calendar", "search", [])
        cls.rpc("resource.calendar", "write", calendars, {"tz": "UTC"})
        cls.rpc(
            "res.users",
            "create",
            {
                "name": "Tess",
                "login": "tess",
                "x_fc_is_technician": True,
                "group_ids": [(6, 0, [cls.ref("fusion_repairs.group_field")])],
            },
        )
        cls.category = cls.ref("fusion_repairs.category_stair_lift")
        policy = {
            "x_fc_maintenance_enabled": True,
            "x_fc_maintenance_interval_months": 6,
            "x_fc_maintenance_fee": 149,
        }
        cls.rpc("fusion.repair.product.category", "write", [cls.category], policy)
        cls.client = cls.rpc(
            "res.partner", "create", {"name": "Clara", "email": "clara@example.com"}
        )
        product = {"name": "Stair Lift", "x_fc_repair_category_id": cls.category}
        cls.product = cls.rpc("product.product", "create", product)

    def sell(self, days_ago, **context):
        line = {"product_id": self.product, "product_uom_qty": 1}
        day = date.today() - timedelta(days=days_ago)  # noqa: DTZ011
        values = {
            "partner_id": self.client,
            "commitment_date": str(day),
            "order_line": [(0, 0, line)],
        }
        order = self.rpc("sale.order", "create", values)
        self.rpc("sale.order", "action_confirm", [order], context=context)
        return order

    def test_the_funding_addon_is_not_there(self):
        domain = [("name", "=", "fusion_claims"), ("state", "!=", "uninstalled")]
        self.assertFalse(self.rpc("ir.module.module", "search", domain))
        names = self.rpc("sale.order.line", "fields_get", [], ["type"])
        self.assertNotIn("x_fc_adp_device_type", names)
        admin = Client(self.server, self.name, "admin").session
        menus = admin.get(f"{self.server.url}/web/webclient/load_menus", timeout=TIMEOUT_S).json()
        xmlids = {menu.get("xmlid") for menu in menus.values()}
        self.assertIn("fusion_repairs.menu_maintenance", xmlids)
        self.assertNotIn("fusion_repairs.menu_device_types", xmlids)

    def test_from_the_sale_to_the_next_due_date(self):
        order = self.sell(days_ago=170)
        domain = [("original_sale_order_id", "=", order)]
        contract = self.rpc(CONTRACT, "search_read", domain, ["next_due_date", "state"])[0]
        self.assertEqual(contract["state"], "active")
        self.rpc(
            "ir.cron",
            "method_direct_trigger",
            [self.ref("fusion_repairs.ir_cron_maintenance_due_reminders")],
        )
        mails = self.rpc("mail.mail", "search_read", [], ["body_html"])
        token = next(found[1] for mail in mails if (found := LINK.search(mail["body_html"])))
        client = HouseholdClient(self.server, token, 0).open()
        status, where = client.confirm(client.slots[0])
        self.assertEqual(status, 303)
        self.assertIn("/repairs/maintenance/visit/", where)

        visit = self.rpc(CONTRACT, "read", [contract["id"]], ["open_visit_id"])[0]
        self.rpc("fusion.repair.maintenance.visit", "action_done", [visit["open_visit_id"][0]])
        after = self.rpc(CONTRACT, "read", [contract["id"]], ["next_due_date"])[0]
        self.assertGreater(after["next_due_date"], contract["next_due_date"])

    def test_the_installed_base_is_enrolled(self):
        order = self.sell(days_ago=30, fusion_repairs_no_spawn=True)
        wizard = self.rpc(
            "fusion.repair.maintenance.backfill.wizard", "create", {"delivered_only": False}
        )
        run = self.rpc("fusion.repair.maintenance.backfill.wizard", "action_scan", [wizard])[
            "res_id"
        ]
        self.assertEqual(self.rpc("fusion.repair.backfill.run", "action_execute", [run]), 1)
        domain = [("original_sale_order_id", "=", order)]
        contract = self.rpc(CONTRACT, "search_read", domain, ["x_fc_source"])[0]
        self.assertEqual(contract["x_fc_source"], "backfill")

    def test_a_breakdown(self):
        job = self.rpc(
            "repair.order",
            "create",
            {"partner_id": self.client, "x_fc_category_id": self.category, "x_fc_problem": "Dead"},
        )
        self.rpc("repair.order", "action_fc_plan", [job])
        job = self.rpc("repair.order", "read", [job], ["x_fc_task_ids", "x_fc_service_state"])[0]
        self.assertEqual((len(job["x_fc_task_ids"]), job["x_fc_service_state"]), (1, "to_schedule"))

    def test_the_log_is_clean(self):
        self.assertCleanLog()
