from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from .common import HelpdeskMixin


@tagged("post_install", "-at_install")
class TestHealth(HelpdeskMixin, TransactionCase):
    def check(self, name):
        found = {row["code"]: row for row in self.env["fusion.health"]._fusion_health_checks()}
        row = found[f"fusion_helpdesk.{name}"]
        return row["state"], row["value"]

    def test_the_connection(self):
        self.assertEqual(self.check("connection"), ("warning", False))
        self.env["fusion.helpdesk.remote"]._test_connection()
        state, value = self.check("connection")
        self.assertEqual(state, "ok")
        self.assertTrue(value)
        self.connect(last_error="wrong key")
        self.assertEqual(self.check("connection")[0], "error")
        self.connect(remote_url="", last_error="")
        self.state.last_ok_at = False
        self.assertEqual(self.check("connection"), ("ok", False))

    def test_the_outbox(self):
        self.assertEqual(self.check("outbox_waiting"), ("ok", 0))
        self.central.fail("close", {"error": "invalid"})
        self.submit(draft_uuid="a")
        self.close_breaker()
        self.submit(draft_uuid="b")
        self.env.cr.execute(
            "UPDATE fusion_helpdesk_outbox SET create_date = %s",
            [fields.Datetime.now() - timedelta(hours=2)],
        )
        self.env.invalidate_all()
        self.assertEqual(self.check("outbox_waiting"), ("warning", 1))
        self.assertEqual(self.check("outbox_refused"), ("warning", 1))

    def test_the_invariants_hold(self):
        self.submit()
        rows = self.env["fusion.health"]._fusion_invariants()
        ours = [row for row in rows if row["code"].startswith("fusion_helpdesk.")]
        self.assertEqual([row["ok"] for row in ours], [True, True])
        self.rows().payload = {"vals": {}}
        rows = {row["code"]: row for row in self.env["fusion.health"]._fusion_invariants()}
        self.assertFalse(rows["fusion_helpdesk.sent_is_empty"]["ok"])

    def test_the_start_page_links_the_outbox_for_admins(self):
        def labels(user):
            links = self.env["fusion.start"].with_user(user)._fusion_start_links()
            return [link["label"] for link in links]

        self.assertIn("Messages to support", labels(self.boss))
        self.assertNotIn("Messages to support", labels(self.anna))

    def test_system_users_are_reporter_admins(self):
        group = self.env.ref("fusion_helpdesk.group_reporter_admin")
        self.assertIn(group, self.env.ref("base.group_system").all_implied_ids)
        self.assertTrue(self.service(self.env.ref("base.user_admin"))._identity()["all"])

    def test_who_sees_the_icon(self):
        admin = self.env.ref("base.user_admin")
        self.assertTrue(self.service()._get_icon_state()["is_configured"])
        self.assertEqual(self.service(self.portal)._get_icon_state(), {})
        self.connect(remote_url="")
        self.assertEqual(self.service()._get_icon_state(), {})
        self.assertFalse(self.service(admin)._get_icon_state()["is_configured"])
