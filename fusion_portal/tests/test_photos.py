import base64
import io
import random

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from ..services import pictures
from .common import PortalCase


def make_photo(kind="JPEG", size=(400, 300), exif=True):
    """:return: bytes of a drawn picture with the place where it was taken"""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    data = Image.Exif()
    if exif:
        data[0x0112] = 6  # turned by 90 degrees
        data.get_ifd(0x8825).update({1: "N", 2: (43.0, 32.0, 12.0)})
    out = io.BytesIO()
    picture.save(out, kind, exif=data)
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestPictures(BaseCase):
    def test_only_the_picture_is_left(self):
        for kind in ("JPEG", "PNG", "WEBP"):
            raw = make_photo(kind)
            cleaned = Image.open(io.BytesIO(pictures.clean(raw)))
            self.assertEqual((cleaned.format, dict(cleaned.getexif())), ("JPEG", {}))
            self.assertNotIn(b"Exif", pictures.clean(raw))
            self.assertEqual(cleaned.size, (300, 400))

    def test_large_ones_become_small(self):
        cleaned = Image.open(io.BytesIO(pictures.clean(make_photo(size=(4000, 3000), exif=False))))
        self.assertEqual(cleaned.size, (1920, 1440))

    def test_what_is_no_photo(self):
        gif = io.BytesIO()
        Image.new("P", (5, 5)).save(gif, "GIF")
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
        heic = b"\x00\x00\x00\x18ftypheic" + bytes(100)
        for raw in (b"", svg, heic, gif.getvalue(), b"%PDF-1.4", make_photo()[:200]):
            with self.assertRaises(pictures.NoPhoto):
                pictures.clean(raw)

    def test_what_is_too_large(self):
        noise = random.Random(7).randbytes(pictures.MAX_BYTES + 1)
        bomb = io.BytesIO()
        Image.new("1", (20000, 20000)).save(bomb, "PNG")
        self.assertLess(len(bomb.getvalue()), 100_000)
        for raw in (noise, bomb.getvalue()):
            with self.assertRaises(pictures.TooLarge):
                pictures.clean(raw)


@tagged("post_install", "-at_install")
class TestPhotos(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.field_rep = cls.new_portal("rep", "fusion_portal.group_portal_sales_rep")
        cls.colleague = cls.new_portal("colleague", "fusion_portal.group_portal_sales_rep")
        cls.visit = cls.new_visit(sales_rep_id=cls.field_rep.id).with_user(cls.field_rep)
        cls.ramp = cls.visit._add_item("accessibility", "ramp")

    def test_sent_twice_it_is_kept_once(self):
        photos = {
            self.visit._add_photo(
                make_photo(), "p1", "accessibility", self.ramp.id, "front", "The porch"
            ).id
            for _turn in range(3)
        }
        self.assertEqual(len(photos), 1)
        photo = self.visit.photo_ids
        self.assertEqual((photo.slot, photo.caption, photo.accessibility_id),
                         ("front", "The porch", self.ramp))  # fmt: skip
        self.assertNotIn(b"Exif", base64.b64decode(photo.image))

    def test_a_slot_of_another_kind_and_a_wrong_clock(self):
        photo = self.visit._add_photo(
            make_photo(), "p1", "accessibility", self.ramp.id, "toilet",
            taken_at="2001-01-01T00:00:00",
        )  # fmt: skip
        self.assertFalse(photo.slot)
        self.assertEqual(photo.taken_at.year, photo.create_date.year)

    def test_what_is_refused_leaves_nothing(self):
        other = self.new_visit(sales_rep_id=self.field_rep.id)
        theirs = other._add_item("accessibility", "ramp")
        refused = [
            ("x" * 65, None, None), ("", None, None), (None, None, None),
            ("p", "accessibility", theirs.id), ("p", "adp", self.ramp.id), ("p", "moon", 1),
        ]  # fmt: skip
        for key, kind, item in refused:
            with self.assertRaises(UserError):
                self.visit._add_photo(make_photo(), key, kind, item)
        other.with_user(self.field_rep)._add_photo(make_photo(), "theirs")
        with self.assertRaises(UserError):
            self.visit._add_photo(make_photo(), "theirs")
        with self.assertRaises(pictures.NoPhoto):
            self.visit._add_photo(b"no photo", "p")
        self.assertFalse(self.visit.photo_ids)

    def test_a_visit_holds_so_many(self):
        self.env["ir.config_parameter"].set_param("fusion_portal.max_photos", "2")
        for number in range(2):
            self.visit._add_photo(make_photo(), f"p{number}")
        with self.assertRaisesRegex(UserError, "at most 2"):
            self.visit._add_photo(make_photo(), "p3")
        self.assertEqual(self.visit._add_photo(make_photo(), "p1").client_uuid, "p1")

    def test_a_closed_visit_takes_no_photo(self):
        self.visit.action_cancel("Moved")
        with self.assertRaises(UserError):
            self.visit._add_photo(make_photo(), "p")

    def test_whose_photo_it_is(self):
        team = self.env["crm.team"].create({"name": "Field"})
        team.x_fc_portal_rep_ids = self.colleague
        self.visit.sudo().team_id = team
        photo = self.visit._add_photo(make_photo(), "p")
        with self.assertRaises(AccessError):
            photo.with_user(self.colleague).unlink()
        with self.assertRaises(AccessError):
            photo.write({"image": base64.b64encode(make_photo())})
        with self.assertRaises(AccessError):
            self.env["fusion.assessment.photo"].with_user(self.field_rep).create(
                {"visit_id": self.visit.id, "image": "", "client_uuid": "x"}
            )
        photo.write({"caption": "Porch", "annotation": {"arrows": []}})
        photo.unlink()
        self.assertFalse(self.visit.photo_ids)
