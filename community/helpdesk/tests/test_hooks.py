from odoo.tests import tagged

from ..hooks import OCA_GROUPS, OCA_PARENTS, PRIVILEGE, post_init_hook, uninstall_hook
from .common import DeskCommon


@tagged("post_install", "-at_install")
class TestUninstall(DeskCommon):
    def test_uninstalling_leaves_the_base_addon_as_it_was(self):
        empty = self.make_ticket()

        uninstall_hook(self.env)

        for parent, children in OCA_PARENTS.items():
            for child in children:
                self.assertEqual(self.env.ref(child).parent_id, self.env.ref(parent), child)
        self.assertTrue(self.env.ref("helpdesk_mgmt.helpdesk_ticket_main_menu").active)
        for xmlid in OCA_GROUPS:
            self.assertEqual(self.env.ref(xmlid).privilege_id, self.env.ref(PRIVILEGE))
        self.assertIn(self.env.ref("helpdesk_mgmt.group_helpdesk_user"), self.agent.group_ids)
        self.assertIn(self.env.ref("helpdesk_mgmt.group_helpdesk_manager"), self.manager.group_ids)
        self.env.cr.execute(
            "SELECT is_nullable FROM information_schema.columns"
            " WHERE table_name = 'helpdesk_ticket' AND column_name = 'description'"
        )
        self.assertEqual(self.env.cr.fetchone(), ("NO",))
        self.env.cr.execute("SELECT description FROM helpdesk_ticket WHERE id = %s", [empty.id])
        self.assertEqual(self.env.cr.fetchone(), ("",))

    def test_installing_again_gives_the_roles_back(self):
        uninstall_hook(self.env)

        post_init_hook(self.env)

        self.assertIn(self.env.ref("helpdesk.group_helpdesk_user"), self.agent.group_ids)
        self.assertIn(self.env.ref("helpdesk.group_helpdesk_manager"), self.manager.group_ids)
        self.assertNotIn(self.env.ref("helpdesk_mgmt.group_helpdesk_user"), self.agent.group_ids)
