from odoo.tests import new_test_user, tagged

from ..hooks import MATCHING, OCA_GROUPS, _move_users
from .common import DeskCommon


@tagged("post_install", "-at_install")
class TestRoles(DeskCommon):
    def test_roles_imply_those_of_the_base_addon(self):
        for role, implied in (
            ("helpdesk.group_helpdesk_user", "helpdesk_mgmt.group_helpdesk_user"),
            ("helpdesk.group_helpdesk_manager", "helpdesk.group_helpdesk_user"),
            ("helpdesk.group_helpdesk_manager", "helpdesk_mgmt.group_helpdesk_manager"),
        ):
            with self.subTest(role=role, implied=implied):
                self.assertIn(self.env.ref(implied), self.env.ref(role).implied_ids)

    def test_one_dropdown_holds_both_roles(self):
        privilege = self.env.ref("helpdesk.res_groups_privilege_helpdesk")
        ours = self.env.ref("helpdesk.group_helpdesk_user") | self.env.ref(
            "helpdesk.group_helpdesk_manager"
        )

        self.assertEqual(privilege.group_ids, ours)
        for xmlid in OCA_GROUPS:
            with self.subTest(group=xmlid):
                self.assertFalse(self.env.ref(xmlid).privilege_id)

    def test_administrator_holds_the_higher_role(self):
        self.assertTrue(
            self.env.ref("base.user_admin").has_group("helpdesk.group_helpdesk_manager")
        )

    def test_holders_of_the_old_roles_get_the_matching_one(self):
        for theirs, ours in MATCHING.items():
            with self.subTest(role=theirs):
                login = f"stand-in-{theirs.rpartition('_')[2]}-holder"
                user = new_test_user(self.env, login, groups=theirs)

                _move_users(self.env.ref(theirs), self.env.ref(ours))

                self.assertTrue(user.has_group(ours))
                self.assertTrue(user.has_group(theirs))
                self.assertNotIn(self.env.ref(theirs), user.group_ids)

                user.group_ids -= self.env.ref(ours)
                self.assertFalse(user.has_group(theirs))
