"""The pages on which clients of fusion_repairs report, look and wait, tested by axe-core."""

from .pages import PageReader
from .support import ServerCase


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
