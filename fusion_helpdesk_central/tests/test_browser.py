import time
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import Answer, LoopbackServer

from .common import CentralHttpCase

FORM = "!!document.querySelector('button[name=action_request_owner_approval]')"


@tagged("post_install", "-at_install")
class TestBrowser(CentralHttpCase):
    def test_agent_asks_an_owner(self):
        def answer(_received):
            time.sleep(0.5)  # long enough to see the dialog without its summary
            return Answer(body=b'{"choices": [{"message": {"content": "- Brief"}}]}')

        ticket = self.make_ticket()
        with LoopbackServer() as server:
            server.answer(make=answer)
            self.set_config(openai_api_key="sk-canary", openai_base_url=server.url)
            story = Path(__file__).with_name("approval_story.js").read_text()
            self.browser_js(
                f"/odoo/m-helpdesk.ticket/{ticket.id}", story, ready=FORM, login="fhc_agent",
                timeout=90,
            )  # fmt: skip
            self.assertEqual(len(server.requests), 1)

        self.assertEqual(ticket.x_fc_engagement_state, "pending")
        self.assertEqual(ticket.x_fc_ai_summary, "- Brief")
        mail = self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)], limit=1
        )
        self.assertIn("As we said", mail.body_html)
