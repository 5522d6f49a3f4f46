"""Files from outside: told by their content, pictures encoded anew without what they hide."""

import io
import warnings

from PIL import Image, ImageOps

_PDF = b"%PDF-"
_MAX_SIDE = 1920  # pixels of the longer side
_QUALITY = 85


class UploadError(ValueError):
    """Neither a picture nor a PDF that we accept; its text is for the log."""


def clean_upload(raw, max_bytes):
    """:param raw: bytes of the file, whatever its name says
    :return: ``(bytes, mimetype)``; a picture is a JPEG, upright, without metadata
    :raise UploadError: too large, empty, or another kind of file
    """
    if not raw or len(raw) > max_bytes:
        raise UploadError("empty or too large")
    if raw.startswith(_PDF):
        return raw, "application/pdf"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "GIF"))
            picture.load()
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise UploadError("not a readable picture") from error
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((_MAX_SIDE, _MAX_SIDE))
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue(), "image/jpeg"
