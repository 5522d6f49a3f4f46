import re
from datetime import datetime
from email import policy
from email.parser import BytesParser
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import SmtpSink

from .. import const
from .common import RepairsCase
from .device import DeviceCase

LINK = re.compile(r"https?://[^/\"]+(/repairs/maintenance/book/[\w-]{43})")


@tagged("post_install", "-at_install")
class TestStoryBrowser(RepairsCase, DeviceCase):
    """From the sale to the next reminder, as office, client and technician, with mails through a
    real SMTP server. Toronto puts its clocks forward on March 14, 2027."""

    def setUp(self):
        super().setUp()
        self.patch(const, "PAGES_PER_ADDRESS", (1000, 60))
        sink = self.enterContext(SmtpSink())
        self.sink = sink
        self.env["ir.mail_server"].search([], limit=100).active = False
        self.env["ir.mail_server"].create(
            {"name": "Sink", "smtp_host": sink.host, "smtp_port": sink.port}
        )
        self.olga = self.new_user("Olga", "fusion_repairs.group_user", password="tasks_olga")
        self.ann.write(
            {"password": self.ann.login, "group_ids": [
                (4, self.env.ref("fusion_repairs.group_field").id)]}
        )  # fmt: skip
        self.bob.x_fc_is_technician = False
        self.category.checklist_item_ids[2:].unlink()
        self.category.checklist_item_ids.write({"mandatory": True, "kind": "check"})

    def post(self):
        """Send what waits, as Odoo's mail queue does.

        :return: the messages that arrived
        """
        known = len(self.sink.messages)
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")], order="id", limit=50)
        servers = type(self.env["ir.mail_server"])
        with patch.object(servers, "_disable_send", classmethod(lambda _servers: False)):
            mails.send(auto_commit=False)
        return self.sink.messages[known:]

    def messages_to_the_client(self, *subjects):
        """:return: the messages that arrived now, these and no others"""
        found = [one for one in self.post() if one["X-Sink-To"] == "clara@example.com"]
        self.assertEqual([one["Subject"] for one in found], list(subjects))
        return [BytesParser(policy=policy.default).parsebytes(one.as_bytes()) for one in found]

    def text_of(self, message):
        return message.get_body(("html",)).get_content()

    def calendar_of(self, message):
        parts = [one for one in message.iter_attachments()
                 if one.get_content_type() == "text/calendar"]  # fmt: skip
        return parts[0].get_payload(decode=True).decode()

    def choose(self, phone, day, hour):
        """Tick an opening as a finger does."""
        phone.wait(
            f"""(() => {{
                const box = [...document.querySelectorAll("fieldset")].find(
                    (one) => one.querySelector("legend").textContent.includes("{day}"));
                const slot = box && [...box.querySelectorAll("label")].find(
                    (one) => one.textContent.trim().startsWith("{hour}"));
                if (!slot) {{ return false; }}
                slot.click();
                return slot.querySelector("input").checked;
            }})()""",
            f"{day} {hour}",
        )

    def test_from_the_sale_to_the_next_reminder(self):
        with freeze_time("2027-03-01 15:00:00", tick=True):
            contract = self.sell()
            path = self.remind(contract)
            visit = self.book(contract, path)
        with freeze_time("2027-03-16 12:40:00", tick=True):
            self.work(visit)
            self.look_back(contract, visit, path)
        with freeze_time("2027-08-25 12:00:00", tick=True):
            self.assertNotEqual(self.remind(contract), path)

    def sell(self):
        order = self.new_order(
            self.lift, confirm=False, commitment_date=datetime(2026, 9, 20, 15),
            user_id=self.olga.id,
        )  # fmt: skip
        self.as_desktop()
        with self.device("tasks_olga") as desk:
            desk.open(f"/odoo/action-sale.action_quotations/{order.id}")
            desk.click("button[name=action_confirm]")
            desk.see("Sales Order", ".o_statusbar_status .o_arrow_button_current")
        contract = self.contracts_of(order)
        self.assertEqual(
            (contract.state, contract.x_fc_maintenance_fee, str(contract.next_due_date)),
            ("active", 149, "2027-03-20"),
        )
        return contract

    def remind(self, contract):
        """:return: path of the link in the client's reminder"""
        self.assertEqual(self.Contract.cron_send_due_reminders()["done"], 1)
        [message] = self.messages_to_the_client("Maintenance of your Stair Lift 900")
        text = self.text_of(message)
        self.assertIn("Stair Lift 900", text)
        self.assertIn("$149.00 + applicable tax", text)
        path = LINK.search(text)[1]
        self.assertEqual(self.Contract._resolve_booking_token(path[-43:]), (contract, "ok"))
        return path

    def book(self, contract, path):
        """Before the clocks change at first, then after it; the hour on the wall is the same."""
        self.as_phone()
        with self.device() as phone:
            phone.open(path)
            self.assertLessEqual(phone.run("document.documentElement.scrollWidth"), 390)
            self.choose(phone, "Friday, March 12", "9:00")
            phone.click("button[type=submit]", "Book this time")
            phone.see("Thank you, your visit is booked", "h1")
            phone.see("Friday, March 12, 2027", "dd")
            phone.see("9:00", "dd.time")
            visit = contract.open_visit_id
            task = visit.technician_task_id
            self.assertEqual(task.datetime_start, datetime(2027, 3, 12, 14))
            [message] = self.messages_to_the_client("Your maintenance visit is booked")
            self.assertIn("Ann", self.text_of(message))
            self.assertIn("DTSTART:20270312T140000Z", self.calendar_of(message))

            phone.click("summary", "Choose another time")
            self.choose(phone, "Tuesday, March 16", "9:00")
            phone.click("button[type=submit]", "Move the visit")
            phone.see("Your visit has a new time", "[role=status]")
            phone.see("9:00", "dd.time")
        task.invalidate_recordset()
        self.assertEqual(task.datetime_start, datetime(2027, 3, 16, 13))
        self.assertEqual(task.datetime_end, datetime(2027, 3, 16, 14))
        self.assertEqual(task.calendar_event_id.start, datetime(2027, 3, 16, 13))
        [message] = self.messages_to_the_client("Your maintenance visit has a new time")
        calendar = self.calendar_of(message)
        self.assertIn("DTSTART:20270316T130000Z", calendar)
        self.assertIn("SEQUENCE:1", calendar)
        return visit

    def work(self, visit):
        task = visit.technician_task_id
        with self.device(self.ann.login) as phone:
            phone.open("/odoo/action-fusion_tasks.action_my_day")
            phone.see("9:00", ".o_fusion_tasks_stop .o_fusion_tasks_when")
            phone.click(".o_fusion_tasks_actions button", "On my way")
            phone.click(".o_fusion_tasks_actions button", "Start Work")
            phone.see("Complete", ".o_fusion_tasks_actions button")
            phone.open(f"/odoo/action-fusion_repairs.action_visits/{visit.id}")
            phone.press("Report")
            self.report(phone)
        self.assertEqual((task.status, visit.state), ("completed", "done"))
        self.assertEqual(visit.signed_by, "Clara Client")
        self.assertTrue(visit.signature)
        self.assertEqual(visit.checklist_line_ids.mapped("result"), ["pass", "pass"])

    def report(self, phone):
        for number in (1, 2):
            choice = f".modal fieldset:nth-of-type({number}) [data-value=pass]"
            phone.click(choice)
        phone.see("2 of 2 points done", ".modal [role=status]")
        phone.click(".modal .o_field_widget[name=outcome] label", "In order")
        phone.fill(".modal .o_field_widget[name=signed_by] input", "Clara Client")
        phone.click(".modal .o_field_widget[name=signature] .o_signature")
        phone.click(".modal button", "Adopt")
        phone.wait("Boolean(document.querySelector('.modal img.o_signature'))")
        phone.click(".modal button[name=action_submit]")
        phone.wait("!document.querySelector('.modal')")

    def look_back(self, contract, visit, path):
        certificate = visit.inspection_certificate_id
        self.assertEqual((certificate.result, certificate.state), ("pass", "valid"))
        self.assertEqual(str(contract.last_service_date), "2027-03-16")
        self.assertEqual(str(contract.next_due_date), "2027-09-20")
        self.env["fusion.repair.maintenance.visit"]._cron_mail_done()
        _on_my_way, done = self.messages_to_the_client(
            "Ann is on the way", "Your maintenance visit is done"
        )
        text = self.text_of(done)
        self.assertIn("September 20, 2027", text)
        with self.device() as phone:
            phone.open(path)
            phone.see("This link is no longer valid", "h1")
            phone.open(f"/repairs/certificate/{certificate.verify_id}")
            phone.see(certificate.name, "h1")
