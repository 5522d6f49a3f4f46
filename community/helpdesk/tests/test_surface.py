import tempfile
from pathlib import Path

from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from odoo.addons import __path__ as addons_paths

from . import surface
from .common import DeskCommon

ADDONS = ("helpdesk_mgmt", "helpdesk")
CORE = ("mail.thread.cc", "mail.activity.mixin", "portal.mixin")
#: OCA gives these names to fields of its own; they are also a message's files, a contact's users.
RELATED = {"attachment_ids", "user_ids"}


@tagged("post_install", "-at_install")
class TestSurface(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = surface.listed()

    def private_names(self):
        """:return: what the two addons define on ticket and team and SURFACE.md does not list"""
        own = {
            name
            for model in ("helpdesk.ticket", "helpdesk.team", "helpdesk.ticket.team")
            for base in type(self.env[model]).mro()
            if getattr(base, "_module", None) in ADDONS
            for name in vars(base)
        }
        common = set(MAGIC_COLUMNS) | RELATED
        common |= {
            name for model in CORE for base in type(self.env[model]).mro() for name in vars(base)
        }
        listed = {
            name.rpartition(".")[2] for kind in ("field", "method") for name in self.names[kind]
        }
        return {name for name in own - common - listed if not name.startswith("__")}

    def test_all_that_is_listed_exists(self):
        self.assertGreaterEqual(len(self.names["field"]), 20)
        for model in self.names["model"]:
            self.assertIn(model, self.env)
        for xmlid in self.names["xmlid"]:
            self.assertTrue(self.env.ref(xmlid, raise_if_not_found=False), xmlid)
        for name in self.names["method"]:
            model, _dot, method = name.rpartition(".")
            self.assertTrue(callable(getattr(self.env[model], method, None)), name)
        stage = self.env["helpdesk.ticket.stage"]
        for name in self.names["field"]:
            model, _dot, field = name.rpartition(".")
            self.assertIn(field, {**stage._fields, **self.env[model]._fields}, name)

    def test_addons_of_the_suite_use_nothing_else(self):
        private = self.private_names()
        for folder in self.suite():
            with self.subTest(addon=folder.name):
                self.assertEqual(list(surface.faults(folder, self.names, private)), [])

    def suite(self):
        for root in addons_paths:
            for manifest in Path(root).glob("fusion_*/__manifest__.py"):
                if '"helpdesk"' in manifest.read_text():
                    yield manifest.parent

    def test_what_is_not_listed_is_found(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "__manifest__.py").write_text('{"depends": ["helpdesk", "helpdesk_mgmt"]}')
            (folder / "good.py").write_text(
                'env["helpdesk.ticket"].search([("partner_email", "=", x)]).ticket_ref\n'
                'env.ref("helpdesk.group_helpdesk_user")\n'
            )
            (folder / "bad.py").write_text(
                'env["helpdesk.stage"].search([("unattended", "=", True)])\n'
                'env.ref("helpdesk_mgmt.group_helpdesk_user")\n'
                "ticket.assign_to_me()\n"
            )
            (folder / "bad.xml").write_text(
                '<odoo><record id="v" model="ir.ui.view">'
                '<field name="model">helpdesk.ticket</field>'
                '<field name="inherit_id" ref="helpdesk.quick_create"/>'
                '<field name="arch" type="xml"><field name="name" position="after">'
                '<field name="channel_id"/></field></field></record></odoo>'
            )

            found = sorted(surface.faults(folder, self.names, self.private_names()))

        self.assertEqual(
            found,
            [
                "__manifest__.py: depends on helpdesk_mgmt, which Enterprise does not have",
                "bad.py: assign_to_me of the helpdesk is not on the surface",
                "bad.py: helpdesk.stage is not on the surface",
                "bad.py: helpdesk_mgmt.group_helpdesk_user is not on the surface",
                "bad.py: unattended of the helpdesk is not on the surface",
                "bad.xml: channel_id of the helpdesk is not on the surface",
                "bad.xml: helpdesk.quick_create is not on the surface",
            ],
        )
