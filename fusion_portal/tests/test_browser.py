from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import PortalMixin

STORY = Path(__file__).with_name("visit_story.js").read_text()


class VisitBrowser(PortalMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_portal()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.therapist = cls.new_portal("therapist", "fusion_portal.group_portal_authorizer")

    def walk(self):
        visit = self.env["fusion.assessment.visit"].with_user(self.field_rep).create({})
        self.browser_js(
            f"/my/visit/{visit.id}",
            STORY.replace("AUTHORIZER", str(self.authorizer.id)),
            ready="true",
            login=self.field_rep.login,
            timeout=180,
        )
        self.env.invalidate_all()
        visit = visit.sudo(False).with_user(self.env.user)
        self.assertEqual((visit.state, visit.client_name), ("done", "Nora Newell"))
        orders = visit.sale_order_ids.sorted("x_fc_sale_type")
        self.assertEqual(orders.mapped("x_fc_sale_type"), ["adp", "march_of_dimes"])
        self.assertFalse(orders.order_line)
        self.assertEqual([len(orders[0].assessment_ids), len(orders[1].assessment_ids)], [2, 0])
        self.assertEqual(len(orders[1].accessibility_assessment_ids), 2)
        self.assertEqual(visit.income_under_threshold, "yes")
        stair = visit.accessibility_assessment_ids[0]
        self.assertEqual((stair.stair_riser_height, stair.stair_width), (7.5, 36))
        rollator = visit.adp_assessment_ids[0]
        self.assertEqual(rollator.authorizer_signed_name, "Olive Therapist")
        self.assertEqual(rollator.applicant_signed_name, "Nora Newell")


@tagged("post_install", "-at_install")
class TestTabletWide(VisitBrowser):
    browser_size = "1280x800"
    touch_enabled = True

    def test_a_rep_takes_a_visit_to_its_orders(self):
        self.walk()


@tagged("post_install", "-at_install")
class TestTabletTall(VisitBrowser):
    browser_size = "800x1280"
    touch_enabled = True

    def test_a_rep_takes_a_visit_to_its_orders(self):
        self.walk()
