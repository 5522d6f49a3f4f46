import json
import time
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import Answer, LoopbackServer

from .common import CentralHttpCase

PRESENCE = """
    const presence = %s;
    const shown = () => document.querySelector(".o_fusion_helpdesk_presence")?.textContent || "";
    const component = [...owl.App.apps].flatMap((app) => app.root ? [app.root] : []);
    const find = (node) => {
        if (node.component?.onPresence) { return node.component; }
        for (const child of Object.values(node.children)) {
            const found = find(child);
            if (found) { return found; }
        }
    };
    const widget = component.map(find).find(Boolean);
    widget.onPresence({ ...presence, ticket_id: presence.ticket_id + 1 });
    if (Object.keys(widget.state.people).length) { console.error("another ticket's person shows"); }
    widget.onPresence(presence);
    (function look() {
        shown().includes("Max Manager") ? console.log("test successful") : setTimeout(look, 50);
    })();
"""
FORM = "!!document.querySelector('button[name=action_request_owner_approval]')"


@tagged("post_install", "-at_install")
class TestBrowser(CentralHttpCase):
    def test_two_agents_on_one_ticket(self):
        """The other one is told over the bus, as his browser would be."""
        ticket = self.make_ticket()
        other = ticket.with_user(self.manager)
        presence = {"ticket_id": ticket.id, "user_id": self.manager.id, "name": "Max Manager"}
        self.browser_js(
            f"/odoo/m-helpdesk.ticket/{ticket.id}", PRESENCE % json.dumps(presence), ready=FORM,
            login="fhc_agent", timeout=60,
        )  # fmt: skip
        with self.assertRaises(AccessError):
            ticket.with_user(self.employee).fc_tell_presence()
        self.env["bus.bus"].search([]).unlink()
        other.fc_tell_presence()
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].sudo().search([])
        self.assertEqual(len(sent), 1)
        group = self.env.ref("helpdesk.group_helpdesk_user")
        self.assertEqual(json.loads(sent.channel)[1:], ["res.groups", group.id])
        payload = json.loads(sent.message)["payload"]
        self.assertEqual(payload, {**presence, "name": self.manager.name})

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
