from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ClockHttpCase

ROLES = {
    "kiosk": "base.group_portal,fusion_clock.group_fusion_clock_kiosk",
    "portal": "base.group_portal",
    "plain": "base.group_user",
    "lead": "base.group_user,fusion_clock.group_fusion_clock_team_lead",
    "manager": "base.group_user,fusion_clock.group_fusion_clock_manager",
}
# model: what (plain, lead, manager) may; letters of read, write, create, unlink. The kiosk and
# the portal reach no table at all. A model that is missing here turns the suite red.
RIGHTS = {
    "fusion.clock.location": ("r", "r", "rwcu"),
    "fusion.clock.shift": ("r", "r", "rwcu"),
    "fusion.clock.schedule": ("r", "rwc", "rwcu"),
    "fusion.clock.penalty": ("r", "rwc", "rwcu"),
    "fusion.clock.break.rule": ("", "", "rwcu"),
    "fusion.clock.break.rule.recompute": ("", "", "rwcu"),
    "fusion.clock.activity.log": ("", "r", "r"),
    "fusion.clock.rate": ("", "", ""),
    "fusion.clock.pruned": ("", "", ""),
    "fusion.clock.correction": ("r", "rwc", "rwcu"),
    "fusion.clock.reason": ("", "rwc", "rwc"),
    "fusion.clock.period": ("", "r", "rwcu"),
    "fusion.clock.station": ("", "", "rwcu"),
    "fusion.clock.message": ("", "", "rwcu"),
    "fusion.clock.report.wizard": ("", "rwcu", "rwcu"),
    "fusion.clock.hours.report": ("", "r", "r"),
    "fusion.clock.payroll.profile": ("", "r", "rwcu"),
    "fusion.clock.payroll.profile.line": ("", "r", "rwcu"),
}
KIOSK = {"kiosk", "manager"}
LEADS = {"lead", "manager"}
EVERYBODY = set(ROLES)  # scoped to the own employee inside
# JSON-RPC route: whom it answers; anybody else gets an AccessError.
CALLS = {
    "/fusion_clock/kiosk/search": KIOSK,
    "/fusion_clock/kiosk/clock": KIOSK,
    "/fusion_clock/kiosk/pair": KIOSK,
    "/fusion_clock/kiosk/heartbeat": KIOSK,
    "/fusion_clock/kiosk/nfc/employee_search": KIOSK,
    "/fusion_clock/kiosk/nfc/tap": KIOSK,
    "/fusion_clock/kiosk/nfc/replay": KIOSK,
    "/fusion_clock/kiosk/nfc/enroll": KIOSK,
    "/fusion_clock/kiosk/nfc/unlock": KIOSK,
    "/fusion_clock/kiosk/nfc/lock": KIOSK,
    "/fusion_clock/kiosk/nfc/manager_data": KIOSK,
    "/fusion_clock/kiosk/nfc/profile_photo": KIOSK,
    "/fusion_clock/shift_planner/data": LEADS,
    "/fusion_clock/shift_planner/save": LEADS,
    "/fusion_clock/shift_planner/copy_week": LEADS,
    "/fusion_clock/shift_planner/post_week": LEADS,
    "/fusion_clock/board/watch": KIOSK | LEADS,
    "/fusion_clock/dashboard/data": LEADS,
    "/fusion_clock/dashboard/assign_card": {"manager"},
    "/fusion_clock/clock": EVERYBODY,
    "/fusion_clock/status": EVERYBODY,
    "/fusion_clock/systray": EVERYBODY,
    "/fusion_clock/reason": EVERYBODY,
    "/fusion_clock/correction/submit": EVERYBODY,
    "/fusion_clock/correction/cancel": EVERYBODY,
    "/fusion_clock/leave/submit": EVERYBODY,
    "/fusion_clock/leave/cancel": EVERYBODY,
    "/fusion_clock/schedule/renew_feed": EVERYBODY,
}
ARGUMENTS = {
    "/fusion_clock/shift_planner/data": {"week_start": "2026-06-01"},
    "/fusion_clock/shift_planner/save": {"changes": []},
    "/fusion_clock/shift_planner/copy_week": {"from_week": "2026-06-01", "to_week": "2026-06-08"},
    "/fusion_clock/shift_planner/post_week": {"week_start": "2026-06-01"},
    "/fusion_clock/dashboard/assign_card": {"employee_id": 0, "card_uid": "04:11:22:33"},
}
# Page: whom it shows itself to; anybody else is sent away or finds nothing.
PAGES = {
    "/fusion_clock/kiosk": KIOSK,
    "/fusion_clock/kiosk/nfc": KIOSK,
    "/fusion_clock/kiosk/avatar/<int:employee_id>": KIOSK,
    "/fusion_clock/board": KIOSK | LEADS,
    "/fusion_clock/board/muster": KIOSK | LEADS,
    "/my/clock": EVERYBODY,
    "/my/clock/timesheet": EVERYBODY,
    "/my/clock/schedule": EVERYBODY,
    "/my/clock/requests": EVERYBODY,
    "/my/clock/photo/<int:attendance_id>/<string:side>": set(),  # nobody's own here
    "/my/clock/data.json": set(),  # without an employee: nothing
    "/my/clock/schedule.ics": set(),  # without its token
}


@tagged("post_install", "-at_install")
class TestSecurityMatrix(ClockHttpCase):
    """Every model and every route of the addon against every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: new_test_user(
                cls.env,
                f"fclk_matrix_{name}",
                groups=groups,
                password=f"fclk_matrix_{name}",
                company_id=cls.company.id,
            )
            for name, groups in ROLES.items()
        }
        cls.set_config(enable_pin_kiosk=True, nfc_enroll_password="2468")

    def test_every_model_is_listed(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("fusion.clock.") and not model._abstract
        }
        self.assertEqual(ours, set(RIGHTS))

    def test_models(self):
        expected = dict(
            zip(("plain", "lead", "manager"), zip(*RIGHTS.values(), strict=True), strict=True)
        )
        expected |= {"kiosk": [""] * len(RIGHTS), "portal": [""] * len(RIGHTS)}
        for name, rights in expected.items():
            for model, right in zip(RIGHTS, rights, strict=True):
                with self.subTest(name=name, model=model):
                    record = self.env[model].with_user(self.users[name])
                    found = [
                        operation[0]
                        for operation in ("read", "write", "create", "unlink")
                        if record.has_access(operation)
                    ]
                    self.assertEqual("".join(found), right)

    def test_every_route_is_listed(self):
        rules = self.env["ir.http"].routing_map().iter_rules()
        ours = {
            (rule.rule, rule.endpoint.routing["type"])
            for rule in rules
            if rule.rule.startswith(("/fusion_clock/", "/my/clock"))
        }
        listed = {(path, "jsonrpc") for path in CALLS} | {(path, "http") for path in PAGES}
        self.assertEqual(ours, listed)
        for rule in self.env["ir.http"].routing_map().iter_rules():
            if rule.rule in PAGES:
                self.assertEqual(rule.methods - {"HEAD", "OPTIONS"}, {"GET"}, rule.rule)

    @mute_logger("odoo.http")
    def test_calls(self):
        for name in ROLES:
            self.authenticate(f"fclk_matrix_{name}", f"fclk_matrix_{name}")
            for path, allowed in CALLS.items():
                with self.subTest(name=name, path=path):
                    answer = self.call_raw(path, **ARGUMENTS.get(path, {}))
                    if name in allowed:
                        self.assertNotIn("error", answer, answer)
                    else:
                        self.assertEqual(
                            answer["error"]["data"]["name"], "odoo.exceptions.AccessError"
                        )
        self.assertFalse(self.Attendance.search([("employee_id.company_id", "=", self.company.id)]))

    @mute_logger("odoo.http")
    def test_nobody_is_let_in_without_signing_in(self):
        for path in CALLS:
            with self.subTest(path=path):
                answer = self.call_raw(path, **ARGUMENTS.get(path, {}))
                self.assertEqual(answer["error"]["code"], 100)
        for path in PAGES:
            with self.subTest(path=path):
                answer = self.url_open(self.fill(path), allow_redirects=False)
                self.assertIn(answer.status_code, (303, 404))

    def fill(self, path):
        path = path.replace("<int:employee_id>", str(self.employee.id))
        return path.replace("<int:attendance_id>", "1").replace("<string:side>", "in")

    def test_pages(self):
        for name in ROLES:
            self.authenticate(f"fclk_matrix_{name}", f"fclk_matrix_{name}")
            for path, allowed in PAGES.items():
                with self.subTest(name=name, path=path):
                    answer = self.url_open(self.fill(path), allow_redirects=False)
                    self.assertEqual(answer.status_code == 200, name in allowed)
                    self.assertIn(answer.status_code, (200, 303, 404))
