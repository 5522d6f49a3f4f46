from odoo.exceptions import UserError
from odoo.tests import tagged

from ..services import ics
from .common import MONDAY, TasksCase, utc


@tagged("post_install", "-at_install")
class TestIcs(TasksCase):
    def lines(self, content):
        return content.decode().replace("\r\n ", "").split("\r\n")

    def test_a_visit_as_a_calendar_file(self):
        self.company.email = "office@field.example"
        client = self.env["res.partner"].create(
            {"name": "Client", "street": "5 Elm St; rear", "city": "Toronto",
             "country_id": self.env.ref("base.ca").id}
        )  # fmt: skip
        task = self.new_task(self.ann, 9, partner_id=client.id, access_notes="Code 1234")
        lines = self.lines(task._get_ics())
        for line in (
            "METHOD:REQUEST", "DTSTART:20310317T130000Z", "DTEND:20310317T140000Z",
            "STATUS:CONFIRMED", "SEQUENCE:0", "SUMMARY:Other\\, Field Co",
            'ORGANIZER;CN="Field Co":mailto:office@field.example',
        ):  # fmt: skip
            self.assertIn(line, lines)
        text = "\n".join(lines)
        self.assertIn("LOCATION:5 Elm St\\; rear\\, Toronto", text)
        self.assertNotIn("1234", text)
        self.assertNotIn("Ann", text)
        self.assertEqual(lines[-1], "")

    def test_a_change_raises_the_sequence_of_the_same_event(self):
        task = self.new_task(self.ann, 9)
        uid = next(line for line in self.lines(task._get_ics()) if line.startswith("UID:"))
        task._reschedule(utc(MONDAY, 14))
        moved = self.lines(task._get_ics())
        self.assertIn(uid, moved)
        self.assertIn("SEQUENCE:1", moved)
        task.summary = "The text of the office"
        self.assertIn("SEQUENCE:1", self.lines(task._get_ics()))
        cancelled = self.lines(task._get_ics("CANCEL"))
        for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2", uid):
            self.assertIn(line, cancelled)
        task.action_cancel()
        self.assertIn("STATUS:CANCELLED", self.lines(task._get_ics()))

    def test_a_task_without_a_time_is_no_event(self):
        with self.assertRaises(UserError):
            self.Task.create({"summary": "Open"})._get_ics()

    def test_lines_are_folded_between_characters(self):
        folded = ics.fold("é" * 80)
        self.assertEqual([len(part) for part in folded.split(b"\r\n")], [74, 75, 13])
        self.assertEqual(folded.replace(b"\r\n ", b"").decode(), "é" * 80)
        self.assertEqual(ics.escape("a\\b;c,d\ne"), "a\\\\b\\;c\\,d\\ne")
