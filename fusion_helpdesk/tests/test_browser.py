from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import HelpdeskMixin

HERE = Path(__file__).parent
# The first action closes whatever dialog is open.
READY = (
    "!!document.querySelector('.o_fhd_systray button') && "
    "!!document.querySelector('.o_action_manager > *')"
)


class BrowserCase(HelpdeskMixin, HttpCase):
    def play(self, story, login="fhd_anna"):
        self.env.flush_all()
        code = HERE.joinpath("browser_steps.js").read_text() + HERE.joinpath(story).read_text()
        self.browser_js("/odoo", code, ready=READY, login=login, timeout=60)

    def add_answered(self):
        ticket = self.central.add_ticket(
            self.anna.id, "anna@example.com", "Printer", reporter="Anna Reid"
        )
        self.central.add_message(ticket, "An internal note", subtype_is_internal=True)
        self.central.add_message(ticket, "<p>Turn it off and on</p>")
        return ticket


@tagged("post_install", "-at_install")
class TestReportBrowser(BrowserCase):
    """360 px wide, as on a small phone; the keyboard alone sends."""

    browser_size = "360x740"

    def test_a_report_from_a_phone(self):
        self.play("report_story.js")

        [ticket] = self.central.tickets.values()
        self.assertEqual(ticket["vals"]["name"], "[ACME] Bug Report: Printer smokes")
        self.assertIn("<p>Since noon.<br/>Please help.</p>", ticket["vals"]["description"])
        self.assertIn("<tr><td>Page</td>", ticket["vals"]["description"])
        self.assertEqual([file["name"] for file in ticket["files"]], ["shot.png"])
        self.assertEqual(ticket["files"][0]["mimetype"], "image/png")
        [reply] = self.central.messages[ticket["id"]]
        self.assertEqual((reply["body"], reply["author"]), ("One more thing", "Anna Reid"))
        self.assertEqual(self.rows().mapped("state"), ["sent", "sent"])

    def test_reading_and_answering_on_a_phone(self):
        ticket = self.add_answered()
        self.env["fusion.helpdesk.service"]._sync_digest()
        self.play("list_story.js")

        self.assertEqual(self.central.messages[ticket][-1]["body"], "That helped")
        self.assertEqual(self.service()._unread_count(), 0)


@tagged("post_install", "-at_install")
class TestDeskBrowser(BrowserCase):
    def test_reading_and_answering_on_a_desk(self):
        ticket = self.add_answered()
        self.env["fusion.helpdesk.service"]._sync_digest()
        self.play("list_story.js")
        self.assertEqual(self.central.messages[ticket][-1]["body"], "That helped")

    def test_somebody_else_sees_nothing(self):
        self.add_answered()
        self.env["fusion.helpdesk.service"]._sync_digest()
        self.play("empty_story.js", login="fhd_ben")

    def test_an_admin_sees_all(self):
        self.add_answered()
        self.central.add_ticket(self.ben.id, "ben@example.com", "Scanner", reporter="Ben Roy")
        self.play("admin_story.js", login="fhd_boss")

    def test_central_stopped(self):
        self.stop_central()
        self.play("down_story.js")
        self.assertFalse(self.central.calls)
        self.assertEqual(self.rows().state, "discarded")

    def test_what_central_offers_beyond(self):
        self.central.features = ["similar", "subscribe", "notices", "rate", "set_state"]
        self.central.notices = [
            {"id": 1, "title": "Maintenance on Saturday", "body": "<p>From 8 to 9</p>",
             "severity": "warning", "date_from": "", "date_to": ""}
        ]  # fmt: skip
        self.env["fusion.helpdesk.remote"]._ping()
        self.central.flags = {"can_close": True, "can_rate": True}
        other = self.central.add_ticket(self.ben.id, subject="Printer smokes")

        self.play("more_story.js")

        [payload] = self.central.named("submit_ticket")
        self.assertRegex(payload["attachments"][0]["name"], r"^screenshot-\d{8}-\d{6}\.png$")
        self.assertEqual(self.central.named("subscribe")[0]["ticket_id"], other)
        self.assertEqual(self.central.named("set_state")[0]["action"], "close")
        self.assertEqual(self.central.named("rate")[0]["rating"], 5)

    def test_an_error_is_reported(self):
        self.play("error_story.js")

        [payload] = self.central.named("submit_ticket")
        self.assertIn("Error: Division by zero", payload["vals"]["name"])
        self.assertIn("<tr><td>Errors</td>", payload["vals"]["description"])
        self.assertIn("token=***", payload["vals"]["description"])
        self.assertNotIn("canary", payload["vals"]["description"])
        self.assertRegex(payload["fingerprint"], r"^[0-9a-f]{64}$")

    def test_without_features_nothing_of_it_shows(self):
        self.add_answered()
        self.central.flags = {"can_close": True, "can_rate": True}
        self.env["fusion.helpdesk.service"]._sync_digest()
        self.play("plain_story.js")
        self.assertFalse(self.central.named("similar_tickets"))

    def test_setting_it_up(self):
        self.connect(remote_url="")
        self.play("setup_story.js", login="admin")

    def test_a_refused_report_is_edited(self):
        self.central.fail({"error": "invalid", "message": "No such team"})
        files = [{"name": "a", "mimetype": "text/plain", "data": "eA=="}]
        self.submit(attachments=files, draft_uuid="refused")
        self.play("refused_story.js")

        first, second = self.central.named("submit_ticket")
        self.assertEqual(first["uuid"], second["uuid"])
        self.assertEqual(second["vals"]["description"].split("<table")[0], "<p>It smokes a lot</p>")
        self.assertEqual(len(self.rows()), 1)
