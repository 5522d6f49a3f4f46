"""The pages of the clock that its people and tablets stand before, tested by axe-core."""

from .pages import PageReader
from .support import ServerCase


class TestClockPages(PageReader, ServerCase):
    database = "clock_pages"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.rpc("res.company", "search", [], limit=1)[0]
        location = cls.rpc(
            "fusion.clock.location", "create", {"name": "Front door", "company_id": company}
        )
        cls.rpc("res.company", "write", [company], {"x_fclk_nfc_kiosk_location_id": location})
        for key in ("enable_nfc_kiosk", "enable_pin_kiosk"):
            cls.rpc("ir.config_parameter", "set_param", f"fusion_clock.{key}", "True")
        kiosk = cls.ref("fusion_clock.group_fusion_clock_kiosk")
        portal = cls.ref("base.group_portal")
        cls.make_user("tablet", [portal, kiosk])
        user = cls.make_user("paula", [portal])
        cls.rpc("hr.employee", "create", {"name": "Paula", "user_id": user})

    @classmethod
    def make_user(cls, login, group_ids):
        values = {"name": login.title(), "login": login, "password": login}
        values["group_ids"] = [(6, 0, group_ids)]
        return cls.rpc("res.users", "create", values)

    def test_kiosks(self):
        self.assert_accessible(
            ["/fusion_clock/kiosk/nfc", "/fusion_clock/kiosk"],
            login="tablet",
            ready="!!document.querySelector('.o_fusion_clock_kiosk')?.dataset.state",
            but=["meta-viewport"],  # a tablet on the wall that zooms is stuck there
        )

    def test_portal(self):
        pages = ["", "/timesheet", "/schedule", "/requests"]
        self.assert_accessible([f"/my/clock{page}" for page in pages], area="#wrap", login="paula")
