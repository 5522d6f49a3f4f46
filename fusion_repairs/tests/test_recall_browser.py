from odoo.tests import tagged

from .. import const
from .device import DeviceCase
from .test_recall import RecallCase


@tagged("post_install", "-at_install")
class TestRecallBrowser(RecallCase, DeviceCase):
    """From the manufacturer's letter to a visit that the client chose."""

    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        self.new_user("Mona", "fusion_repairs.group_manager", password="tasks_mona")

    def test_a_recall_from_criteria_to_a_booked_visit(self):
        self.as_desktop()
        with self.device("tasks_mona") as desk:
            desk.open("/odoo/action-fusion_repairs.action_recalls/new")
            desk.fill(".o_field_widget[name=name] input", "Worn belt")
            desk.fill(".o_field_widget[name=hazard] textarea", "The belt can tear.")
            desk.fill(".o_field_widget[name=serial_from] input", "SL-100")
            desk.fill(".o_field_widget[name=serial_to] input", "SL-1499")
            desk.click("button[name=action_find_units]")
            desk.see("1", "button[name=action_view_units] .o_stat_value")
            desk.see("Units that match: 1", ".o_notification_content")
            desk.click("button[name=action_start]")
            desk.click(".modal .btn-primary")
            desk.see("Running", ".o_arrow_button_current")
        recall = self.env["fusion.repair.recall"].search([("name", "=", "Worn belt")])
        self.assertEqual((recall.state, recall.line_ids.equipment_id), ("running", self.unit))

        url = recall.line_ids._get_booking_url().removeprefix(recall.get_base_url())
        self.as_phone()
        with self.device() as phone:
            phone.open(url)
            phone.see("The belt can tear.", "main")
            self.assertLessEqual(phone.run("document.documentElement.scrollWidth"), 390)
            phone.run("document.querySelector('input[name=slot_key]').click()")
            phone.click("button[type=submit]", "Book this time")
            phone.see("comes on", ".next")
        self.assertEqual(recall.line_ids.state, "booked")
