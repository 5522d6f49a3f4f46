"""Untrusted photos in, small clean JPEGs out."""

import base64
import binascii
import io
import re
import warnings

from PIL import Image, ImageOps, WebPImagePlugin

from ..const import PHOTO_MAX_BYTES, PHOTO_MAX_SIDE, PHOTO_QUALITY

# Odoo loads few of Pillow's formats (odoo/tools/image.py); importing the plugin adds this one.
_FORMATS = ("JPEG", "PNG", WebPImagePlugin.WebPImageFile.format)
_DATA_URI = re.compile(r"data:image/[\w.+-]+;base64,")
_BASE64_MAX = PHOTO_MAX_BYTES * 4 // 3 + 1024  # characters, with room for line breaks


class PhotoError(ValueError):
    """The input is not a photo we accept; its text is for the log, not for people."""


def clean_photo(text, max_side=PHOTO_MAX_SIDE):
    """Verify and re-encode a photo.

    :param text: base64 as str or bytes, a ``data:`` prefix is allowed
    :param max_side: pixels of the longer side of the answer
    :return: base64 bytes of a JPEG without metadata, upright
    :raise PhotoError: not base64, over 2 MiB, or not a readable JPEG, PNG or WebP
    """
    picture = _open(_decode(text))
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((max_side, max_side))
    buffer = io.BytesIO()
    _flatten(picture).save(buffer, "JPEG", quality=PHOTO_QUALITY, optimize=True)
    return base64.b64encode(buffer.getvalue())


def _decode(text):
    if isinstance(text, bytes):
        text = text.decode("ascii", "replace")
    if not isinstance(text, str) or not text or len(text) > _BASE64_MAX:
        raise PhotoError("no text, or too long")
    prefix = _DATA_URI.match(text)
    try:
        raw = base64.b64decode(
            "".join(text[prefix.end() if prefix else 0 :].split()), validate=True
        )
    except (binascii.Error, ValueError) as error:
        raise PhotoError("not base64") from error
    if not raw or len(raw) > PHOTO_MAX_BYTES:
        raise PhotoError("empty or too large")
    return raw


def _open(raw):
    """Pillow's own bomb limit stays; its warning (half of the limit) counts as a refusal too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(raw), formats=_FORMATS)
            picture.draft("RGB", (PHOTO_MAX_SIDE, PHOTO_MAX_SIDE))  # JPEG: decode small, faster
            picture.load()
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise PhotoError("not a readable picture") from error
    return picture


def _flatten(picture):
    """:return: an RGB copy without info blocks, transparency on white"""
    canvas = Image.new("RGB", picture.size, "white")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        canvas.paste(layer, mask=layer.getchannel("A"))
    else:
        canvas.paste(picture.convert("RGB"))
    return canvas
