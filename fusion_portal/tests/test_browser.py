import json
from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import CASES, PortalMixin

STORY = Path(__file__).with_name("visit_story.js").read_text()

#: The shared cases, computed by the page's own modules.
ARITHMETIC = """
const { compute } = odoo.loader.modules.get("@fusion_portal/visit/measures");
const { parseLength } = odoo.loader.modules.get("@fusion_portal/visit/lengths");
const { schema } = JSON.parse(document.body.dataset.setup);
const cases = CASES;
const faults = [];
for (const [text, inches] of cases.lengths) {
    if (Math.abs(parseLength(text) - inches) > 0.0001) {
        faults.push(`${text} is ${parseLength(text)}`);
    }
}
for (const text of cases.no_lengths) {
    if (!Number.isNaN(parseLength(text))) {
        faults.push(`${text} is ${parseLength(text)}`);
    }
}
for (const { type, values, segments, results } of cases.measures) {
    const defaults = Object.fromEntries(
        schema.types[type].fields.map((field) => [field.name, field.default])
    );
    const figures = { segments, sizes: schema.vpl_sizes, landing: schema.ramp_landing };
    const found = compute(type, { ...defaults, ...values }, figures);
    for (const [name, result] of Object.entries(results)) {
        if (Math.abs(Number(found[name]) - Number(result)) > 0.01) {
            faults.push(`${type}: ${name} is ${found[name]}, not ${result}`);
        }
    }
}
console[faults.length ? "error" : "log"](faults.join("; ") || "test successful");
"""


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
class TestPhone(VisitBrowser):
    browser_size = "360x740"
    touch_enabled = True

    def test_a_rep_takes_a_visit_to_its_orders(self):
        self.walk()


@tagged("post_install", "-at_install")
class TestArithmetic(VisitBrowser):
    def test_the_tablet_computes_what_the_server_does(self):
        visit = self.env["fusion.assessment.visit"].with_user(self.field_rep).create({})
        self.browser_js(
            f"/my/visit/{visit.id}",
            ARITHMETIC.replace("CASES", json.dumps(CASES)),
            ready="!!document.querySelector('.o_fusion_visit_cards')",
            login=self.field_rep.login,
        )


@tagged("post_install", "-at_install")
class TestTabletTall(VisitBrowser):
    browser_size = "800x1280"
    touch_enabled = True

    def test_a_rep_takes_a_visit_to_its_orders(self):
        self.walk()
