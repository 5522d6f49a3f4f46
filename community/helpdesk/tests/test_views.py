from lxml import etree

from odoo.tests import tagged

from ..hooks import OCA_PARENTS
from .common import DeskCommon

ANCHORS = {
    "helpdesk.helpdesk_ticket_view_form": [
        "//header",
        "//field[@name='partner_name']",
        "//sheet",
        "//notebook",
        "//div[hasclass('oe_title')]",
    ],
    "helpdesk.helpdesk_tickets_view_tree": ["//field[@name='partner_id']"],
    "helpdesk.helpdesk_tickets_view_search": ["//field[@name='partner_id']"],
    "helpdesk.helpdesk_ticket_view_kanban": ["//field[@name='name']"],
}


@tagged("post_install", "-at_install")
class TestViews(DeskCommon):
    def test_views_of_the_surface_can_be_inherited_at_every_anchor(self):
        for xmlid, anchors in ANCHORS.items():
            view = self.env.ref(xmlid)
            for number, anchor in enumerate(anchors):
                with self.subTest(view=xmlid, anchor=anchor):
                    mark = f"stand_in_{number}"
                    self.env["ir.ui.view"].create(
                        {
                            "name": mark,
                            "model": "helpdesk.ticket",
                            "inherit_id": view.id,
                            "arch": f'<xpath expr="{anchor}" position="attributes">'
                            f'<attribute name="class">{mark}</attribute></xpath>',
                        }
                    )
                    found = self.env["helpdesk.ticket"].get_view(
                        view.inherit_id.id, view.inherit_id.type
                    )
                    self.assertEqual(len(etree.fromstring(found["arch"]).xpath(
                        f"//*[@class='{mark}']")), 1)  # fmt: skip

    def test_agent_reads_every_view(self):
        views = {"list": "partner_company_name", "form": "partner_phone", "kanban": "name"}
        for kind, field in views.items():
            with self.subTest(view=kind):
                arch = self.tickets.with_user(self.agent).get_view(view_type=kind)["arch"]
                self.assertIn(f'name="{field}"', arch)


@tagged("post_install", "-at_install")
class TestMenus(DeskCommon):
    def shown(self, user):
        return self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

    def test_the_app_has_one_root(self):
        root = self.env.ref("helpdesk.menu_helpdesk_root")
        reporting = self.env.ref("helpdesk.helpdesk_ticket_report_menu_main")
        config = self.env.ref("helpdesk.helpdesk_menu_config")

        self.assertEqual(reporting.parent_id, root)
        self.assertEqual(config.parent_id, root)
        shown = self.shown(self.manager)
        self.assertTrue({root.id, reporting.id, config.id} <= shown)
        for folder in OCA_PARENTS:
            with self.subTest(folder=folder):
                self.assertNotIn(self.env.ref(folder).id, shown)

    def test_entries_of_the_base_addon_stand_under_it(self):
        root = self.env.ref("helpdesk.menu_helpdesk_root")
        folders = set(OCA_PARENTS)
        entries = [child for children in OCA_PARENTS.values() for child in children]
        shown = self.shown(self.manager)
        for xmlid in set(entries) - folders:
            with self.subTest(menu=xmlid):
                menu = self.env.ref(xmlid)
                self.assertEqual(menu.parent_path.split("/")[0], str(root.id))
                if xmlid != "helpdesk_mgmt.helpdesk_config_settings_menu":  # system users only
                    self.assertIn(menu.id, shown)

    def test_agents_see_neither_reporting_nor_configuration(self):
        shown = self.shown(self.agent)

        self.assertIn(self.env.ref("helpdesk.menu_helpdesk_root").id, shown)
        self.assertNotIn(self.env.ref("helpdesk.helpdesk_ticket_report_menu_main").id, shown)
        self.assertNotIn(self.env.ref("helpdesk.helpdesk_menu_config").id, shown)
        self.assertNotIn(self.env.ref("helpdesk.menu_helpdesk_root").id, self.shown(self.employee))
