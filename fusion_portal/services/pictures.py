"""Photos of homes: read, turned upright, made small, and rid of everything but the picture."""

import io
import warnings

# The plug-in is named, because Odoo keeps Pillow from loading others than it needs itself.
from PIL import Image, ImageOps, UnidentifiedImageError, WebPImagePlugin  # noqa: F401

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 1920
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 85


class TooLarge(ValueError):
    """More bytes or dots than a photo has."""


class NoPhoto(ValueError):
    """Neither JPEG nor PNG nor WebP, or broken."""


def clean(raw):
    """Encode a photo anew: no EXIF, no place, no thumbnail of what was cropped, no code.

    :param raw: bytes as they were sent
    :return: bytes of a JPEG of at most 1,920 dots a side
    :raise TooLarge: over 10 MB, or over 40 million dots
    :raise NoPhoto: another kind of file, or a broken one
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge("bytes")
    try:
        with warnings.catch_warnings():
            # The size is checked below, before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise TooLarge("dots")
                return _encode(picture)
    except Image.DecompressionBombError as error:
        raise TooLarge("dots") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NoPhoto(str(error)) from error


def _encode(picture):
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
