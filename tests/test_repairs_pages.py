"""The pages on which clients of fusion_repairs report, look and wait, tested by axe-core."""

import re
from datetime import date, timedelta

from .pages import PageReader
from .support import ServerCase

LINK = re.compile(r"/repairs/maintenance/book/[\w-]{43}")
LANGUAGES = ("en_US", "fr_CA")


class TestRepairsPages(PageReader, ServerCase):
    database = "repairs_pages"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        category = cls.ref("fusion_repairs.category_stair_lift")
        portal = cls.ref("base.group_portal")
        values = {"name": "Clara", "login": "clara", "password": "clara"}
        user = cls.rpc("res.users", "create", {**values, "group_ids": [(6, 0, [portal])]})
        partner = cls.rpc("res.users", "read", [user], ["partner_id"])[0]["partner_id"][0]
        unit = {
            "name": "Stair lift",
            "x_fc_is_client_unit": True,
            "x_fc_client_id": partner,
            "x_fc_repair_category_id": category,
        }
        cls.unit = cls.rpc("maintenance.equipment", "create", unit)
        cls.code = cls.rpc("maintenance.equipment", "read", [cls.unit], ["x_fc_qr_code"])[0][
            "x_fc_qr_code"
        ]
        job = {"partner_id": partner, "x_fc_equipment_id": cls.unit, "x_fc_problem": "It beeps."}
        cls.job = cls.rpc("repair.order", "create", job)

    def test_without_a_login(self):
        self.assert_accessible(
            [
                "/repairs/request",
                "/repairs/request?type=stair_lift",
                "/repairs/help?type=stair_lift",
                f"/repairs/u/{self.code}",
                "/repairs/status/unknown",
            ]
        )

    def test_portal(self):
        pages = [
            "/my/equipment",
            f"/my/equipment/{self.unit}",
            "/my/repairs",
            f"/my/repairs/{self.job}",
            "/my/repairs/new",
            f"/my/repairs/new?unit={self.unit}",
            "/my/plans",
        ]
        self.assert_accessible(pages, area="#wrap", login="clara")

    def test_the_link_of_a_reminder(self):
        """Choosing a time, in both languages."""
        contracts = "fusion.repair.maintenance.contract"
        partner = {"name": "Clara", "email": "clara@example.com"}
        values = {
            "partner_id": self.rpc("res.partner", "create", partner),
            "product_id": self.rpc("product.product", "create", {"name": "Lift"}),
            "x_fc_policy_category_id": self.ref("fusion_repairs.category_stair_lift"),
            "x_fc_maintenance_fee": 149,
            "next_due_date": str(date.today() + timedelta(days=20)),  # noqa: DTZ011
            "state": "active",
        }
        self.rpc(contracts, "create", values)
        cron = self.ref("fusion_repairs.ir_cron_maintenance_due_reminders")
        self.rpc("ir.cron", "method_direct_trigger", [cron])
        sent = [("email_to", "=", partner["email"])]
        [mail] = self.rpc("mail.mail", "search_read", sent, ["body_html"])
        link = LINK.search(mail["body_html"])[0]
        self.assert_accessible([f"{link}?lang={code}" for code in LANGUAGES])
