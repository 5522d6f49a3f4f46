from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fusion_tasks.tests.common import MONDAY, utc

from .common import RepairsCase
from .device import DeviceCase

CARD = ".modal .o_fusion_repairs_checklist fieldset:nth-of-type(%s)"


@tagged("post_install", "-at_install")
class TestChecklistBrowser(RepairsCase, DeviceCase):
    """The points of a visit on a technician's phone."""

    def setUp(self):
        super().setUp()
        field = self.env.ref("fusion_repairs.group_field")
        self.ann.write({"password": self.ann.login, "group_ids": [Command.link(field.id)]})
        self.category.checklist_item_ids[3:].unlink()
        plain, measured, optional = self.category.checklist_item_ids
        plain.write({"kind": "check", "mandatory": True})
        measured.write({"kind": "measure", "unit": "V", "mandatory": True})
        optional.write({"kind": "check", "mandatory": False})
        contract = self.new_contract()
        self.visit = contract._confirm_booking(technician_id=self.ann.id, start=utc(MONDAY, 10))

    def open_report(self, phone):
        phone.open(f"/odoo/action-fusion_repairs.action_visits/{self.visit.id}")
        phone.press("Report")
        phone.see("0 of 3 points done", ".modal [role=status]")

    def test_results_by_thumb_reach_the_visit(self):
        self.as_phone()
        with self.device(self.ann.login) as phone:
            self.open_report(phone)
            body = "document.querySelector('.modal-body')"
            self.assertLessEqual(phone.run(f"{body}.scrollWidth - {body}.clientWidth"), 0)
            small = phone.run(
                """[...document.querySelectorAll(".modal .o_fusion_repairs_results span")].filter(
                    (one) => { const box = one.getBoundingClientRect();
                    return box.height < 44 || box.width < 44 || box.right > innerWidth; }).length"""
            )
            self.assertEqual(small, 0)
            phone.click(f"{CARD % 1} [data-value=pass]")
            phone.click(f"{CARD % 2} [data-value=fail]")
            phone.fill(f"{CARD % 2} .o_fusion_repairs_measure input", "21.5")
            phone.fill(f"{CARD % 2} .o_fusion_repairs_note input", "The battery is old.")
            phone.click(f"{CARD % 3} [data-value=na]")
            phone.see("3 of 3 points done", ".modal [role=status]")
            phone.click(".modal button", "Save for Later")
            phone.wait("!document.querySelector('.modal')")
        lines = self.visit.checklist_line_ids
        self.assertEqual(lines.mapped("result"), ["pass", "fail", "na"])
        self.assertEqual((lines[1].value, lines[1].note), (21.5, "The battery is old."))
        self.assertEqual(self.visit.state, "scheduled")

    def set_network(self, phone, is_on):
        phone.browser._websocket_request("Network.enable")
        phone.browser._websocket_request(
            "Network.emulateNetworkConditions",
            params={"offline": not is_on, "latency": 0, "downloadThroughput": -1,
                    "uploadThroughput": -1},
        )  # fmt: skip

    def test_entries_survive_without_a_network(self):
        """Saved in a dead spot, the page lost: all is back, and reaches the server once."""
        lines = self.visit.checklist_line_ids
        self.as_phone()
        with self.device(self.ann.login) as phone:
            self.open_report(phone)
            self.set_network(phone, False)
            phone.click(f"{CARD % 1} [data-value=pass]")
            phone.click(f"{CARD % 3} [data-value=fail]")
            phone.fill(f"{CARD % 3} .o_fusion_repairs_note input", "It rattles.")
            phone.fill(".modal .o_field_widget[name=signed_by] input", "Clara Client")
            phone.click(".modal button", "Save for Later")
            phone.see("Your entries stay on this device", ".o_notification")
            self.set_network(phone, True)
            phone.open("/web/login")  # the page is gone
            self.open_report_again(phone)
            phone.see("2 of 3 points done", ".modal [role=status]")
            phone.click(".modal button", "Save for Later")
            phone.wait("!document.querySelector('.modal')")
            kept = "Object.keys(localStorage).filter((one) => one.startsWith('fusion_repairs'))"
            self.assertEqual(phone.run(f"{kept}.length"), 0)
        self.assertEqual(lines.mapped("result"), ["pass", False, "fail"])
        self.assertEqual((lines[2].note, self.visit.signed_by), ("It rattles.", "Clara Client"))

    def open_report_again(self, phone):
        phone.open(f"/odoo/action-fusion_repairs.action_visits/{self.visit.id}")
        phone.press("Report")
        phone.see("Entries that had not been sent are back", ".o_notification")

    def test_points_by_keyboard(self):
        self.as_desktop()
        with self.device(self.ann.login) as desk:
            self.open_report(desk)
            desk.run(f"document.querySelector('{CARD % 1} input').focus()")
            for key in (" ", "ArrowRight"):
                self.strike(desk, key)
            desk.see("1 of 3 points done", ".modal [role=status]")
            self.assertEqual(desk.run("document.activeElement.value"), "fail")
            heard = desk.run(
                f"""[document.querySelector('{CARD % 1} legend').textContent.trim(),
                document.activeElement.labels[0].textContent.trim()]"""
            )
        self.assertEqual(heard, [self.visit.checklist_line_ids[0].label, "Fail"])

    def strike(self, device, key):
        code = "Space" if key == " " else key
        number = {" ": 32, "ArrowRight": 39}[key]
        for kind in ("keyDown", "keyUp"):
            device.browser._websocket_request(
                "Input.dispatchKeyEvent",
                params={"type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number,
                        "text": key if key == " " and kind == "keyDown" else ""},
            )  # fmt: skip
