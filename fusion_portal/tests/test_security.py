from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.fusion_base.tests.common import RightsMixin

from .common import ROLLATOR, PortalCase

ROLES = ("plain", "field_rep", "therapist", "clerk", "office")
#: {model: rights by role, letters of read, write, create, unlink}
RIGHTS = dict.fromkeys(
    (
        "fusion.assessment.visit",
        "fusion.assessment",
        "fusion.accessibility.assessment",
        "fusion.accessibility.segment",
    ),
    ("", "rwc", "r", "rwc", "rwcu"),
)
RIGHTS["fusion.assessment.photo"] = ("", "rwu", "r", "rwc", "rwcu")
RIGHTS["fusion.visit.op"] = ("", "", "", "", "r")
RIGHTS["fusion.visit.cancel.wizard"] = ("", "", "", "rwc", "rwc")


@tagged("post_install", "-at_install")
class TestSecurity(RightsMixin, PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.new_portal("plain")
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.colleague = cls.new_portal("colleague", "fusion_portal.group_portal_sales_rep")
        cls.therapist = cls.new_portal("therapist", "fusion_portal.group_portal_authorizer")
        cls.office = cls.new_user("por_office", "fusion_portal.group_field_manager")
        cls.visit = cls.new_visit(
            sales_rep_id=cls.field_rep.id, authorizer_id=cls.therapist.partner_id.id
        )
        cls.item = cls.add(cls.visit, "rollator", ROLLATOR)
        cls.stair = cls.add(
            cls.visit, "stairlift_curved", {"segment_ids": [Command.create({"length": 10})]},
            measured=False,
        )  # fmt: skip
        cls.records = (cls.visit, cls.item, cls.stair, cls.stair.segment_ids)

    def test_every_model_and_role(self):
        self.assert_rights("fusion_portal", RIGHTS, [getattr(self, role) for role in ROLES])

    def test_who_sees_a_visit(self):
        public = self.env.ref("base.public_user")
        sees = {self.field_rep: True, self.therapist: True, self.clerk: True,
                self.colleague: False, self.plain: False, public: False}  # fmt: skip
        for record in self.records:
            for user, is_seen in sees.items():
                self.assertEqual(record.with_user(user).has_access("read"), is_seen, user.login)

    def test_the_team_sees_it(self):
        self.visit.team_id = self.env["crm.team"].create(
            {"name": "Field", "x_fc_portal_rep_ids": [Command.set(self.colleague.ids)]}
        )
        for record in self.records:
            self.assertTrue(record.with_user(self.colleague).has_access("read"))

    def test_the_therapist_writes_nothing_by_rpc(self):
        for record in self.records:
            self.assertFalse(record.with_user(self.therapist).has_access("write"))

    def test_the_therapist_moves_no_item(self):
        self.item.state = "draft"
        with self.assertRaises(AccessError):
            self.item.with_user(self.therapist).action_measured()
        self.assertEqual(self.item.state, "draft")

    def test_a_rail_closes_with_its_item(self):
        self.stair.state = "cancelled"
        with self.assertRaises(UserError):
            self.stair.segment_ids.with_user(self.field_rep).write({"length": 11})
        self.assertEqual(self.stair.segment_ids.length, 10)

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.clerk.write({"company_id": company.id, "company_ids": [Command.set(company.ids)]})
        for record in self.records:
            self.assertFalse(record.with_user(self.clerk).has_access("read"))

    def test_what_a_rep_may_not_write(self):
        refused = [
            (self.visit, {"sales_rep_id": self.colleague.id}),
            (self.visit, {"state": "done"}),
            (self.visit, {"company_id": self.company.id}),
            (self.visit, {"partner_id": self.client.id}),
            (self.item, {"state": "signed"}),
            (self.item, {"visit_id": False}),
            (self.item, {"sale_order_id": False}),
            (self.item, {"authorizer_signed_name": "Me"}),
            (self.item, {"equipment_type": "scooter"}),
            (self.stair, {"assessment_type": "ramp"}),
        ]
        for record, values in refused:
            before = record.read(list(values))
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.with_user(self.field_rep).write(values)
            self.assertEqual(record.read(list(values)), before)

    def test_a_rep_writes_measures(self):
        self.item.with_user(self.field_rep).write({"wrist_height": 34})
        self.assertEqual(self.item.wrist_height, 34)

    def test_a_visit_of_a_rep_is_theirs(self):
        visits = self.env["fusion.assessment.visit"].with_user(self.field_rep)
        visit = visits.with_context(default_sales_rep_id=self.colleague.id).create(
            {"client_name": "Ann"}
        )
        self.assertEqual(visit.sales_rep_id, self.field_rep)
        self.assertEqual(visit.booking_source, "portal")
        with self.assertRaises(AccessError):
            visits.create({"sales_rep_id": self.colleague.id})

    def test_a_stranger_cannot_act(self):
        for act in (
            lambda visit: visit.action_complete(),
            lambda visit: visit.action_measurements_done(),
            lambda visit: visit.action_cancel("x"),
            lambda visit: visit._add_item("accessibility", "ramp"),
        ):
            with self.assertRaises(AccessError):
                act(self.visit.with_user(self.colleague))
        with self.assertRaises(AccessError):
            self.visit.with_user(self.field_rep).action_reopen()
        self.assertEqual(self.visit.state, "measuring")

    def test_a_portal_rep_completes_without_rights_on_orders(self):
        self.stair.state = "cancelled"
        orders = self.visit.with_user(self.field_rep).action_complete()
        self.assertEqual(len(orders.sudo()), 1)
        self.assertEqual(orders.sudo().x_fc_portal_rep_id, self.field_rep)
        self.assertFalse(orders.has_access("read"))
        self.env.invalidate_all()
        self.assertEqual(self.visit.with_user(self.field_rep).action_complete(), orders)
        with self.assertRaises(UserError):
            self.item.with_user(self.field_rep).write({"wrist_height": 30})

    def test_the_start_page(self):
        links = {
            user.login: [
                link["url"]
                for link in self.env["fusion.start"].with_user(user)._fusion_start_links()
                if link["url"].startswith("/my/")
            ]
            for user in (self.field_rep, self.therapist, self.plain)
        }
        self.assertEqual(
            links, {"por_rep": ["/my/visits"], "por_therapist": ["/my/cases"], "por_plain": []}
        )
