import base64

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CASES, STAIR, TUB, PortalCase

SVG = "{http://www.w3.org/2000/svg}"
RAMP = {"ramp_rise": 30, "ramp_slope_ratio": 12, "ramp_width": 36, "ramp_material": "wood"}
ROOM = {
    "ceil_height": 96, "ceil_track_layout": "room_covering", "ceil_room_length": 160,
    "ceil_room_width": 120, "ceil_structure": "wood_joist", "ceil_transfer_bed": True,
    "user_weight_lb": 200,
}  # fmt: skip
EXAMPLES = {
    "ramp": RAMP,
    "stairlift_straight": STAIR,
    "vpl": {"vpl_rise": 50, "vpl_entry": "straight", "vpl_total_weight_lb": 400},
    "ceiling_lift": ROOM,
    "bathroom": {"bath_room_length": 96, "bath_room_width": 60, "bath_turning_diameter": 60},
    "tub_cutout": TUB,
}


@tagged("post_install", "-at_install")
class TestDrawings(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.new_visit(default_funding_source="march_of_dimes")

    def draw(self, kind, values, **more):
        item = self.add(self.visit, kind, {**values, **more}, measured=False)
        svg = item._drawing_svg()
        return item, etree.fromstring(svg) if svg else None

    def texts(self, drawing):
        return [node.text for node in drawing.iter(f"{SVG}text")]

    def test_every_kind_with_a_drawing_says_its_measures(self):
        said = {
            "ramp": [
                "Rise of the Ramp (in): 30",
                "Total Length (in): 557.25",
                "Landing (in): 65.75",
            ],
            "stairlift_straight": ["Total Rise (in): 97.5", "Riser Height (in): 7.5"],
            "vpl": ["Rise of the Lift (in): 50", "Travel (in): 47", "Bottom Ramp (in): 36"],
            "ceiling_lift": ["Room Length (in): 160", "Room Width (in): 120"],
            "bathroom": ["Bathroom Length (in): 96", "Bathroom Width (in): 60"],
            "tub_cutout": ["Width of the Cut (in): 24", "Threshold (in): 4", "Tub Length (in): 60"],
        }
        for kind, values in EXAMPLES.items():
            with self.subTest(kind=kind):
                _item, drawing = self.draw(kind, values)
                shown = self.texts(drawing)
                for text in said[kind]:
                    self.assertIn(text, shown)

    def test_it_is_to_scale(self):
        """A tub of 60 in with a cut of 24 in whose lower edge lies 4 in of 15 above the floor."""
        _item, drawing = self.draw("tub_cutout", TUB)
        wall, cut = (
            [tuple(map(float, pair.split(","))) for pair in node.get("points").split()]
            for node in drawing.iter(f"{SVG}polygon")
        )

        def spans(corners):
            return [max(axis) - min(axis) for axis in zip(*corners, strict=True)]

        scale = spans(wall)[0] / 60
        for got, inches in zip(spans(wall) + spans(cut), (60, 15, 24, 11), strict=True):
            self.assertAlmostEqual(got / scale, inches, 1)

    def test_a_ramp_has_a_landing_for_every_nine_metres(self):
        _item, drawing = self.draw("ramp", RAMP)
        profile = next(drawing.iter(f"{SVG}polygon")).get("points").split()
        # lower landing, two flights with one landing between, upper landing, down to the ground
        self.assertEqual(len(profile), 7)

    def test_nothing_is_drawn_from_numbers_that_cannot_be(self):
        for kind, values in (
            ("ramp", {"ramp_width": 36}),
            ("ramp", {**RAMP, "ramp_rise": 1e6}),
            ("tub_cutout", {**TUB, "tub_threshold": 10, "tub_wall_height": 10}),
            ("bathroom", {"bath_room_length": 96}),
            ("ceiling_lift", {**ROOM, "ceil_room_width": 0}),
            ("stairlift_curved", {"stair_width": 36}),
        ):
            with self.subTest(kind=kind, values=values):
                item, drawing = self.draw(kind, values)
                self.assertIsNone(drawing)
                self.assertEqual(item._get_drawing_uri(), "")
                self.assertFalse(item.drawing)
        self.assertEqual(self.add(self.visit, "rollator", {}, measured=False)._drawing_svg(), "")

    def test_the_shared_cases_can_be_drawn(self):
        drawn = 0
        for case in CASES["measures"]:
            kind = case["type"]
            if kind not in EXAMPLES:
                continue
            with self.subTest(case=case):
                _item, drawing = self.draw(kind, {**EXAMPLES[kind], **case["values"]})
                drawn += drawing is not None
        self.assertGreater(drawn, 5)

    def test_what_was_typed_is_text(self):
        name = "<script>alert(1)</script>&"
        item, drawing = self.draw("ramp", RAMP, location_tag="custom", location_label=name)
        self.assertIn(name, self.texts(drawing)[0])
        self.assertFalse(list(drawing.iter(f"{SVG}script")))
        code = item._get_drawing_uri().removeprefix("data:image/svg+xml;base64,")
        self.assertEqual(base64.b64decode(code).decode(), item._drawing_svg())

    def test_it_speaks_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_CA")
        item, _drawing = self.draw("ramp", {**RAMP, "ramp_rise": 30.5})
        french = etree.fromstring(item.with_context(lang="fr_CA")._drawing_svg())
        text = next(text for text in self.texts(french) if "30" in text)
        self.assertIn("30,5", text)

    def test_the_tablet_and_the_summary_show_it(self):
        item, _drawing = self.draw("ramp", RAMP)
        values = self.visit.with_user(self.rep)._get_item_values(item.with_user(self.rep), {})
        self.assertTrue(values["drawing"].startswith("data:image/svg+xml;base64,"))
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "fusion_portal.report_visit_summary", self.visit.ids
        )
        self.assertIn(values["drawing"], page.decode())


@tagged("post_install", "-at_install")
class TestDraftDrawing(PortalCase):
    def setUp(self):
        super().setUp()
        self.visit = self.new_visit(default_funding_source="march_of_dimes")
        self.item = self.add(self.visit, "ramp", RAMP)
        self.order = self.env["sale.order"].create(
            {"partner_id": self.client.id, "x_fc_sale_type": "march_of_dimes"}
        )
        self.item.sudo().sale_order_id = self.order

    @mute_logger("odoo.sql_db", "odoo.http", "odoo.addons.base.models.ir_actions_report")
    def test_the_office_takes_it_as_a_draft(self):
        self.order = self.order.with_context(force_report_rendering=True)
        self.order.action_fc_draft_drawing()
        self.assertTrue(base64.b64decode(self.order.x_fc_mod_drawing).startswith(b"%PDF"))
        self.assertEqual(self.order.x_fc_mod_drawing_filename, f"Drawing {self.order.name}.pdf")
        with self.assertRaisesRegex(UserError, "already"):
            self.order.action_fc_draft_drawing()

    def test_nothing_without_measures(self):
        self.item.sudo().state = "cancelled"
        with self.assertRaisesRegex(UserError, "Nothing can be drawn"):
            self.order.action_fc_draft_drawing()
        self.assertFalse(self.order.x_fc_mod_drawing)

    def test_not_for_somebody_without_the_files(self):
        seller = self.env["res.users"].create(
            {"name": "Seller", "login": "por_seller", "group_ids": [
                (6, 0, self.env.ref("sales_team.group_sale_salesman_all_leads").ids)]}
        )  # fmt: skip
        with self.assertRaises(AccessError):
            self.order.with_user(seller).action_fc_draft_drawing()
