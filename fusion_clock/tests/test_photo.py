import base64
import io

from PIL import Image

from odoo.tests import BaseCase, tagged

from ..services.photo import PhotoError, clean_photo
from .common import make_photo


@tagged("post_install", "-at_install")
class TestPhoto(BaseCase):
    def open(self, photo):
        return Image.open(io.BytesIO(base64.b64decode(photo)))

    def test_pictures_become_small_jpegs_without_metadata(self):
        exif = Image.Exif()
        exif[0x010E] = "taken at home"
        for kind, options in [("JPEG", {"exif": exif}), ("PNG", {}), ("WEBP", {})]:
            with self.subTest(kind=kind):
                photo = clean_photo(make_photo((1600, 1200), kind, **options))

                picture = self.open(photo)
                self.assertEqual((picture.format, picture.size), ("JPEG", (640, 480)))
                self.assertFalse(dict(picture.getexif()))
                self.assertNotIn(b"taken at home", base64.b64decode(photo))

    def test_data_prefix_and_bytes_are_taken(self):
        text = make_photo((100, 80))

        for sent in (f"data:image/jpeg;base64,{text}", text.encode(), text[:60] + "\n" + text[60:]):
            self.assertEqual(self.open(clean_photo(sent)).size, (100, 80))

    def test_transparency_and_turned_pictures(self):
        buffer = io.BytesIO()
        Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(buffer, "PNG")
        photo = self.open(clean_photo(base64.b64encode(buffer.getvalue())))
        self.assertEqual(photo.getpixel((5, 5)), (255, 255, 255))
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was held upright
        turned = self.open(clean_photo(make_photo((100, 50), exif=exif)))
        self.assertEqual(turned.size, (50, 100))

    def test_what_is_no_photo(self):
        big = base64.b64encode(b"\xff" * (2 * 1024 * 1024 + 1)).decode()
        bomb = io.BytesIO()
        Image.new("1", (20000, 20000)).save(bomb, "PNG")
        for name, sent in [
            ("nothing", ""),
            ("none", None),
            ("a number", 5),
            ("not base64", "§§§"),
            ("not a picture", base64.b64encode(b"hello").decode()),
            ("cut off", make_photo()[:200]),
            ("too large", big),
            ("gif", make_photo((5, 5), "GIF")),
            ("bomb", base64.b64encode(bomb.getvalue()).decode()),
            ("svg", base64.b64encode(b"<svg onload='alert(1)'/>").decode()),
        ]:
            with self.subTest(name), self.assertRaises(PhotoError):
                clean_photo(sent)
