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


@tagged("post_install", "-at_install")
class TestReportBrowser(BrowserCase):
    """360 px wide, as on a small phone."""

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
